/** Bits of a run's length, as the stream's header lists them; each run says which of them it uses. */
const LENGTH_BITS = [3, 4, 8, 16] as const;
const WORD_BITS = 8;
/** Label Studio's brush has the four channels of a picture. */
const CHANNELS = 4;

/**
 * A mask as Label Studio's brush stores it: run lengths in bits (the format of thi.ng's rle-pack), over the four
 * channels of every pixel, 0 or 255.
 * @param counts run lengths over all pixels of the image, row by row, uncovered first
 * @returns bytes
 */
export function brushRuns(counts: readonly number[]): number[] {
  const bits = new Bits();
  const values = CHANNELS * counts.reduce((sum, count) => sum + count, 0);
  bits.push(values, 32);
  bits.push(WORD_BITS - 1, 5);
  for (const size of LENGTH_BITS) bits.push(size - 1, 4);
  counts.forEach((count, i) => {
    for (let left = count * CHANNELS; left > 0; ) {
      const length = Math.min(left, 2 ** 16);
      const which = LENGTH_BITS.findIndex((size) => length <= 2 ** size);
      bits.push(1, 1);
      bits.push(which, 2);
      bits.push(length - 1, LENGTH_BITS[which]!);
      bits.push(i % 2 === 0 ? 0 : 255, WORD_BITS);
      left -= length;
    }
  });
  return bits.bytes();
}

/** Bits in the order in which they are pushed, highest first. */
class Bits {
  readonly #bytes: number[] = [];
  #count = 0;

  push(value: number, size: number): void {
    for (let bit = size - 1; bit >= 0; bit--) {
      if (this.#count % 8 === 0) this.#bytes.push(0);
      if (Math.floor(value / 2 ** bit) % 2 === 1)
        this.#bytes[this.#bytes.length - 1]! |= 128 >> (this.#count % 8);
      this.#count++;
    }
  }

  bytes(): number[] {
    return this.#bytes;
  }
}
