import { skipToken, useMutation, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetOfRun } from '../../src-shared/contract/references.ts';
import type { MemoryChange } from '../../src-shared/reference-set.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import type { ReviewEdits } from './review-edits.ts';
import { showStatus } from './status-line.ts';
import { useMemoryNews } from './use-memory-news.ts';

/** Images of the batch that are references; false: that is not decided yet. */
export type ReferenceMarks = ReadonlyMap<number, boolean>;

const NO_IMAGES: SetOfRun['images'] = [];

/** Which images of a run are references of its product, and making the one at hand one. */
export function useReferences(runId: number | null, current: ReviewRow | null, edits: ReviewEdits) {
  const { t } = useTranslation('review');
  const { api } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const denied = useDenied();
  const { data: set } = useQuery(
    api.references.ofRun.queryOptions({
      input: runId === null ? skipToken : { runId },
      refetchOnMount: 'always',
    }),
  );
  const images = set?.images ?? NO_IMAGES;
  const marks: ReferenceMarks = useMemo(
    () => new Map(images.map(({ imageId, counts }) => [imageId, counts])),
    [images],
  );
  const tell = useMemoryNews(set?.product ?? null, edits);
  const add = useMutation(api.references.add.mutationOptions({ onSuccess: (change) => tell(change) }));
  const remove = useMutation(api.references.remove.mutationOptions({ onSuccess: (change) => tell(change) }));
  const known = images.find(({ imageId }) => imageId === current?.imageId);

  const toggle = () => {
    if (runId === null || current === null || add.isPending || remove.isPending) return;
    const why = denied(known ? 'references.remove' : 'references.add').title;
    if (why !== undefined) showStatus(why);
    else if (known && !known.counts) showStatus(t('said.reference-undecided'));
    else if (known) remove.mutate({ items: [known.itemId], inspector });
    else if (current.human !== 'accept') showStatus(t('said.accept-first'));
    else add.mutate({ images: [{ runId, imageId: current.imageId }], inspector });
  };
  /** Makes several images references at once. */
  const addAll = (imageIds: readonly number[]): Promise<MemoryChange> | null =>
    runId === null
      ? null
      : add.mutateAsync({ images: imageIds.map((imageId) => ({ runId, imageId })), inspector });
  return { set, marks, known, toggle, addAll, isBusy: add.isPending || remove.isPending };
}
export type References = ReturnType<typeof useReferences>;
