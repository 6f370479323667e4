import { useCallback, useEffect, useRef, useState } from 'react';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';

/** What a scoring tells on its way, and at its end. */
type ScoringEvent<End> =
  | { readonly kind: 'scoring'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'finished' } & End);

interface ScoringState<End> {
  readonly isRunning: boolean;
  /** Null: it is being prepared. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly end: End | null;
  readonly failure: Failure | null;
}

const IDLE = { isRunning: false, progress: null, end: null, failure: null };

/** Scoring images anew: one at a time, given up where nobody looks any more. */
export function useScoring<End>(): ScoringState<End> & {
  /** Starts it, instead of one that runs; resolves with what it ended with, null without an end. */
  start(ask: (signal: AbortSignal) => Promise<AsyncIterable<ScoringEvent<End>>>): Promise<End | null>;
  stop(): void;
} {
  const [state, setState] = useState<ScoringState<End>>(IDLE);
  const running = useRef<AbortController>(undefined);
  const stop = useCallback(() => {
    running.current?.abort();
    setState(IDLE);
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback(
    async (ask: (signal: AbortSignal) => Promise<AsyncIterable<ScoringEvent<End>>>) => {
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
          const { done, total } = event;
          setState({ ...IDLE, isRunning: true, progress: { done, total } });
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
