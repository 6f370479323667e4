import { readFile, stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { hasEnd } from '../../codec/whole-file.ts';
import { byName } from '../../files/image-files.ts';

/** Milliseconds between two looks at files that may still be written. */
const LOOK = 40;
/** A file whose size and time did not change for so many milliseconds is looked into. */
const SETTLED = 100;
/** A file that has not changed for so many milliseconds waits for no other. */
const LATE = 1000;
/** Files handed on at a time. */
const AT_A_TIME = 50;
/** Larger files count as whole once they do not change. */
const LARGEST = 512 << 20;

/** A file that is written no longer. */
export interface SettledFile {
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** False: it has no end, and nobody has written to it for as long as it was waited for. */
  readonly isWhole: boolean;
}

interface Candidate {
  bytes: number;
  modifiedAt: number;
  /** Milliseconds (`performance.now()`): since when it is as it is. */
  since: number;
  /** It was looked into as it is, and has no end. */
  isCut: boolean;
}

export interface SettledFilesOptions {
  /** Milliseconds that a file without an end is waited for, once it does not grow. */
  readonly patience: number;
  readonly signal: AbortSignal;
  /** Paths of those among some files that were taken before, as they are: they are forgotten. */
  readonly isKnown: (files: readonly SettledFile[]) => Promise<ReadonlySet<string>>;
  /** Files in the order in which they came; those of one moment by modification time, then by name. Waited for. */
  readonly onSettled: (files: readonly SettledFile[]) => Promise<void>;
  /** Files that are known to be not whole yet, when that changes. */
  readonly onWaiting?: (paths: readonly string[]) => void;
}

/** Waits until files are written to their end. Those that go away meanwhile are forgotten. */
export class SettledFiles {
  readonly #options: SettledFilesOptions;
  /** By path. */
  readonly #candidates = new Map<string, Candidate>();
  #wake = Promise.withResolvers<void>();
  #waiting = '';

  constructor(options: SettledFilesOptions) {
    this.#options = options;
  }

  /** Files that may be new or written anew. */
  add(paths: readonly string[]): void {
    for (const path of paths) {
      if (this.#candidates.has(path)) continue;
      this.#candidates.set(path, { bytes: -1, modifiedAt: 0, since: 0, isCut: false });
    }
    this.#wake.resolve();
  }

  /** Until the signal is aborted. @throws what `onSettled` throws */
  async run(): Promise<void> {
    const { signal } = this.#options;
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    while (!signal.aborted) {
      if (this.#candidates.size === 0) {
        this.#wake = Promise.withResolvers();
        await Promise.race([this.#wake.promise, stopped]);
      }
      await this.#take(await this.#unchanged());
      this.#tellWaiting();
      await delay(LOOK, undefined, { signal }).catch(() => {});
    }
  }

  /** Files that nobody has written to for a moment, in their order. */
  async #unchanged(): Promise<SettledFile[]> {
    const files: (SettledFile & { readonly isLate: boolean })[] = [];
    const settling: SettledFile[] = [];
    for (const [path, candidate] of this.#candidates) {
      const now = performance.now();
      const stats = await stat(path).catch(() => undefined);
      if (!stats?.isFile()) {
        this.#candidates.delete(path);
        continue;
      }
      const { size: bytes, mtimeMs: modifiedAt } = stats;
      const file = { path, bytes, modifiedAt, isWhole: true };
      const isSame = bytes === candidate.bytes && modifiedAt === candidate.modifiedAt;
      if (!isSame)
        Object.assign(candidate, { bytes, modifiedAt, since: now, isCut: false } satisfies Candidate);
      const age = now - candidate.since;
      if (age < SETTLED) settling.push(file);
      else files.push({ ...file, isLate: age > LATE });
    }
    // Systems tell of files in no order: one that was written before goes first, if it was only seen later.
    const [first] = settling.sort(byArrival);
    return files.sort(byArrival).filter((file) => !first || file.isLate || byArrival(file, first) < 0);
  }

  /** Hands on what is whole, or was waited for long enough. */
  async #take(unchanged: readonly SettledFile[]): Promise<void> {
    const { signal, patience, isKnown, onSettled } = this.#options;
    if (unchanged.length === 0) return;
    const known = await isKnown(unchanged);
    let settled: SettledFile[] = [];
    for (const file of unchanged) {
      const { path, bytes } = file;
      const candidate = this.#candidates.get(path)!;
      if (!known.has(path)) {
        candidate.isCut ||= !(await isWhole(path, bytes));
        if (candidate.isCut && performance.now() - candidate.since < patience) continue;
        settled.push({ ...file, isWhole: !candidate.isCut });
      }
      this.#candidates.delete(path);
      if (settled.length < AT_A_TIME) continue;
      await onSettled(settled);
      settled = [];
      if (signal.aborted) return;
    }
    if (settled.length > 0) await onSettled(settled);
  }

  #tellWaiting(): void {
    const paths = [...this.#candidates].filter(([, { isCut }]) => isCut).map(([path]) => path);
    if (paths.join('\n') === this.#waiting) return;
    this.#waiting = paths.join('\n');
    this.#options.onWaiting?.(paths);
  }
}

function byArrival(a: SettledFile, b: SettledFile): number {
  return a.modifiedAt - b.modifiedAt || byName(a.path, b.path);
}

/** A file that cannot be read now may be held by the program that writes it. */
async function isWhole(path: string, bytes: number): Promise<boolean> {
  if (bytes === 0) return false;
  if (bytes > LARGEST) return true;
  return readFile(path).then(hasEnd, () => false);
}
