import type { NoveltyChannel } from '../../src-shared/pack.ts';
import type { GraphBuilder, Value } from './builder.ts';

/** Side of the averaged squares of tokens that every token is compared with. */
export const REFERENCE_SIDE = 2;

/** Squares whose centre lies within this many tokens of a token (along both axes) are not compared with it. */
export const NEAR = 2.5;

/** Values per channel: novelty as it is, and less the picture's mean. */
export const NOVELTY_VALUES = 2;

/** The resampling matrices that {@link noveltyMap} needs. */
export interface NoveltyInputs {
  /** Averages over squares, [h2, h] and [w, w2]. */
  readonly poolRows: Value;
  readonly poolColumns: Value;
  /** 1 where a square is near along that axis, [h, h2] and [w, w2]. */
  readonly nearRows: Value;
  readonly nearColumns: Value;
}

export function declareNoveltyInputs(builder: GraphBuilder): NoveltyInputs {
  return {
    poolRows: builder.input('novelty_pool_rows', 'float32', ['h2', 'h']),
    poolColumns: builder.input('novelty_pool_columns', 'float32', ['w', 'w2']),
    nearRows: builder.input('novelty_near_rows', 'float32', ['h', 'h2']),
    nearColumns: builder.input('novelty_near_columns', 'float32', ['w', 'w2']),
  };
}

/**
 * How little every token has its like elsewhere in the same picture. Nothing is learned here, so it means
 * the same on a product never seen: texture, threads and repeated parts have their like, a scratch has not.
 *
 * Per channel the negative logarithm of a kernel density: tokens less their mean over channels, at unit length,
 * against 2 × 2 averages of them, n = −10/β · log mean exp(β (cos − 1)) over all squares that are not near.
 * β small: rare in the whole picture; β large: no single like. Sum and count get 10⁻⁹ more, so that no like at all
 * gives a number, and a picture too small for anything far gives 0.
 * @param stages patch tokens, [h, w, C_i]
 * @returns [h, w, {@link NOVELTY_VALUES} · channels]: raw, and less the picture's mean
 */
export function noveltyMap(
  b: GraphBuilder,
  channels: readonly NoveltyChannel[],
  stages: readonly Value[],
  inputs: NoveltyInputs,
): Value {
  const similarities = new Map<number, Value>();
  for (const { stage } of channels) {
    if (!similarities.has(stage)) similarities.set(stage, cosines(b, stages[stage]!, inputs));
  }
  const one = b.constant(1);
  const tiny = b.constant(1e-9);
  const near = b.mul(b.unsqueeze(inputs.nearRows, [1, 3]), b.unsqueeze(inputs.nearColumns, [0, 2]));
  const maps = channels.flatMap(({ stage, sharpness }) => {
    const similarity = similarities.get(stage)!;
    const far = b.sub(one, b.reshape(near, similarity.shape));
    const kernel = b.mul(b.exp(b.mul(b.sub(similarity, one), b.constant(sharpness))), far);
    const density = b.div(b.add(b.reduceSum(kernel, [1]), tiny), b.add(b.reduceSum(far, [1]), tiny));
    const flat = b.mul(b.log(density), b.constant(-10 / sharpness));
    const raw = b.reshape(flat, [...stages[stage]!.shape.slice(0, 2), 1]);
    return [raw, b.sub(raw, b.reduceMean(raw, [0, 1], true))];
  });
  return b.concat(maps, 2);
}

/** Cosine of every token with every square, [h·w, h2·w2]. */
function cosines(b: GraphBuilder, tokens: Value, { poolRows, poolColumns }: NoveltyInputs): Value {
  const width = tokens.shape[2]!;
  const unit = (x: Value, axis: number) => {
    const length = b.sqrt(b.add(b.reduceSum(b.mul(x, x), [axis], true), b.constant(1e-6)));
    return b.div(x, length);
  };
  const units = unit(b.sub(tokens, b.reduceMean(tokens, [2], true)), 2);
  const planes = b.transpose(units, [2, 0, 1]);
  const squares = b.matmul(b.matmul(poolRows, planes), poolColumns);
  return b.matmul(b.reshape(units, [-1, width]), unit(b.reshape(squares, [width, -1]), 0));
}
