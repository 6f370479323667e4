import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
import { plainText } from '../i18n/plain-text.ts';
import { timeOf } from './dates.ts';
import { keepAsDraft } from './drafts.ts';
import type { ReviewEdits, UndoResult } from './review-edits.ts';
import { showStatus } from './status-line.ts';
import type { Delta } from './undo-stack.ts';
import type { Queue } from './use-queue.ts';

/** Undoing and redoing: goes to the image that it was done to, and says what was done. */
export function useUndo(runId: number | null, edits: ReviewEdits, latest: RefObject<Queue>) {
  const { t } = useTranslation(['review', 'app']);

  const describe = (delta: Delta): string => {
    if (delta.kind !== 'judge') return t(`edit.${delta.kind}`, { kind: t(`kind.${delta.annotation.kind}`) });
    const { after } = delta;
    return !after || after.verdict === 'withdrawn' ? t('edit.withdraw') : t(`app:verdict.${after.verdict}`);
  };
  const tell = ({ delta, outcome, met }: UndoResult, key: 'said.undone' | 'said.redone') => {
    const { select, rowOf } = latest.current;
    select(delta.imageId);
    const name = rowOf(delta.imageId)?.name ?? '';
    const said = { what: describe(delta), name };
    if (!met) return showStatus(t(outcome === 'done' ? key : (`${key}-not` as const), said));
    const verdict = met.verdict === 'withdrawn' ? t('edit.withdraw') : t(`app:verdict.${met.verdict}`);
    const who = plainText(met.inspector);
    showStatus(t(`${key}-crossed`, { ...said, who, verdict, time: timeOf(met.createdAt) }));
  };
  const failed = (error: unknown) => showStatus(t('said.failed', { message: failureText(failureOf(error)) }));

  return {
    undo: async () => {
      try {
        const result = await edits.undo();
        if (!result) return showStatus(t('said.nothing-to-undo'));
        const { delta, outcome } = result;
        // A verdict that is taken back leaves in the form what was entered with it.
        if (outcome === 'done' && delta.kind === 'judge' && delta.before === null)
          keepAsDraft(runId, delta.imageId, delta.after);
        tell(result, 'said.undone');
      } catch (error) {
        failed(error);
      }
    },
    redo: async () => {
      try {
        const result = await edits.redo();
        if (!result) return showStatus(t('said.nothing-to-redo'));
        tell(result, 'said.redone');
      } catch (error) {
        failed(error);
      }
    },
  };
}
