/** Milliseconds that count. */
const WINDOW = 60_000;

/** How fast a run is. */
export class RunPace {
  readonly #finishedAt: number[] = [];

  /** Counts an image that is done now. @returns images per second over the last minute */
  count(): number {
    const now = performance.now();
    this.#finishedAt.push(now);
    while (this.#finishedAt[0]! < now - WINDOW) this.#finishedAt.shift();
    const seconds = (now - this.#finishedAt[0]!) / 1000;
    return seconds > 0 ? (this.#finishedAt.length - 1) / seconds : 0;
  }
}
