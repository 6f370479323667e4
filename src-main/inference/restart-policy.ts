import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import { HEAP_MB } from './inference-protocol.ts';
import { tooHeavy } from './pack-files.ts';
import { type DeathReason, describeDeath, ranOutOfMemory } from './process-death.ts';

/** Deaths in a row, without any answer between them, after which the process is not started again. */
const MAX_DEATHS_IN_A_ROW = 5;

/** What is known when an inference process has ended. */
export interface ProcessHistory {
  readonly reason: DeathReason;
  /** With this one. */
  readonly deathsInARow: number;
  /** Some process has had the pack loaded. */
  readonly wasEverReady: boolean;
  readonly packFolder: string;
  readonly heapMb?: number | undefined;
}

/** Whether and when another process is started: after milliseconds, or never, and why. */
export function afterDeath({
  reason,
  deathsInARow,
  wasEverReady,
  packFolder,
  heapMb = HEAP_MB,
}: ProcessHistory): { readonly pauseMs: number } | { readonly error: ClipSamError } {
  // A pack that was never opened would do the same to the next process.
  if (!wasEverReady && reason.kind === 'start-timeout') return { error: neverReady(reason) };
  if (!wasEverReady && ranOutOfMemory(reason)) return { error: tooHeavy(packFolder, heapMb) };
  if (deathsInARow >= MAX_DEATHS_IN_A_ROW) {
    const message = `The inference process ended ${MAX_DEATHS_IN_A_ROW} times in a row without finishing an image; the last one ${describeDeath(reason)}. It is not started again: check the memory and the graphics driver, choose the device "cpu", or close other programs.`;
    return { error: failure('keeps-crashing', { times: MAX_DEATHS_IN_A_ROW }, message) };
  }
  return { pauseMs: deathsInARow === 0 ? 0 : 50 * 2 ** deathsInARow };
}

/** The error for a process that was never ready: another one would hang at the same step. */
function neverReady(reason: Extract<DeathReason, { kind: 'start-timeout' }>): ClipSamError {
  const seconds = Math.round(reason.afterMs / 1000);
  return failure(
    'never-ready',
    { seconds },
    `The inference process ${describeDeath(reason)} and is not started again. Check the pack with \`clipsam models verify\`; if it is whole, choose the device "cpu" or close other programs.`,
  );
}
