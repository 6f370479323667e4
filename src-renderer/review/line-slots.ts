/**
 * Keys for the lines of a list of which only those in sight are on the page: a line that comes takes over the elements
 * of one that left, since new elements cost several times as much as other texts in those that are there.
 */
export class LineSlots {
  #slots: ReadonlyMap<number, number> = new Map();

  /**
   * @param lines the lines on the page from now on, in their order
   * @returns the key of each; a line that stays keeps its key
   */
  assign(lines: readonly number[]): readonly number[] {
    const taken = new Set(lines.map((line) => this.#slots.get(line)));
    const free = [...this.#slots.values()].filter((slot) => !taken.has(slot));
    let next = Math.max(-1, ...this.#slots.values()) + 1;
    const slots = lines.map((line) => this.#slots.get(line) ?? free.shift() ?? next++);
    this.#slots = new Map(lines.map((line, i) => [line, slots[i]!]));
    return slots;
  }
}
