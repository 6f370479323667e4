import { useCallback, useEffect, useRef, useState } from 'react';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';

/** What long work on the trail tells on its way, and at its end. */
type WorkEvent<Progress, End> =
  | ({ readonly kind: 'checking' | 'exporting'; readonly done: number; readonly total: number } & Progress)
  | ({ readonly kind: 'finished' } & End);

interface WorkState<Progress, End> {
  readonly isRunning: boolean;
  readonly progress: ({ readonly done: number; readonly total: number } & Progress) | null;
  readonly end: End | null;
  readonly failure: Failure | null;
}

const IDLE = { isRunning: false, progress: null, end: null, failure: null };

/** A check of the trail, or an export: one at a time, given up where nobody looks any more. */
export function useAuditWork<Progress, End>(): WorkState<Progress, End> & {
  start(ask: (signal: AbortSignal) => Promise<AsyncIterable<WorkEvent<Progress, End>>>): Promise<End | null>;
  stop(): void;
} {
  const [state, setState] = useState<WorkState<Progress, End>>(IDLE);
  const running = useRef<AbortController>(undefined);
  const stop = useCallback(() => {
    running.current?.abort();
    setState(IDLE);
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback(
    async (ask: (signal: AbortSignal) => Promise<AsyncIterable<WorkEvent<Progress, End>>>) => {
      running.current?.abort();
      const abort = new AbortController();
      running.current = abort;
      const { signal } = abort;
      setState({ ...IDLE, isRunning: true });
      try {
        for await (const event of await ask(signal)) {
          if (signal.aborted) return null;
          if (event.kind === 'finished') {
            setState({ ...IDLE, end: event });
            return event;
          }
          setState({ ...IDLE, isRunning: true, progress: event });
        }
      } catch (error) {
        if (!signal.aborted) setState({ ...IDLE, failure: failureOf(error) });
      }
      return null;
    },
    [],
  );
  return { ...state, start, stop };
}
