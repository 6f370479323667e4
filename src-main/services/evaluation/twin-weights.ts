import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GraphBuilder, Value } from '../../graph/builder.ts';

/** Where a weight starts in its file: memory maps and vector loads like it even. */
const ALIGNMENT = 64;
/** Numbers made at a time. */
const PIECE = 1 << 20;

interface Weight {
  readonly offset: number;
  readonly count: number;
  /** Half of the range of its uniform numbers. */
  readonly reach: number;
  /** Their middle. */
  readonly middle: number;
}

/**
 * Random weights of a graph under construction, which lie in a file beside it and are made only when that file is
 * written: gigabytes never lie in memory.
 */
export class TwinWeights {
  readonly location: string;
  readonly #builder: GraphBuilder;
  readonly #weights: Weight[] = [];
  #bytes = 0;

  /** @param location name of the file, as the graph writes it */
  constructor(builder: GraphBuilder, location: string) {
    this.#builder = builder;
    this.location = location;
  }

  /** Bytes of the file. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many numbers the weights have together. */
  get count(): number {
    return this.#weights.reduce((sum, { count }) => sum + count, 0);
  }

  /** Numbers whose variance keeps that of a sum over `fan` products (as PyTorch's initialisation of linear layers). */
  random(name: string, shape: readonly number[], fan: number): Value {
    return this.#add(name, shape, 1 / Math.sqrt(fan), 0);
  }

  /** Numbers near one. */
  gain(name: string, shape: readonly number[]): Value {
    return this.#add(name, shape, 0.05, 1);
  }

  #add(name: string, shape: readonly number[], reach: number, middle: number): Value {
    const count = shape.reduce((product, size) => product * size, 1);
    const offset = Math.ceil(this.#bytes / ALIGNMENT) * ALIGNMENT;
    this.#weights.push({ offset, count, reach, middle });
    this.#bytes = offset + 4 * count;
    return this.#builder.externalInitializer(name, shape, { location: this.location, offset });
  }

  /** Makes the file, piece by piece. The same weights in the same order are the same numbers. */
  async write(path: string, signal?: AbortSignal): Promise<void> {
    const source = Readable.from(this.#pieces(), { objectMode: false, highWaterMark: 0 });
    await pipeline(source, createWriteStream(path), { ...(signal && { signal }) });
  }

  *#pieces(): Generator<Uint8Array> {
    let written = 0;
    let state = 0x9e3779b9;
    for (const { offset, count, reach, middle } of this.#weights) {
      if (offset > written) yield new Uint8Array(offset - written);
      for (let from = 0; from < count; from += PIECE) {
        const piece = new Float32Array(Math.min(PIECE, count - from));
        for (let i = 0; i < piece.length; i++) {
          // xorshift32 (Marsaglia 2003): quick, and good enough for numbers that mean nothing.
          state ^= state << 13;
          state ^= state >>> 17;
          state ^= state << 5;
          piece[i] = middle + reach * (state / 0x80000000);
        }
        yield new Uint8Array(piece.buffer);
      }
      written = offset + 4 * count;
    }
  }
}
