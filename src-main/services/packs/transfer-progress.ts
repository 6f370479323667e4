import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';

/** Milliseconds between two events, and over how many of them the rate is taken. */
const TICK = 250;
const RATE_WINDOW = 20;
/** Files that are named in an event: those that moved last. */
const MOST_NAMED = 6;

/** A file on its way. */
interface MovingFile {
  readonly name: string;
  readonly total: number | null;
  readonly done: number;
}

/** Tells how far the files of a pack are, a few times a second as long as something moves. */
export class TransferProgress {
  readonly #onEvent: (event: PackImportEvent) => void;
  readonly #timer: NodeJS.Timeout;
  /** By name; those that moved last come last. */
  readonly #files = new Map<string, MovingFile>();
  readonly #expected: ReadonlyMap<string, number>;
  /** How much was there at the last ticks. */
  #history: { readonly at: number; readonly done: number }[] = [];
  #last: { readonly name: string; readonly isDownload: boolean } | undefined;
  #told = '';

  /** @param files with the bytes that each is expected to have, or thought to */
  constructor(
    files: readonly { readonly name: string; readonly bytes: number }[],
    onEvent: ((event: PackImportEvent) => void) | undefined,
  ) {
    this.#expected = new Map(files.map(({ name, bytes }) => [name, bytes]));
    this.#onEvent = onEvent ?? (() => {});
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** So much of a file was there already: it does not count for the rate. */
  begin(name: string, done: number, total: number | null): void {
    this.#put({ name, done, total });
    this.#history = [];
  }

  /** @param done bytes of the file that are there now; fewer than before when a download had to start anew */
  move(name: string, done: number, isDownload: boolean): void {
    const before = this.#files.get(name);
    if (done < (before?.done ?? 0)) this.#history = [];
    this.#put({ name, done, total: before?.total ?? null });
    this.#last = { name, isDownload };
  }

  /** Nothing moves for a while. */
  wait(seconds: number): void {
    this.#tick();
    this.#last = undefined;
    this.#history = [];
    this.#onEvent({ kind: 'waiting', seconds });
  }

  /** Tells the last of it and stops. */
  close(): void {
    clearInterval(this.#timer);
    this.#tick();
  }

  #put(file: MovingFile): void {
    this.#files.delete(file.name);
    this.#files.set(file.name, file);
  }

  #tick(): void {
    if (!this.#last) return;
    const at = performance.now();
    let done = 0;
    let total = 0;
    for (const [name, bytes] of this.#expected) {
      const file = this.#files.get(name);
      done += file?.done ?? 0;
      total += Math.max(file?.total ?? bytes, file?.done ?? 0);
    }
    this.#history.push({ at, done });
    if (this.#history.length > RATE_WINDOW) this.#history.shift();
    const [first] = this.#history as [{ at: number; done: number }];
    const rate = at > first.at ? (1000 * (done - first.done)) / (at - first.at) : null;
    const eta = rate ? (total - done) / rate : null;
    const { name: file, isDownload } = this.#last;
    const told = `${file} ${done} ${rate === 0}`;
    if (told === this.#told && !rate) return;
    this.#told = told;
    const files = [...this.#files.values()].slice(-MOST_NAMED);
    this.#onEvent({ kind: 'bringing', file, isDownload, files, done, total, rate, eta });
  }
}
