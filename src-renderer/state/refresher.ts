/** Milliseconds between two looks at what changes, unless told otherwise. */
const PACE = 1500;

/** Does something per id at once, then at most once per {@link PACE}, and a last time after the last wish. */
export class Refresher {
  readonly #refresh: (id: number) => Promise<void>;
  readonly #pace: number;
  readonly #waiting = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #wished = new Set<number>();

  constructor(refresh: (id: number) => Promise<void>, pace = PACE) {
    this.#refresh = refresh;
    this.#pace = pace;
  }

  ask(id: number): void {
    if (this.#waiting.has(id)) {
      this.#wished.add(id);
      return;
    }
    void this.#refresh(id).catch(() => {});
    this.#waiting.set(
      id,
      setTimeout(() => {
        this.#waiting.delete(id);
        if (this.#wished.delete(id)) this.ask(id);
      }, this.#pace),
    );
  }

  stop(): void {
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }
}
