/**
 * Lets the small pictures of a list load a few at a time, in the order in which they came into sight, and none while
 * the list scrolls fast: every load takes the page a dozen small tasks, and hundreds of them keep frames from coming.
 */
export class PictureQueue {
  readonly #atOnce: number;
  readonly #waiting = new Map<symbol, () => void>();
  readonly #loading = new Set<symbol>();
  #held = false;

  /** @param atOnce pictures that load at the same time */
  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /**
   * @param start called once, when the picture may load
   * @returns to be called when it has loaded, has failed or is not wanted any more; again does nothing
   */
  ask(start: () => void): () => void {
    const ticket = Symbol();
    this.#waiting.set(ticket, start);
    this.#startNext();
    return () => {
      this.#waiting.delete(ticket);
      if (this.#loading.delete(ticket)) this.#startNext();
    };
  }

  /** While held, no further picture starts. */
  hold(held: boolean): void {
    this.#held = held;
    this.#startNext();
  }

  #startNext(): void {
    if (this.#held) return;
    for (const [ticket, start] of this.#waiting) {
      if (this.#loading.size >= this.#atOnce) return;
      this.#waiting.delete(ticket);
      this.#loading.add(ticket);
      start();
    }
  }
}
