/** Heights of the list per second from which on nobody can make out a picture. */
const FAST = 1.5;
/** Milliseconds over which the pace is taken: one quick turn of the wheel must not count as fast. */
const SPAN = 100;

/** Tells scrolling through from leafing: how fast a list moves, by the offsets that its scroll events bring. */
export class ScrollPace {
  #from = { offset: 0, time: Number.NEGATIVE_INFINITY };
  #fast = false;

  /**
   * @param offset pixels that the list is scrolled by
   * @param height pixels of it that are in sight
   * @param time milliseconds
   * @returns whether it moves too fast for looking at its pictures
   */
  moved(offset: number, height: number, time: number): boolean {
    const span = time - this.#from.time;
    if (span < SPAN) return this.#fast;
    this.#fast = Math.abs(offset - this.#from.offset) > (FAST * height * span) / 1000;
    this.#from = { offset, time };
    return this.#fast;
  }

  /** The list came to rest. */
  rest(): void {
    this.#fast = false;
    this.#from = { offset: 0, time: Number.NEGATIVE_INFINITY };
  }
}
