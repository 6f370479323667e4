import { useMutation } from '@tanstack/react-query';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';

export interface RunActions {
  start(): void;
  pause(): void;
  resume(): void;
  /** Goes on, and tries the failed images again. */
  retry(): void;
  cancel(): void;
  /** One of them is under way. */
  readonly busy: boolean;
}

/** What can be done with a batch's run. What comes of it arrives as events. */
export function useRunActions(row: BatchSummaryRow | undefined): RunActions {
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const { mutate, isPending } = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const id = row?.run?.run.id;
  const batchId = row?.batch.id;
  const onRun = (act: (id: number) => Promise<unknown>) => () => {
    if (id !== undefined && !isPending) mutate(() => act(id));
  };
  return {
    start: () => {
      if (batchId !== undefined && !isPending) mutate(() => client.runs.start({ batchId, inspector }));
    },
    pause: onRun((run) => client.runs.pause({ id: run, inspector })),
    resume: onRun((run) => client.runs.resume({ id: run, inspector })),
    retry: onRun((run) => client.runs.resume({ id: run, retryFailed: true, inspector })),
    cancel: onRun((run) => client.runs.cancel({ id: run, inspector })),
    busy: isPending,
  };
}
