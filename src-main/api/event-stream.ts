import { AsyncIteratorClass } from '@orpc/server';
import type { WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { Subscription } from './event-hub.ts';

/**
 * Long work as a stream of its events. The work is cancelled when the client aborts the call or stops listening;
 * its error, if any, ends the stream. Of events of the same kind that nobody has taken yet, the newest is enough.
 * @param toError what the client gets to see of an error
 */
export function streamWork<Event extends { readonly kind: string }>(
  signal: AbortSignal,
  toError: (error: unknown) => unknown,
  work: (emit: (event: Event) => void, signal: AbortSignal) => Promise<void>,
): AsyncIteratorClass<Event> {
  const abort = new AbortController();
  const cancel = () => abort.abort(signal.reason);
  if (signal.aborted) cancel();
  signal.addEventListener('abort', cancel, { once: true });
  const queue: Event[] = [];
  let wake = () => {};
  let ending: { readonly error?: unknown } | undefined;
  const emit = (event: Event) => {
    if (queue.at(-1)?.kind === event.kind) queue.pop();
    queue.push(event);
    wake();
  };
  const end = (outcome: { readonly error?: unknown }) => {
    ending = outcome;
    signal.removeEventListener('abort', cancel);
    wake();
  };
  const running = work(emit, abort.signal).then(
    () => end({}),
    (error: unknown) => end({ error: toError(error) }),
  );
  return new AsyncIteratorClass<Event>(
    async () => {
      while (queue.length === 0 && !ending) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      const value = queue.shift();
      if (value) return { done: false, value };
      if (ending && 'error' in ending) throw ending.error;
      return { done: true, value: undefined };
    },
    async (reason) => {
      if (reason !== 'next') abort.abort();
      await running;
    },
  );
}

/**
 * A subscription as a stream that ends when the client aborts the call or stops listening.
 * @param onEnd whichever it was, or that its connection ended
 */
export function streamEvents(
  subscription: Subscription,
  signal: AbortSignal | undefined,
  onEnd: () => void = () => {},
): AsyncIteratorClass<WorkstationEvent> {
  const close = () => {
    subscription.close();
    onEnd();
  };
  if (signal?.aborted) close();
  signal?.addEventListener('abort', close, { once: true });
  return new AsyncIteratorClass<WorkstationEvent>(
    async () => {
      const value = await subscription.next();
      return value ? { done: false, value } : { done: true, value: undefined };
    },
    async () => {
      signal?.removeEventListener('abort', close);
      close();
    },
  );
}
