import { GraphBuilder, type Value } from '../../graph/builder.ts';
import type { Model } from '../../graph/model.ts';
import { TwinWeights } from './twin-weights.ts';

/** A graph of random weights, and the weights, which belong into a file beside it. */
export interface TwinGraph {
  readonly model: Model;
  readonly weights: TwinWeights;
}

/** Sizes of CLIP's vision tower. */
export interface ClipSizes {
  readonly inputSize: number;
  readonly patch: number;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly mlp: number;
  /** Of the space that it shares with text. */
  readonly joint: number;
  /** Blocks whose tokens come out, counted from 1. */
  readonly stages: readonly number[];
}

/** CLIP ViT-L/14@336 with its position table resized for 518 pixels: 37 × 37 patches and the class token. */
export const CLIP_L14_518: ClipSizes = {
  inputSize: 518,
  patch: 14,
  blocks: 24,
  width: 1024,
  heads: 16,
  mlp: 4096,
  joint: 768,
  stages: [6, 12, 18, 24],
};

/** Sizes of SAM's image encoder. */
export interface SamSizes {
  readonly inputSize: number;
  readonly patch: number;
  readonly blocks: number;
  readonly width: number;
  readonly heads: number;
  readonly mlp: number;
  /** Tokens of a window's side in which the other blocks attend. */
  readonly window: number;
  /** Blocks that attend everywhere, counted from 0. */
  readonly global: readonly number[];
  /** Channels of the embedding. */
  readonly neck: number;
}

/** SAM's ViT-H. */
export const SAM_VIT_H: SamSizes = {
  inputSize: 1024,
  patch: 16,
  blocks: 32,
  width: 1280,
  heads: 16,
  mlp: 5120,
  window: 14,
  global: [7, 15, 23, 31],
  neck: 256,
};

/**
 * CLIP's vision tower (Radford et al. 2021, pre-norm with QuickGELU), operation by operation as the exports have it;
 * the patches are cut out by a reshape in front of a matrix product, which is the same sums as the strided convolution.
 * @returns `pixel_values` [1, 3, size, size] → `stage_<block>` [1, tokens, width] with the class token first, and
 *   `image_embeds` [1, joint]
 */
export function clipTwin(sizes: ClipSizes, location: string): TwinGraph {
  const builder = new GraphBuilder();
  const weights = new TwinWeights(builder, location);
  const layers = new Layers(builder, weights);
  const { inputSize, patch, width, heads, mlp, joint, blocks, stages } = sizes;
  const tokens = (inputSize / patch) ** 2 + 1;
  const pixels = builder.input('pixel_values', 'float32', [1, 3, inputSize, inputSize]);
  const patches = builder.reshape(layers.patches('patch', pixels, patch, width, false), [
    1,
    tokens - 1,
    width,
  ]);
  const classToken = weights.random('class', [1, 1, width], width);
  let x = builder.concat([classToken, patches], 1);
  x = layers.norm('pre', builder.add(x, weights.random('positions', [tokens, width], width)));
  for (let block = 1; block <= blocks; block++) {
    const name = `block${block}`;
    const y = layers.norm(`${name}.norm1`, x);
    const [q, k, v] = ['q', 'k', 'v'].map((part) =>
      layers.split(layers.linear(`${name}.${part}`, y, width), heads),
    );
    const scores = builder.matmul(layers.scaled(q!), builder.transpose(k!, [0, 1, 3, 2]));
    const seen = layers.join(builder.matmul(builder.softmax(scores, -1), v!));
    x = builder.add(x, layers.linear(`${name}.out`, seen, width));
    const hidden = layers.linear(`${name}.fc1`, layers.norm(`${name}.norm2`, x), mlp);
    const active = builder.mul(hidden, builder.sigmoid(builder.mul(hidden, builder.constant(1.702))));
    x = builder.add(x, layers.linear(`${name}.fc2`, active, width));
    if (stages.includes(block)) builder.output(`stage_${block}`, x);
  }
  const pooled = layers.norm('post', builder.reshape(builder.slice(x, 1, 0, 1), [1, width]));
  builder.output('image_embeds', builder.matmul(pooled, weights.random('projection', [width, joint], width)));
  return { model: builder.build('clip-twin'), weights };
}

