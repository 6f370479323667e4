import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nearestUnreviewed, nextInQueue } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { type HumanVerdict, overturns } from '../../src-shared/verdict.ts';
import { failureOf, wasAnswered } from '../api/connection.ts';
import { type Failure, failureText } from '../i18n/failure-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { drafted, draftKey, NOT_TO_KEEP, useDrafts } from './drafts.ts';
import { FILMSTRIP_ID } from './filmstrip.tsx';
import { goTo } from './go-to.ts';
import type { ReviewEdits } from './review-edits.ts';
import { showStatus } from './status-line.ts';
import { type VerdictValues, valuesOf } from './undo-stack.ts';
import type { Queue } from './use-queue.ts';

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

  /**
   * Stores a verdict with what the form holds; asks for a reason instead where one is missing.
   * @param shown the newest verdict that was on screen, null: none; undefined: they were on their way
   */
  const save = async (
    of: ReviewRow,
    verdict: HumanVerdict,
    { goOn, shown }: { readonly goOn: boolean; readonly shown: number | null | undefined },
  ) => {
    if (runId === null) return;
    const { imageId } = of;
    const key = draftKey(runId, imageId);
    const draft = useDrafts.getState().byImage[key];
    const overturned = overturns(verdict, of.model);
    setSaving(imageId);
    setFailure(null);
    // The image stays in the queue, whatever the filter says to its new verdict.
    latest.current.select(imageId);
    let seen = shown;
    let values: VerdictValues | undefined;
    try {
      const { verdicts } = await queries.fetchQuery(
        api.review.remarks.queryOptions({ input: { runId, imageId } }),
      );
      // The row was on screen in any case.
      if (seen === undefined) seen = verdicts.findLast((one) => one.verdict === of.human)?.id ?? null;
      const over = verdicts.find(({ id }) => id === seen);
      values = drafted(valuesOf(over), draft, verdict, overturned);
      if (overturned && values.overturnReason === '') {
        useDrafts.getState().write(key, { verdict, seen });
        showStatus(t('said.reason-needed'));
        return;
      }
      await edits.judge(imageId, values, seen);
      if (useDrafts.getState().byImage[key] === draft) useDrafts.getState().drop(key);
      showStatus(t('said.saved', { name: of.name, verdict: t(`app:verdict.${verdict}`) }));
      if (goOn && !advance(latest.current, of)) showStatus(t('said.all-reviewed'));
    } catch (error) {
      // It is kept, and sent again by itself (`use-resend-unsent.ts`).
      if (!wasAnswered(error)) return showStatus(t('said.unsent', { name: of.name }));
      const reason = failureOf(error);
      if (!NOT_TO_KEEP.has(reason.code)) useDrafts.getState().write(key, { ...values, verdict, seen });
      const { details } = reason;
      // The form shows both verdicts then.
      const isShown = details?.case === 'verdict-crossed' && details.name !== useSession.getState().inspector;
      if (isShown) showStatus(failureText(reason));
      else tell(of, reason);
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
function advance({ queue, current, elsewhere, select }: Queue, from: ReviewRow): boolean {
  if (current?.imageId !== from.imageId) return true;
  const at = queue.indexOf(current);
  const next = nearestUnreviewed(queue, at, 1, elsewhere);
  const target = next ?? nextInQueue(queue, at, elsewhere);
  if (target) goTo(target, elsewhere, select);
  // The focus leaves the field, so that letters are shortcuts again.
  document.getElementById(FILMSTRIP_ID)?.focus({ preventScroll: true });
  return next !== undefined;
}
