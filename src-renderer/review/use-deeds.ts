import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { type Deeds, makeDeeds, useUndoStacks } from './deeds.ts';
import { reviewTableKey } from './review-table-cache.ts';
import { EMPTY_STACK, type UndoStack } from './undo-stack.ts';

/** What can be undone and redone in a run. */
export function useUndoStack(runId: number | null): UndoStack {
  return useUndoStacks((stacks) => (runId === null ? EMPTY_STACK : (stacks[runId] ?? EMPTY_STACK)));
}

export function useDeeds(runId: number | null, tableKey: ReturnType<typeof reviewTableKey>): Deeds {
  const { client, api } = useWorkstation();
  const queries = useQueryClient();
  const [, batchId, table] = tableKey;
  return useMemo(
    () =>
      makeDeeds({
        client,
        api,
        queries,
        runId,
        tableKey: reviewTableKey(batchId, table),
        author: () => useSession.getState().author,
      }),
    [client, api, queries, runId, batchId, table],
  );
}
