import type { RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/connection.ts';
import { failureText } from '../i18n/failure-text.ts';
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
  const tell = ({ delta, outcome }: UndoResult, key: 'said.undone' | 'said.redone') => {
    const { select, rowOf } = latest.current;
    select(delta.imageId);
    const name = rowOf(delta.imageId)?.name ?? '';
    showStatus(t(outcome === 'done' ? key : (`${key}-not` as const), { what: describe(delta), name }));
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
