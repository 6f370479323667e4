import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { toErrorRecord } from '../../../src-shared/errors.ts';

/** Milliseconds to wait after so many failures before this one. */
export function pauseAfter(failures: number): number {
  return Math.min(20_000, 500 * 2 ** failures);
}

/**
 * Does the work again and again until it succeeds: a full disk or a locked database is no reason to leave a line alone.
 * @param onTrouble hears why it failed; null once it succeeded after that
 * @returns undefined when the signal was aborted before
 */
export async function keepTrying<T>(
  work: () => Promise<T>,
  options: { readonly signal: AbortSignal; readonly onTrouble: (error: ErrorRecord | null) => void },
): Promise<T | undefined> {
  const { signal, onTrouble } = options;
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const done = await work();
      if (failures > 0) onTrouble(null);
      return done;
    } catch (error) {
      if (signal.aborted) return undefined;
      onTrouble(toErrorRecord(error));
      await delay(pauseAfter(failures), undefined, { signal }).catch(() => {});
    }
  }
  return undefined;
}
