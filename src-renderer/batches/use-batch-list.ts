import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { useSelectedBatch } from '../state/selected-batch.ts';
import { useWorkstation } from '../state/workstation.ts';

export const BATCH_VIEWS = ['current', 'archived', 'deleted'] as const;
export type BatchView = (typeof BATCH_VIEWS)[number];

export interface BatchListState {
  /** Undefined until they are there. */
  readonly rows: readonly BatchSummaryRow[] | undefined;
  readonly error: Error | null;
  /** The selected one, or the first where the selected one is not in view. */
  readonly row: BatchSummaryRow | undefined;
  /** Where it stands in the list; -1: nowhere. */
  readonly index: number;
  select(batchId: number): void;
  /** Selects the batch below the selected one, or above it. */
  selectNeighbour(): void;
}

/** The batches of a view that a search finds, and the one that is selected among them. */
export function useBatchList(view: BatchView, search: string): BatchListState {
  const { api } = useWorkstation();
  const {
    data: rows,
    error,
    isPlaceholderData,
  } = useQuery(
    api.batches.list.queryOptions({
      input: { search, show: view },
      placeholderData: keepPreviousData,
      refetchOnMount: 'always',
    }),
  );
  const { id: selectedId, select } = useSelectedBatch();
  const found = rows?.findIndex(({ batch }) => batch.id === selectedId) ?? -1;
  const index = found >= 0 ? found : rows && rows.length > 0 ? 0 : -1;
  const row = rows?.[index];
  const rowId = row?.batch.id ?? null;
  useEffect(() => {
    if (rows && !isPlaceholderData && rowId !== selectedId && (rowId !== null || view === 'current'))
      select(rowId);
  }, [rows, isPlaceholderData, rowId, selectedId, select, view]);
  const selectNeighbour = () => {
    const next = rows?.[index + 1] ?? rows?.[index - 1];
    if (next) select(next.batch.id);
  };
  return { rows, error, row, index, select, selectNeighbour };
}
