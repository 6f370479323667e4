import { GraphBuilder, type Value } from './builder.ts';
import { linearHeadShape, linearTokens } from './linear-head.ts';
import type { Model } from './model.ts';
import type { WeightTensor } from './safetensors.ts';
import type { EmbeddingTail } from './similarity.ts';
import { declareSimilarityInputs, type SimilarityInputs, unitRows } from './token-similarity.ts';

/** A stage in the space of the text. */
interface SurgeryStage {
  /** [h, w, C_t], of any length. */
  readonly tokens: Value;
  /** The same stage's view of the whole image, [1, C_t], of any length. */
  readonly whole: Value;
}

/**
 * CLIP Surgery's feature surgery (arXiv 2304.05653) for two states, as CLIP-AD uses it: a token's products with the texts,
 * channel by channel, weighted by how much the whole image is like each text (softmax of the cosines over their mean), less
 * what both states share (their mean), summed over the channels. What is left of the two are a number and its negative.
 * @returns similarity of the token with "abnormal", [h, w], −1..1
 */
function surgerySimilarity(b: GraphBuilder, { tokens, whole }: SurgeryStage, text: Value): Value {
  const likeness = b.softmax(b.matmul(unitRows(b, whole, 1), b.transpose(text, [1, 0])), 1);
  const weight = b.div(likeness, b.reduceMean(likeness, [1], true));
  const weighted = b.mul(text, b.transpose(weight, [1, 0]));
  const shared = b.reduceMean(weighted, [0], true);
  const abnormal = b.sub(b.slice(weighted, 0, 1, 2), shared);
  return b.squeeze(b.matmul(unitRows(b, tokens, 2), b.transpose(abnormal, [1, 0])), [2]);
}

/**
 * Declares the outputs of both graphs: `similarity`, the mean over stages of {@link surgerySimilarity}, −1..1, and `coarse`,
 * the softmax of `scale` × it and its negative, 0..1; both [map_h, map_w].
 */
function surgeryOutputs(
  b: GraphBuilder,
  stages: readonly SurgeryStage[],
  { text, mapRows, mapColumns }: SimilarityInputs,
  scale: number,
): void {
  const sum = b.sum(stages.map((stage) => surgerySimilarity(b, stage, text)));
  const mean = b.div(sum, b.constant(stages.length));
  const similarity = b.matmul(b.matmul(mapRows, mean), mapColumns);
  b.output('similarity', similarity);
  b.output('coarse', b.sigmoid(b.mul(similarity, b.constant(2 * scale))));
}

/**
 * Feature surgery of stages that the tower's own last norm and projection bring to the space of the text.
 *
 * Feeds: `stage_0`… [h, w, C] and `whole_0`… [1, C], the class token of the same stage; `text` [2, C_t]; `map_rows`,
 * `map_columns` of `mapMatrices`. Outputs: `similarity` [map_h, map_w], −1..1, and `coarse`, 0..1: the softmax over both
 * states of `scale` × similarity.
 */
export function buildSurgeryGraph(
  { width, textWidth, gamma, beta, epsilon, projection }: EmbeddingTail,
  { stages, scale }: { readonly stages: number; readonly scale: number },
): Model {
  const b = new GraphBuilder();
  const inputs = Array.from({ length: stages }, (_, stage) => ({
    tokens: b.input(`stage_${stage}`, 'float32', ['h', 'w', width]),
    whole: b.input(`whole_${stage}`, 'float32', [1, width]),
  }));
  const similarity = declareSimilarityInputs(b, textWidth);
  const gain = b.initializer('norm.gain', gamma, [width]);
  const bias = b.initializer('norm.bias', beta, [width]);
  const matrix = b.initializer('projection', projection, [width, textWidth]);
  const joint = (x: Value) => b.matmul(b.layerNorm(x, gain, bias, epsilon), matrix);
  const joined = inputs.map(({ tokens, whole }) => ({ tokens: joint(tokens), whole: joint(whole) }));
  surgeryOutputs(b, joined, similarity, scale);
  return b.build('feature-surgery');
}

/**
 * As {@link buildSurgeryGraph} by a linear layer per stage, for towers without a projection of their own; where there is no
 * class token either, the mean of the tokens stands for the whole image. Feeds: as those of a linear head.
 * @param weights as `linearHeadParameters`
 * @throws TypeError when a weight is missing or has another shape
 */
export function buildLinearSurgeryGraph(
  weights: ReadonlyMap<string, WeightTensor>,
  { scale }: { readonly scale: number },
): Model {
  const b = new GraphBuilder();
  const { stageWidths, textWidth } = linearHeadShape(weights);
  const tokens = stageWidths.map((width, stage) => b.input(`stage_${stage}`, 'float32', ['h', 'w', width]));
  const inputs = declareSimilarityInputs(b, textWidth);
  const weight = (name: string) => {
    const { shape, data } = weights.get(name)!;
    return b.initializer(name, data, shape);
  };
  const stages = tokens.map((stage, at) => {
    const joint = linearTokens(b, stage, at, weight);
    return { tokens: joint, whole: b.squeeze(b.reduceMean(joint, [0, 1], true), [0]) };
  });
  surgeryOutputs(b, stages, inputs, scale);
  return b.build('linear-feature-surgery');
}
