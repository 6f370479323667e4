import type { PackImportEvent } from '../../../src-shared/contract/packs.ts';

/** Milliseconds between two events, and over how many of them the rate is taken. */
const TICK = 250;
const RATE_WINDOW = 20;

/** Tells how far the files of a pack are, a few times a second as long as something moves. */
export class TransferProgress {
  readonly #total: number;
  readonly #onEvent: (event: PackImportEvent) => void;
  readonly #timer: NodeJS.Timeout;
  /** How much was there at the last ticks. */
  #history: { readonly at: number; readonly done: number }[] = [];
  #file: { readonly name: string; readonly isDownload: boolean } | undefined;
  #done = 0;
  #told = '';

  /** @param total bytes of all files */
  constructor(total: number, onEvent: ((event: PackImportEvent) => void) | undefined) {
    this.#total = total;
    this.#onEvent = onEvent ?? (() => {});
    this.#timer = setInterval(() => this.#tick(), TICK);
  }

  /** Bytes that are there. */
  get done(): number {
    return this.#done;
  }

  /** So much was there already: it does not count for the rate. */
  begin(done: number): void {
    this.#done = done;
    this.#history = [];
  }

  /** @param done bytes that are there now; fewer than before when a download had to start anew */
  move(done: number, name: string, isDownload: boolean): void {
    if (done < this.#done) this.#history = [];
    this.#done = done;
    this.#file = { name, isDownload };
  }

  /** Nothing moves for a while. */
  wait(seconds: number): void {
    this.#tick();
    this.#file = undefined;
    this.#history = [];
    this.#onEvent({ kind: 'waiting', seconds });
  }

  /** Tells the last of it and stops. */
  close(): void {
    clearInterval(this.#timer);
    this.#tick();
  }

  #tick(): void {
    if (!this.#file) return;
    const at = performance.now();
    this.#history.push({ at, done: this.#done });
    if (this.#history.length > RATE_WINDOW) this.#history.shift();
    const [first] = this.#history as [{ at: number; done: number }];
    const rate = at > first.at ? (1000 * (this.#done - first.done)) / (at - first.at) : null;
    const eta = rate ? (this.#total - this.#done) / rate : null;
    const { name: file, isDownload } = this.#file;
    const told = `${file} ${this.#done} ${rate === 0}`;
    if (told === this.#told && !rate) return;
    this.#told = told;
    this.#onEvent({ kind: 'bringing', file, isDownload, done: this.#done, total: this.#total, rate, eta });
  }
}
