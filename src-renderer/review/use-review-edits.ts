import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { ReviewEdits } from './review-edits.ts';
import { reviewTableKey } from './review-table-cache.ts';
import { EMPTY_STACK, type UndoStack } from './undo-stack.ts';
import { undoKey, useUndoStacks } from './undo-store.ts';

/** What the inspector can undo and redo in a run. */
export function useUndoStack(runId: number | null): UndoStack {
  const { info } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  return useUndoStacks(({ byKey }) =>
    runId === null ? EMPTY_STACK : (byKey[undoKey(info.workspaceFolder, runId, inspector)] ?? EMPTY_STACK),
  );
}

export function useReviewEdits(
  runId: number | null,
  tableKey: ReturnType<typeof reviewTableKey>,
): ReviewEdits {
  const { client, api, info } = useWorkstation();
  const queries = useQueryClient();
  const [, batchId, table] = tableKey;
  return useMemo(
    () =>
      new ReviewEdits({
        client,
        api,
        queries,
        runId,
        workspace: info.workspaceFolder,
        workspaceId: info.workspaceId,
        tableKey: reviewTableKey(batchId, table),
        inspector: () => useSession.getState().inspector,
      }),
    [client, api, info, queries, runId, batchId, table],
  );
}