/**
 * SAM's image encoder (Kirillov et al. 2023): windowed attention with four global blocks, decomposed relative positions
 * (Li et al. 2022), and the neck; nothing is simplified.
 * @returns `pixel_values` [1, 3, size, size] → `image_embeddings` [1, neck, grid, grid]
 */
export function samTwin(sizes: SamSizes, location: string): TwinGraph {
  const builder = new GraphBuilder();
  const weights = new TwinWeights(builder, location);
  const layers = new Layers(builder, weights);
  const { inputSize, patch, width, heads, mlp, blocks, window, global, neck } = sizes;
  const grid = inputSize / patch;
  const pixels = builder.input('pixel_values', 'float32', [1, 3, inputSize, inputSize]);
  let x = layers.patches('patch', pixels, patch, width, true);
  x = builder.add(x, weights.random('positions', [1, grid, grid, width], width));
  for (let block = 0; block < blocks; block++) {
    const name = `block${block}`;
    const y = layers.norm(`${name}.norm1`, x);
    const attend = (tiles: Value) => layers.spatialAttention(`${name}.attention`, tiles, heads);
    x = builder.add(x, global.includes(block) ? attend(y) : layers.inWindows(y, window, attend));
    const hidden = builder.gelu(layers.linear(`${name}.fc1`, layers.norm(`${name}.norm2`, x), mlp));
    x = builder.add(x, layers.linear(`${name}.fc2`, hidden, width));
  }
  const one = weights.random('neck.conv1', [neck, width, 1, 1], width);
  let y = layers.channelNorm('neck.norm1', builder.conv(builder.transpose(x, [0, 3, 1, 2]), one));
  y = builder.conv(y, weights.random('neck.conv2', [neck, neck, 3, 3], 9 * neck));
  builder.output('image_embeddings', layers.channelNorm('neck.norm2', y));
  return { model: builder.build('sam-twin'), weights };
}

/** The layers that both towers are made of. */
class Layers {
  readonly #builder: GraphBuilder;
  readonly #weights: TwinWeights;

  constructor(builder: GraphBuilder, weights: TwinWeights) {
    this.#builder = builder;
    this.#weights = weights;
  }

  linear(name: string, x: Value, to: number): Value {
    const from = x.shape.at(-1) as number;
    const product = this.#builder.matmul(x, this.#weights.random(`${name}.weight`, [from, to], from));
    return this.#builder.add(product, this.#weights.random(`${name}.bias`, [to], from));
  }

  norm(name: string, x: Value): Value {
    const width = x.shape.at(-1) as number;
    const gain = this.#weights.gain(`${name}.weight`, [width]);
    return this.#builder.layerNorm(x, gain, this.#weights.random(`${name}.bias`, [width], width));
  }

  /** Layer normalisation over the channels of [1, C, H, W]. */
  channelNorm(name: string, x: Value): Value {
    return this.#builder.transpose(this.norm(name, this.#builder.transpose(x, [0, 2, 3, 1])), [0, 3, 1, 2]);
  }

  /** [1, 3, S, S] → [1, S/patch, S/patch, width]. */
  patches(name: string, pixels: Value, patch: number, width: number, hasBias: boolean): Value {
    const grid = (pixels.shape[2] as number) / patch;
    const cut = this.#builder.reshape(pixels, [1, 3, grid, patch, grid, patch]);
    const rows = this.#builder.transpose(cut, [0, 2, 4, 1, 3, 5]);
    const numbers = 3 * patch * patch;
    const flat = this.#builder.reshape(rows, [1, grid, grid, numbers]);
    if (hasBias) return this.linear(name, flat, width);
    return this.#builder.matmul(flat, this.#weights.random(`${name}.weight`, [numbers, width], numbers));
  }

