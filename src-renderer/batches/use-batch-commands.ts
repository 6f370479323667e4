import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { Action } from '../../src-shared/permissions.ts';
import { EMPTY_FILTER } from '../../src-shared/review-queue.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useReviewPositions } from '../state/review-position.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { batchState } from './batch-state.ts';
import type { BatchDialogs } from './use-batch-dialogs.ts';
import type { BatchListState } from './use-batch-list.ts';
import type { UndoableChange } from './use-undoable.tsx';

/** What can be done with the selected batch. Each does nothing where it makes no sense. */
export interface BatchCommands {
  edit(): void;
  addImages(): void;
  exportResults(): void;
  /** Opens the dialog of a report on the newest run. */
  report(): void;
  /** Archives it, or takes it out of the archive. */
  archive(): void;
  /** Deletes it, or restores it. */
  remove(): void;
  purge(): void;
  review(): void;
  /** Only the images whose verdict is in doubt. */
  reviewDoubtful(): void;
  whatIf(): void;
  /** What the batch's product is compared with. */
  references(): void;
}

export function useBatchCommands(
  { row, select, selectNeighbour }: BatchListState,
  dialogs: BatchDialogs,
  change: (undoable: UndoableChange) => void,
): BatchCommands {
  const { t } = useTranslation('batches');
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const isDenied = useSayDenied();
  const go = useGo();
  const isThere = row !== undefined && row.deletedAt === null;
  const review = () => isThere && row.images > 0 && go(routeTo.review(row.batch.id));
  return {
    edit: () => isThere && dialogs.setTask({ kind: 'edit', batch: row.batch }),
    addImages: () => isThere && dialogs.setTask({ kind: 'add', batch: row.batch, paths: [] }),
    exportResults: () => isThere && row.run && row.run.done > 0 && dialogs.setExported(row.run.run.id),
    report: () => {
      if (isThere && row.run && row.run.done > 0 && !isDenied('reports.make'))
        go(routeTo.newReport({ batchId: row.batch.id, runId: row.run.run.id }));
    },
    archive: () => {
      if (!isThere || isDenied('batches.archive')) return;
      const { id, name, archivedAt } = row.batch;
      const archived = archivedAt === null;
      selectNeighbour();
      change({
        name: 'archive',
        message: t(archived ? 'archived' : 'unarchived', { name: plainText(name) }),
        act: () => client.batches.archive({ id, archived, inspector }),
        undo: () => client.batches.archive({ id, archived: !archived, inspector }).then(() => select(id)),
      });
    },
    remove: () => {
      if (!row || ['running', 'paused'].includes(batchState(row)) || isDenied('batches.delete')) return;
      const { id, name } = row.batch;
      const deleted = row.deletedAt === null;
      selectNeighbour();
      change({
        name: 'delete',
        message: t(deleted ? 'deleted' : 'restored', { name: plainText(name) }),
        act: () => client.batches.delete({ id, deleted, inspector }),
        undo: () => client.batches.delete({ id, deleted: !deleted, inspector }).then(() => select(id)),
      });
    },
    purge: () => {
      if (row && row.deletedAt !== null && !isDenied('batches.purge'))
        dialogs.setPurged({ batch: row.batch });
    },
    review,
    reviewDoubtful: () => {
      if (!row) return;
      const filter = { ...EMPTY_FILTER, notice: 'doubtful' as const };
      useReviewPositions.getState().move(row.batch.id, { runId: null, imageId: null, kept: false, filter });
      review();
    },
    whatIf: () => row && go(routeTo.whatIf(row.batch.id)),
    references: () => row && go(routeTo.references()),
  };
}

/** Says why not, where a key asks for more than the role allows. */
function useSayDenied(): (action: Action) => boolean {
  const denied = useDenied();
  return (action) => {
    const { title } = denied(action);
    if (title !== undefined) notifications.show({ color: 'yellow', message: title });
    return title !== undefined;
  };
}
