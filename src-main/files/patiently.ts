import { setTimeout as after } from 'node:timers/promises';
import { type ClipSamError, failure, throwIfCancelled } from '../../src-shared/errors.ts';
import { PassingFailure } from './web-request.ts';

/** Milliseconds; tests have less time. */
export interface DownloadPatience {
  /** A connection that gives no byte for so long is dead. */
  readonly stall: number;
  /** Before each further try, or longer where the server asks for it. Bytes that came in the meantime start the row anew. */
  readonly waits: readonly number[];
}

const PATIENCE: DownloadPatience = { stall: 30_000, waits: [1_000, 2_000, 5_000, 10_000, 30_000] };

/** Seconds for which a server that asks for it is waited for. */
const LONGEST_WAIT = 600;

export interface TryOptions {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: DownloadPatience | undefined;
  /** The server did not answer, or the connection broke: the next try is in so many seconds. */
  onWait?(seconds: number): void;
}

/**
 * Tries until it succeeds, fails for good, or patience is at its end.
 * @param address what is asked for, for people
 * @param attempt must call `alive` now and then; its signal is aborted when it doesn't
 * @throws ClipSamError `download-failed`, `cancelled`, and what the attempt throws but {@link PassingFailure}
 */
export async function patiently<T>(
  address: string,
  { signal, patience = PATIENCE, onWait }: TryOptions,
  attempt: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    throwIfCancelled(signal);
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(), patience.stall);
    try {
      const signals = [stalled.signal, ...(signal ? [signal] : [])];
      return await attempt(AbortSignal.any(signals), () => timer.refresh());
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof PassingFailure)) throw error;
      if (error.gotFurther) failures = 0;
      const wait = patience.waits[failures++];
      const { retryAfter = 0 } = error;
      if (wait === undefined || retryAfter > LONGEST_WAIT) throw unreachable(address, error);
      const seconds = Math.max(wait / 1000, retryAfter);
      onWait?.(seconds);
      await after(1000 * seconds, undefined, { signal }).catch(() => {});
    } finally {
      clearTimeout(timer);
    }
  }
}

function unreachable(address: string, cause: PassingFailure): ClipSamError {
  const { message, retryAfter = 0 } = cause;
  const asked = retryAfter > 0 ? `, and it asks to be left alone for ${Math.ceil(retryAfter / 60)} min` : '';
  return failure(
    'server-unreachable',
    { address },
    `${address} does not answer as it should (${message}${asked}). Check the network and try again: what was downloaded is kept, and the download goes on from there.`,
    cause,
  );
}