  /** [n, tokens, width] → [n, heads, tokens, width / heads]. */
  split(x: Value, heads: number): Value {
    const [n, tokens, width] = x.shape as readonly number[];
    return this.#builder.transpose(
      this.#builder.reshape(x, [n!, tokens!, heads, width! / heads]),
      [0, 2, 1, 3],
    );
  }

  /** The inverse of {@link split}. */
  join(x: Value): Value {
    const [n, heads, tokens, size] = x.shape as readonly number[];
    return this.#builder.reshape(this.#builder.transpose(x, [0, 2, 1, 3]), [n!, tokens!, heads! * size!]);
  }

  /** By one over the root of a head's width. */
  scaled(q: Value): Value {
    return this.#builder.mul(q, this.#builder.constant(1 / Math.sqrt(q.shape.at(-1) as number)));
  }

  /** Attention within each map of [n, side, side, width], with a bias by rows and columns of distance. */
  spatialAttention(name: string, x: Value, heads: number): Value {
    const b = this.#builder;
    const [n, side, , width] = x.shape as readonly [number, number, number, number];
    const size = width / heads;
    const tokens = side * side;
    const qkv = b.reshape(this.linear(`${name}.qkv`, x, 3 * width), [n, tokens, 3, heads, size]);
    const parts = b.reshape(b.transpose(qkv, [2, 0, 3, 1, 4]), [3, n * heads, tokens, size]);
    const [q, k, v] = [0, 1, 2].map((at) => b.squeeze(b.slice(parts, 0, at, at + 1), [0]));
    const scores = b.matmul(this.scaled(q!), b.transpose(k!, [0, 2, 1]));
    const map = b.reshape(q!, [n * heads, side, side, size]);
    const byRow = b.matmul(map, this.#distances(`${name}.rel_pos_h`, side, size));
    const byColumn = b.transpose(
      b.matmul(b.transpose(map, [0, 2, 1, 3]), this.#distances(`${name}.rel_pos_w`, side, size)),
      [0, 2, 1, 3],
    );
    const biased = b.add(
      b.add(b.reshape(scores, [n * heads, side, side, side, side]), b.unsqueeze(byRow, [4])),
      b.unsqueeze(byColumn, [3]),
    );
    const weights = b.softmax(b.reshape(biased, [n * heads, tokens, tokens]), -1);
    const seen = b.reshape(b.matmul(weights, v!), [n, heads, side, side, size]);
    const joined = b.reshape(b.transpose(seen, [0, 2, 3, 1, 4]), [n, side, side, width]);
    return this.linear(`${name}.proj`, joined, width);
  }

  /** Rows of a table by the distance of two places: [side, size, side], for a query in each place. */
  #distances(name: string, side: number, size: number): Value {
    const b = this.#builder;
    const table = this.#weights.random(name, [2 * side - 1, size], size);
    const places = Array.from({ length: side * side }, (_, at) => {
      return Math.floor(at / side) - (at % side) + side - 1;
    });
    const rows = b.gather(table, b.reshape(b.int64s(places), [side, side]));
    return b.transpose(rows, [0, 2, 1]);
  }

  /** Cuts [1, grid, grid, width] into windows, zeros beyond the border, and puts the answers together again. */
  inWindows(x: Value, window: number, attend: (windows: Value) => Value): Value {
    const b = this.#builder;
    const [, grid, , width] = x.shape as readonly [number, number, number, number];
    const across = Math.ceil(grid / window);
    const beyond = across * window - grid;
    const rim = [1, 2].map((axis) => ({ axis, before: 0, after: beyond }));
    const cut = b.reshape(b.pad(x, rim), [1, across, window, across, window, width]);
    const windows = b.reshape(b.transpose(cut, [0, 1, 3, 2, 4, 5]), [across * across, window, window, width]);
    const seen = b.reshape(attend(windows), [1, across, across, window, window, width]);
    const side = across * window;
    return b.crop(b.reshape(b.transpose(seen, [0, 1, 3, 2, 4, 5]), [1, side, side, width]), rim);
  }
}
