import { useQueryClient } from '@tanstack/react-query';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewRemarks } from '../../src-shared/contract/review.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import { failureOf } from '../api/connection.ts';
import { useWorkstation } from '../state/workstation.ts';
import {
  draftKey,
  draftOf,
  EMPTY_VERDICT,
  isChanged,
  keepAsDraft,
  useDrafts,
  type VerdictDraft,
  writeDraft,
} from './drafts.ts';
import type { ReviewEdits } from './review-edits.ts';
import { useReviewSettings } from './review-settings.ts';
import { showStatus } from './status-line.ts';
import { type VerdictValues, valuesOf } from './undo-stack.ts';
import type { Queue } from './use-queue.ts';
import { useSaveVerdict } from './use-save-verdict.ts';
import { useUndo } from './use-undo.ts';

/**
 * Giving, changing, taking back and undoing verdicts, with what follows: drafts, reasons, going on, what is said.
 * @param remarks what is on screen of the image at hand; undefined while it is on its way
 */
export function useVerdicts(
  runId: number | null,
  edits: ReviewEdits,
  queue: Queue,
  remarks: ReviewRemarks | undefined,
) {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const latest = useRef(queue);
  latest.current = queue;
  const row = queue.current;
  const shown = remarks && (remarks.verdicts.at(-1)?.id ?? null);
  const { saving, failure, setFailure, save } = useSaveVerdict(runId, edits, latest);
  const autoAdvance = useReviewSettings((settings) => settings.autoAdvance);

  const savedValues = (imageId: number): VerdictValues | null => {
    if (runId === null) return null;
    const queryKey = api.review.remarks.queryKey({ input: { runId, imageId } });
    return valuesOf(queries.getQueryData<ReviewRemarks>(queryKey)?.verdicts.at(-1));
  };
  /** Writes into the form's draft. */
  const write = (changes: VerdictDraft) => {
    if (row) writeDraft(runId, row.imageId, changes);
  };
  return {
    ...useUndo(runId, edits, latest),
    saving: saving !== null && saving === row?.imageId,
    error: failure && failure.imageId === row?.imageId ? failure.failure : null,
    write,
    decide: (verdict: HumanVerdict, changes?: VerdictDraft) => {
      if (!row) return;
      if (changes) write(changes);
      void save(row, verdict, { goOn: autoAdvance, shown });
    },
    amend: (changes: VerdictDraft) => {
      if (!row || runId === null) return;
      const last = savedValues(row.imageId);
      const draft = draftOf(runId, row.imageId);
      if (!isChanged({ ...EMPTY_VERDICT, verdict: 'uncertain', ...last, ...draft }, changes) && !draft)
        return;
      write(changes);
      if (row.human && !draft?.verdict && isChanged(last, { ...draft, ...changes }))
        void save(row, row.human, { goOn: false, shown });
    },
    takeTheirs: () => {
      if (!row || runId === null) return;
      useDrafts.getState().drop(draftKey(runId, row.imageId));
      setFailure(null);
      showStatus(t('said.took-theirs', { name: row.name }));
    },
    submit: () => {
      const verdict = (row && draftOf(runId, row.imageId)?.verdict) ?? row?.human;
      if (row && verdict) void save(row, verdict, { goOn: true, shown });
      else showStatus(t('said.choose-first'));
    },
    withdraw: async () => {
      if (!row) return;
      const { imageId, name } = row;
      try {
        latest.current.select(imageId);
        const taken = savedValues(imageId);
        await edits.judge(imageId, null, shown);
        keepAsDraft(runId, imageId, taken);
        showStatus(t('said.withdrawn', { name }));
      } catch (error) {
        setFailure({ imageId, failure: failureOf(error) });
      }
    },
  };
}
