import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nearestUnreviewed } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { type HumanVerdict, overturns } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { type Failure, failureText } from '../i18n/failure-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { drafted, draftKey, useDrafts } from './drafts.ts';
import { FILMSTRIP_ID } from './filmstrip.tsx';
import type { ReviewEdits } from './review-edits.ts';
import { showStatus } from './status-line.ts';
import { valuesOf } from './undo-stack.ts';
import type { Queue } from './use-queue.ts';

/** Refusals after which the verdict is no draft: it is somebody else's to decide, or about another picture. */
const NOT_TO_KEEP: ReadonlySet<string> = new Set(['not-permitted', 'image-changed']);

/** Saving verdicts one by one: what is being saved, and why the last one could not be. */
export function useSaveVerdict(runId: number | null, edits: ReviewEdits, latest: RefObject<Queue>) {
  const { t } = useTranslation(['review', 'app']);
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const [saving, setSaving] = useState<number | null>(null);
  const [failure, setFailure] = useState<{ readonly imageId: number; readonly failure: Failure } | null>(
    null,
  );

  const tell = ({ imageId, name }: ReviewRow, reason: Failure) => {
    setFailure({ imageId, failure: reason });
    showStatus(t('verdict.not-saved', { message: `${name}: ${failureText(reason)}` }));
  };

  /** Stores a verdict with what the form holds; asks for a reason instead where one is missing. */
  const save = async (of: ReviewRow, verdict: HumanVerdict, goOn: boolean) => {
    if (runId === null) return;
    const { imageId } = of;
    const key = draftKey(runId, imageId);
    const draft = useDrafts.getState().byImage[key];
    const overturned = overturns(verdict, of.model);
    setSaving(imageId);
    setFailure(null);
    // The image stays in the queue, whatever the filter says to its new verdict.
    latest.current.select(imageId);
    try {
      const { verdicts } = await queries.fetchQuery(
        api.review.remarks.queryOptions({ input: { runId, imageId } }),
      );
      const values = drafted(valuesOf(verdicts.at(-1)), draft, verdict, overturned);
      if (overturned && values.overturnReason === '') {
        useDrafts.getState().write(key, { verdict });
        showStatus(t('said.reason-needed'));
        return;
      }
      await edits.judge(imageId, values);
      if (useDrafts.getState().byImage[key] === draft) useDrafts.getState().drop(key);
      showStatus(t('said.saved', { name: of.name, verdict: t(`app:verdict.${verdict}`) }));
      if (goOn && !advance(latest.current, of)) showStatus(t('said.all-reviewed'));
    } catch (error) {
      const reason = failureOf(error);
      if (draft?.verdict !== verdict && !NOT_TO_KEEP.has(reason.code))
        useDrafts.getState().write(key, { verdict });
      tell(of, reason);
    } finally {
      setSaving(null);
    }
  };
  return { saving, failure, setFailure, save };
}

/**
 * Goes from an image to the next unreviewed one, or the next one where all are reviewed.
 * @returns false when all are reviewed
 */
function advance({ queue, current, select }: Queue, from: ReviewRow): boolean {
  if (current?.imageId !== from.imageId) return true;
  const at = queue.indexOf(current);
  const next = nearestUnreviewed(queue, at, 1);
  const target = next ?? queue[at + 1];
  if (target) select(target.imageId);
  // The focus leaves the field, so that letters are shortcuts again.
  document.getElementById(FILMSTRIP_ID)?.focus({ preventScroll: true });
  return next !== undefined;
}
