/**
 * Keys for the rows of a list of which only those in sight are on the page: a row that comes takes over the elements
 * of one that left, since new elements cost several times as much as other texts in those that are there.
 */
export class RecycledKeys {
  #keys: ReadonlyMap<number, number> = new Map();

  /**
   * @param rows indexes of the rows on the page from now on, in their order
   * @returns the key of each; a row that stays keeps its key
   */
  assign(rows: readonly number[]): readonly number[] {
    const taken = new Set(rows.map((row) => this.#keys.get(row)));
    const free = [...this.#keys.values()].filter((key) => !taken.has(key));
    let next = Math.max(-1, ...this.#keys.values()) + 1;
    const keys = rows.map((row) => this.#keys.get(row) ?? free.shift() ?? next++);
    this.#keys = new Map(rows.map((row, i) => [row, keys[i]!]));
    return keys;
  }
}
