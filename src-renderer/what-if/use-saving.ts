import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RecipeRecord } from '../../src-shared/contract/recipes.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import type { WholeReviewTable } from '../api/review-table.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { TrialThresholds } from './thresholds.ts';

/** Saves thresholds as the recipe's next revision and makes it the batch's. */
export function useSaving({ batch, recipe }: WholeReviewTable, { run }: RunProgress) {
  const { t } = useTranslation('what-if');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const go = useGo();
  const adopt = useMutation({
    mutationFn: (saved: RecipeRecord) =>
      client.batches.update({ id: batch.id, changes: { recipeHash: saved.hash }, inspector }),
    onSuccess: (_, saved) =>
      notifications.show({ color: 'teal', title: t('save.done', saved), message: t('save.next') }),
  });
  const save = useMutation({
    mutationFn: async ({ trial, again }: { readonly trial: TrialThresholds; readonly again: boolean }) => {
      const saved = await client.recipes.save({
        recipe: { ...recipe, ...trial },
        parentHash: run.recipeHash,
        inspector,
      });
      await adopt.mutateAsync(saved);
      if (!again) return;
      await client.runs.start({ batchId: batch.id, recipeHash: saved.hash, inspector });
      useSelectedBatch.getState().select(batch.id);
      go(routeTo.batches());
    },
  });
  return { save, adopt };
}
