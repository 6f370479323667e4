/** Work that can be paused: done piece by piece, each behind a gate that somebody may shut, or end for good. */
export class WorkGate {
  #underWay = 0;
  #shut: PromiseWithResolvers<void> | undefined;
  #drained: PromiseWithResolvers<void> | undefined;
  #ended = false;

  get isShut(): boolean {
    return this.#shut !== undefined;
  }

  /** Does the work once the gate is open. @returns false, with nothing done, when all has ended before */
  async pass(work: () => Promise<void>): Promise<boolean> {
    // Nothing is awaited between an open gate and the count: whoever shuts it waits for all that is under way.
    while (this.#shut && !this.#ended) await this.#shut.promise;
    if (this.#ended) return false;
    this.#underWay++;
    try {
      await work();
    } finally {
      if (--this.#underWay === 0) {
        this.#drained?.resolve();
        this.#drained = undefined;
      }
    }
    return true;
  }

  /** Lets nothing more begin; resolves when what is under way is done. */
  async shut(): Promise<void> {
    this.#shut ??= Promise.withResolvers();
    if (this.#underWay === 0) return;
    this.#drained ??= Promise.withResolvers();
    await this.#drained.promise;
  }

  /** Opens the gate; what waits goes on with the answer's call, unless the gate was shut again by then. */
  open(): () => void {
    const waiting = this.#shut;
    this.#shut = undefined;
    return () => waiting?.resolve();
  }

  /** Nothing begins any more. */
  end(): void {
    this.#ended = true;
    this.#shut?.resolve();
  }
}
