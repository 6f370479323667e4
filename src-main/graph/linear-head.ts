import { GraphBuilder, type Value } from './builder.ts';
import type { Model } from './model.ts';
import type { WeightTensor } from './safetensors.ts';
import { declareSimilarityInputs, similarityLogit } from './token-similarity.ts';
import type { UmciShape } from './umci.ts';
import type { WeightSpec } from './weight-spec.ts';

/** The weights of a linear head, per stage [C_t, C_i] and [C_t], as PyTorch's `Linear` has them. */
export function linearHeadParameters({
  stageWidths,
  textWidth,
}: Pick<UmciShape, 'stageWidths' | 'textWidth'>): WeightSpec[] {
  return stageWidths.flatMap((width, stage) => [
    { name: `stage${stage}.weight`, shape: [textWidth, width], fan: width },
    { name: `stage${stage}.bias`, shape: [textWidth], fan: 0 },
  ]);
}

/**
 * What {@link buildLinearHeadGraph} computes, up to the softmax; it declares the inputs.
 * @param weight gives the value that stands for a weight of {@link linearHeadParameters}
 * @returns per stage the logit of "abnormal" against "normal", [map_h, map_w]
 */
export function linearStageLogits(
  b: GraphBuilder,
  { stageWidths, textWidth }: Pick<UmciShape, 'stageWidths' | 'textWidth'>,
  scale: number,
  weight: (name: string) => Value,
): Value[] {
  const stages = stageWidths.map((width, stage) => b.input(`stage_${stage}`, 'float32', ['h', 'w', width]));
  const inputs = declareSimilarityInputs(b, textWidth);
  return stages.map((tokens, stage) => {
    return similarityLogit(b, linearTokens(b, tokens, stage, weight), inputs, scale);
  });
}

/** Tokens of a stage, [h, w, C_i], in the space of the text by its linear layer: [h, w, C_t]. */
export function linearTokens(
  b: GraphBuilder,
  tokens: Value,
  stage: number,
  weight: (name: string) => Value,
): Value {
  const turned = b.transpose(weight(`stage${stage}.weight`), [1, 0]);
  return b.add(b.matmul(tokens, turned), weight(`stage${stage}.bias`));
}

/**
 * What weights of {@link linearHeadParameters} are for.
 * @throws TypeError when one is missing or has another shape
 */
export function linearHeadShape(
  weights: ReadonlyMap<string, WeightTensor>,
): Pick<UmciShape, 'stageWidths' | 'textWidth'> {
  const stageWidths: number[] = [];
  for (;;) {
    const width = weights.get(`stage${stageWidths.length}.weight`)?.shape[1];
    if (width === undefined) break;
    stageWidths.push(width);
  }
  const textWidth = weights.get('stage0.weight')?.shape[0] ?? 0;
  const [first, ...others] = linearHeadParameters({ stageWidths, textWidth });
  if (!first) throw new TypeError('A linear head has at least "stage0.weight".');
  for (const { name, shape } of [first, ...others]) {
    const found = weights.get(name)?.shape;
    if (found?.join() !== shape.join()) {
      throw new TypeError(
        `linear head: "${name}" should be [${shape}], found ${found ? `[${found}]` : 'none'}`,
      );
    }
  }
  return { stageWidths, textWidth };
}

/**
 * The head of APRIL-GAN (arXiv 2305.17382): per stage one linear layer into the joint space, `scale` × cosine with both
 * language tokens, resampled, softmax over the two; the mean over stages (the authors' code sums them).
 *
 * Feeds as UMCI's, with matrices of `mapMatrices(…, 'corners')`: `stage_0`… [h, w, C_i], `text` [2, C_t], `map_rows`,
 * `map_columns`. Output: `coarse` [map_h, map_w], 0..1.
 * @param weights as {@link linearHeadParameters}, for as many stages as there are
 * @throws TypeError when a weight is missing or has another shape
 */
export function buildLinearHeadGraph(
  weights: ReadonlyMap<string, WeightTensor>,
  { scale }: { readonly scale: number },
): Model {
  const b = new GraphBuilder();
  const { stageWidths, textWidth } = linearHeadShape(weights);
  const logits = linearStageLogits(b, { stageWidths, textWidth }, scale, (name) => {
    const { shape, data } = weights.get(name)!;
    return b.initializer(name, data, shape);
  });
  const maps = logits.map((logit) => b.sigmoid(logit));
  b.output('coarse', b.div(b.sum(maps), b.constant(maps.length)));
  return b.build('linear-head');
}
