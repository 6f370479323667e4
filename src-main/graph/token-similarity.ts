import type { GraphBuilder, Value } from './builder.ts';

/** What heads that compare tokens with language take besides tokens. */
export interface SimilarityInputs {
  /** L: [2, C_t], row 0 normal, row 1 abnormal. */
  readonly text: Value;
  /** Token grid to map grid, [map_h, h] and [w, map_w]. */
  readonly mapRows: Value;
  readonly mapColumns: Value;
}

/** Declares the inputs `text`, `map_rows` and `map_columns`; heights and widths are symbolic, as those of UMCI. */
export function declareSimilarityInputs(b: GraphBuilder, textWidth: number): SimilarityInputs {
  return {
    text: b.input('text', 'float32', [2, textWidth]),
    mapRows: b.input('map_rows', 'float32', ['map_h', 'h']),
    mapColumns: b.input('map_columns', 'float32', ['w', 'map_w']),
  };
}

/**
 * By how much `scale` × unit token · "abnormal" exceeds that of "normal", resampled to the map grid: the softmax over both is
 * its sigmoid.
 * @param tokens [h, w, C_t], of any length
 * @returns [map_h, map_w]
 */
export function similarityLogit(
  b: GraphBuilder,
  tokens: Value,
  { text, mapRows, mapColumns }: SimilarityInputs,
  scale: number,
): Value {
  const direction = b.sub(b.slice(text, 0, 1, 2), b.slice(text, 0, 0, 1));
  const logit = b.mul(b.matmul(unitRows(b, tokens, 2), b.transpose(direction, [1, 0])), b.constant(scale));
  return b.matmul(b.matmul(mapRows, b.squeeze(logit, [2])), mapColumns);
}

/** Rows of unit length. @param axis the last one */
export function unitRows(b: GraphBuilder, tokens: Value, axis: number): Value {
  const squares = b.reduceSum(b.mul(tokens, tokens), [axis], true);
  return b.div(tokens, b.sqrt(b.add(squares, b.constant(1e-24))));
}

/** How much more a token is like "abnormal" than like "normal", 0..1: the sigmoid of {@link similarityLogit}. */
export function similarityMap(
  b: GraphBuilder,
  tokens: Value,
  inputs: SimilarityInputs,
  scale: number,
): Value {
  return b.sigmoid(similarityLogit(b, tokens, inputs, scale));
}
