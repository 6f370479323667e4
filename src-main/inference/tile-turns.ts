/** One image's place in the line of those that are held in full size. */
export interface TileTurn {
  /** Resolves when all before it are done. */
  readonly begins: Promise<void>;
  /** Lets the next one in; also of an image that turns out not to need it. */
  end(): void;
}

/**
 * Large images one at a time, in the order in which they came: pixels of several at once would not fit into memory,
 * and the clock runs for the one that came first.
 */
export class TileTurns {
  #last: Promise<void> = Promise.resolve();

  take(): TileTurn {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begins = this.#last;
    this.#last = begins.then(() => promise);
    return { begins, end: resolve };
  }
}
