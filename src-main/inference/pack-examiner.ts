import { stat } from 'node:fs/promises';
import { ClipSamError, failure, fromErrorRecord, throwIfCancelled } from '../../src-shared/errors.ts';
import type { Examination, Finding, PackWords } from './examination.ts';
import type { PackContents } from './pack-contents.ts';
import { tooHeavy } from './pack-files.ts';
import { forkHost, type ProcessHost } from './process-host.ts';
import { RecentMap } from './recent-map.ts';
import {
  type DeathReason,
  describeDeath,
  ranOutOfMemory,
  type SupervisedChild,
  superviseChild,
} from './supervised-child.ts';

/**
 * Opens the files of packs, which may be anything: a model of a billion empty nodes, a tokeniser whose expression
 * never ends.
 */
export interface PackExaminer {
  /** Opens every file and checks names and shapes. @throws ClipSamError what is wrong with the pack; `cancelled` */
  contents(contents: PackContents, signal?: AbortSignal): Promise<void>;
  /** Has sentences read by the tokeniser. @throws ClipSamError what is wrong with them, or with the pack */
  words(words: PackWords): Promise<void>;
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
  { heapMb, fileMb, seconds }: Budget,
  host: ProcessHost,
  signal?: AbortSignal,
): Promise<void> {
  throwIfCancelled(signal);
  const { promise, resolve } = Promise.withResolvers<Finding | DeathReason>();
  const capBytes = (PROCESS_MB + heapMb + fileMb) * (1 << 20);
  let finding: Finding | undefined;
  let child: SupervisedChild | undefined;
  const deadline = seconds * 1000;
  try {
    child = superviseChild(
      host,
      { kind: 'examine', examination, heapMb },
      // It may be busy as long as it likes within its time.
      { readyTimeout: deadline, silence: 2 * deadline },
      {
        onMessage(message) {
          if (message.kind === 'examined') {
            finding = message.finding;
            child?.kill({ kind: 'closed' });
          } else if (message.kind === 'heartbeat' && message.rssBytes > capBytes) {
            child?.kill({ kind: 'memory-cap', rssBytes: message.rssBytes, capBytes });
          }
        },
        onDeath: (reason) => resolve(finding ?? reason),
      },
    );
  } catch (error) {
    // Out of memory or of processes: spawning itself throws.
    resolve({ kind: 'not-started', message: error instanceof Error ? error.message : String(error) });
  }
  const cancel = () => child?.kill({ kind: 'closed' });
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    const end = await promise;
    throwIfCancelled(signal);
    judge(end, examination, { heapMb, fileMb, seconds });
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

/** Megabytes of a process that has nothing to do, generously. */
const PROCESS_MB = 512;

/** @throws ClipSamError unless the pack is sound */
function judge(end: Finding | DeathReason, examination: Examination, budget: Budget): void {
  switch (end.kind) {
    case 'sound':
      return;
    case 'refused':
      if ('error' in end) throw fromErrorRecord(end.error);
      break;
    case 'out-of-memory':
      throw tooHeavy(nameOf(examination), budget.heapMb);
    case 'memory-cap':
      throw tooHeavy(nameOf(examination), budget.heapMb + budget.fileMb);
    case 'start-timeout':
      throw tooSlow(examination, budget.seconds);
    case 'died':
      if (ranOutOfMemory(end)) {
        throw tooHeavy(nameOf(examination), budget.heapMb + budget.fileMb);
      }
  }
  throw new ClipSamError(
    'pack-invalid',
    `The model pack ${nameOf(examination)} cannot be examined: the process that opens its files ${describeDeath(end as DeathReason)}. Try again; if it happens again, don't use this pack.`,
  );
}

function nameOf({ pack }: Examination): string {
  return typeof pack === 'string' ? pack : pack.id;
}

function tooSlow(examination: Examination, seconds: number): ClipSamError {
  const pack = nameOf(examination);
  if (examination.kind === 'contents') {
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
