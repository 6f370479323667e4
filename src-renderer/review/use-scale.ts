import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Scale } from '../../src-shared/scale.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { showError } from '../ui/show-error.tsx';
import { useSizeText } from '../ui/size-text.ts';
import type { ReviewData } from './review-table-cache.ts';
import { showStatus } from './status-line.ts';

/** How large a pixel is in the images of the batch under review, and setting it by what was drawn. */
export function useScale({ batch, run }: Pick<ReviewData, 'batch' | 'run'>) {
  const { api } = useWorkstation();
  const { t } = useTranslation('review');
  const text = useSizeText();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  // The table's batch is as it was when the table was read.
  const { data: summary } = useQuery(api.batches.get.queryOptions({ input: { id: batch.id } }));
  const ofBatch = (summary?.batch ?? batch).scale;
  const { mutate } = useMutation(
    api.batches.changeScale.mutationOptions({
      onSuccess: async (_summary, { scale }) => {
        await queries.invalidateQueries({ queryKey: api.batches.key() });
        if (scale) showStatus(t('said.scale-set', { scale: text.scale(scale) }));
      },
      onError: showError,
    }),
  );
  return {
    /** Null: nobody has said it. */
    ofBatch,
    /** Of the lengths in the queue: as the run began with it, or else the batch's. */
    ofQueue: run?.run.scale ?? ofBatch,
    set: (scale: Scale) => mutate({ id: batch.id, scale, inspector }),
  };
}
