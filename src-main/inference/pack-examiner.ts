import { stat } from 'node:fs/promises';
import { ClipSamError, failure, throwIfCancelled } from '../../src-shared/errors.ts';
import { type Examination, type PackDecoders, type PackWords, packNameOf } from './examination.ts';
import type { PackContents } from './pack-contents.ts';
import { tooHeavy } from './pack-files.ts';
import { type DeathReason, describeDeath, ProcessDeath, ranOutOfMemory } from './process-death.ts';
import { forkHost, type ProcessHost } from './process-host.ts';
import { RecentMap } from './recent-map.ts';
import { superviseChild } from './supervised-child.ts';

/**
 * Opens the files of packs, which may be anything: a model of a billion empty nodes, a tokeniser whose expression
 * never ends.
 */
export interface PackExaminer {
  /** Opens every file and checks names and shapes. @throws ClipSamError what is wrong with the pack; `cancelled` */
  contents(contents: PackContents, signal?: AbortSignal): Promise<void>;
  /** Has sentences read by the tokeniser. @throws ClipSamError what is wrong with them, or with the pack */
  words(words: PackWords): Promise<void>;
  /** Compares two decoders. @throws ClipSamError `pack-invalid` with the case `decoder-differs`, saying how; `cancelled` */
  sameDecoder(decoders: PackDecoders, signal?: AbortSignal): Promise<void>;
}

/** How much a pack may ask of the machine before it is refused. */
export interface ExaminationLimits {
  /** Megabytes of objects made from the files, besides the files' own bytes. Default 1024. */
  readonly memoryMb?: number;
  /** Seconds for all files of a pack. Default 300. */
  readonly contentsSeconds?: number;
  /** Seconds for the sentences of a recipe. Default 60. */
  readonly wordsSeconds?: number;
}

/** Answers kept about sentences: a recipe is used again and again. */
const KNOWN_WORDS = 100;
/** Copies of a file's bytes that reading may make: whole, of a part, and widened from half precision. */
const COPIES = 4;

/** Examines every pack in a process of its own, which is ended when it asks for too much. */
export function packExaminer(
  options: { readonly host?: ProcessHost; readonly limits?: ExaminationLimits } = {},
): PackExaminer {
  const { host = forkHost(), limits = {} } = options;
  const { memoryMb = 1024, contentsSeconds = 300, wordsSeconds = 60 } = limits;
  const known = new RecentMap<string, true>(KNOWN_WORDS);
  return {
    async contents(contents, signal) {
      const fileMb = await megabytesOf(contents.paths.values());
      const budget = { heapMb: memoryMb, fileMb, seconds: contentsSeconds };
      await examineApart({ kind: 'contents', ...contents }, budget, host, signal);
    },
    async words(words) {
      const { size, mtimeMs } = await stat(words.path);
      const key = JSON.stringify([words, size, mtimeMs]);
      if (known.get(key)) return;
      const budget = { heapMb: memoryMb, fileMb: await megabytesOf([words.path]), seconds: wordsSeconds };
      await examineApart({ kind: 'words', ...words }, budget, host);
      known.set(key, true);
    },
    async sameDecoder(decoders, signal) {
      const fileMb = await megabytesOf([decoders.own, decoders.decoder]);
      const budget = { heapMb: memoryMb, fileMb, seconds: contentsSeconds };
      await examineApart({ kind: 'same-decoder', ...decoders }, budget, host, signal);
    },
  };
}

async function megabytesOf(paths: Iterable<string>): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(path)).size;
  return Math.ceil((COPIES * bytes) / (1 << 20));
}

/** What an examination may take: `fileMb` is for the files' own bytes. */
interface Budget {
  readonly heapMb: number;
  readonly fileMb: number;
  readonly seconds: number;
}

async function examineApart(
  examination: Examination,
  budget: Budget,
  host: ProcessHost,
  signal?: AbortSignal,
): Promise<void> {
  throwIfCancelled(signal);
  const { heapMb, fileMb, seconds } = budget;
  const capBytes = (PROCESS_MB + heapMb + fileMb) * (1 << 20);
  const deadline = seconds * 1000;
  const { promise: gone, resolve: onDeath } = Promise.withResolvers<DeathReason>();
  // It may be busy as long as it likes within its time.
  const limits = { readyTimeout: deadline, silence: 2 * deadline };
  const child = superviseChild(host, limits, {
    onHeartbeat({ rssBytes }) {
      if (rssBytes > capBytes) child.kill({ kind: 'memory-cap', rssBytes, capBytes });
    },
    onDeath,
  });
  const end = () => child.kill({ kind: 'closed' });
  signal?.addEventListener('abort', end, { once: true });
  try {
    await child.ask('examine', { examination, heapMb });
  } catch (error) {
    throwIfCancelled(signal);
    throw error instanceof ProcessDeath ? refusal(error.reason, examination, budget) : error;
  } finally {
    signal?.removeEventListener('abort', end);
    end();
    await gone;
  }
}

/** Megabytes of a process that has nothing to do, generously. */
const PROCESS_MB = 512;

/** The error for a pack over whose examination the process ended. */
function refusal(reason: DeathReason, examination: Examination, budget: Budget): ClipSamError {
  const pack = packNameOf(examination);
  // The same limit is told whichever guard meets it first: the thread's own, or the process's.
  if (reason.kind === 'memory-cap' || ranOutOfMemory(reason)) return tooHeavy(pack, budget.heapMb);
  if (reason.kind === 'start-timeout') return tooSlow(examination, budget.seconds);
  return new ClipSamError(
    'pack-invalid',
    `The model pack ${pack} cannot be examined: the process that opens its files ${describeDeath(reason)}. Try again; if it happens again, don't use this pack.`,
  );
}

function tooSlow(examination: Examination, seconds: number): ClipSamError {
  const pack = packNameOf(examination);
  if (examination.kind !== 'words') {
    return failure(
      'pack-too-slow',
      { pack, seconds },
      `The model pack ${pack} can't be examined within ${seconds} s, so it is not used. If its disk is not just slow, its files are damaged or made to do harm: fetch it from a source that you trust.`,
    );
  }
  const { file } = examination;
  return failure(
    'words-too-slow',
    { pack, file, seconds },
    `The tokeniser of the model pack ${pack} ("${file}") can't read the recipe's phrases within ${seconds} s. Use other phrases, or a pack from a source that you trust.`,
  );
}
