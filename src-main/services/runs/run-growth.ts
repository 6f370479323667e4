/** Lets those wait who take images from a batch that gets more of them. */
export class Growth {
  #later = Promise.withResolvers<void>();

  /** Resolves when there may be more than when it was asked for. */
  get later(): Promise<void> {
    return this.#later.promise;
  }

  more(): void {
    this.#later.resolve();
    this.#later = Promise.withResolvers();
  }
}

/** When something may be written that has an order. */
export interface OrderedTurn {
  /** Resolves when all earlier turns have ended. */
  readonly begun: Promise<void>;
  /** More than once does no harm. */
  end(): void;
}

/** Turns one after the other, in the order in which they are taken. */
export class Turns {
  #last: Promise<void> = Promise.resolve();

  take(): OrderedTurn {
    const { promise, resolve } = Promise.withResolvers<void>();
    const begun = this.#last;
    this.#last = begun.then(() => promise);
    return { begun, end: resolve };
  }
}
