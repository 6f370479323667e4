import { useMutation } from '@tanstack/react-query';
import type { BatchSummaryRow } from '../../src-shared/contract.ts';
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
  const author = useSession((session) => session.author);
  const { mutate, isPending } = useMutation({ mutationFn: (act: () => Promise<unknown>) => act() });
  const id = row?.run?.run.id;
  const batchId = row?.batch.id;
  const onRun = (act: (id: number) => Promise<unknown>) => () => {
    if (id !== undefined && !isPending) mutate(() => act(id));
  };
  return {
    start: () => {
      if (batchId !== undefined && !isPending) mutate(() => client.runs.start({ batchId, author }));
    },
    pause: onRun((run) => client.runs.pause({ id: run, author })),
    resume: onRun((run) => client.runs.resume({ id: run, author })),
    retry: onRun((run) => client.runs.resume({ id: run, retryFailed: true, author })),
    cancel: onRun((run) => client.runs.cancel({ id: run, author })),
    busy: isPending,
  };
}
