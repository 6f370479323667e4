import { useCallback, useEffect, useRef, useState } from 'react';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';

/** What making a report, or a draft of one, tells on its way and at its end. */
type MakingEvent<End> =
  | { readonly kind: 'making'; readonly done: number; readonly total: number }
  | ({ readonly kind: 'finished' } & End);

interface Making<End> {
  /** Null: it is not at work. */
  readonly progress: { readonly done: number; readonly total: number } | null;
  readonly end: End | null;
  readonly failure: Failure | null;
}

const IDLE = { progress: null, end: null, failure: null };

/** A report on its way: one at a time, given up where nobody looks any more. */
export function useMaking<End>(): Making<End> & {
  /** @returns what it ended with; null: it failed, or was given up */
  start(ask: (signal: AbortSignal) => Promise<AsyncIterable<MakingEvent<End>>>): Promise<End | null>;
  cancel(): void;
} {
  const [state, setState] = useState<Making<End>>(IDLE);
  const running = useRef<AbortController>(undefined);
  const cancel = useCallback(() => {
    running.current?.abort();
    setState(IDLE);
  }, []);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback(
    async (ask: (signal: AbortSignal) => Promise<AsyncIterable<MakingEvent<End>>>) => {
      running.current?.abort();
      const abort = new AbortController();
      running.current = abort;
      const { signal } = abort;
      setState({ ...IDLE, progress: { done: 0, total: 0 } });
      try {
        for await (const event of await ask(signal)) {
          if (signal.aborted) return null;
          if (event.kind === 'finished') {
            setState({ ...IDLE, end: event });
            return event;
          }
          setState({ ...IDLE, progress: event });
        }
      } catch (error) {
        if (!signal.aborted) setState({ ...IDLE, failure: failureOf(error) });
      }
      return null;
    },
    [],
  );
  return { ...state, start, cancel };
}
