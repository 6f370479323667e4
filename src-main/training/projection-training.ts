import type { GraphBuilder, Value } from '../graph/builder.ts';
import { linearHeadParameters } from '../graph/linear-head.ts';
import { AdamW } from './adamw.ts';
import type { FeatureRecord } from './feature-file.ts';
import { normaliseRows } from './text-encoder.ts';
import {
  pooledRegions,
  symmetricCrossEntropy,
  type TextProgress,
  takeContrastiveSteps,
} from './text-training.ts';
import type { TowerWidths } from './trainable-head.ts';
import { TrainingGraph } from './training-graph.ts';
import type { TrainingPlan } from './training-plan.ts';
import { Weights } from './weights.ts';

/** How a projection is trained. */
export type ProjectionPlan = Pick<TrainingPlan['text'], 'batch' | 'steps' | 'learningRate'>;

/** As the text tower of `lite` was. */
export const PROJECTION_PLAN: ProjectionPlan = { batch: 96, steps: 400, learningRate: 1e-3 };

interface ProjectionTrainingOptions {
  readonly widths: TowerWidths;
  readonly plan: ProjectionPlan;
  readonly seed: number;
  readonly records: readonly FeatureRecord[];
  readonly featureFolder: string;
  /** Embeddings of sentences by the frozen text tower, [n, C_t], of any length. */
  readonly embed: (sentences: readonly string[]) => Promise<Float32Array>;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TextProgress) => void;
}

/** The logarithm of the scale that the training begins with, less 1. */
const SHARPNESS = 1.3;

/**
 * Trains what a vision tower without a projection lacks: per stage a linear layer into the space of its frozen text tower,
 * LiT (Zhai et al. 2022) turned round. Symmetric cross-entropy over a batch of pooled regions and captions, in which regions
 * with the same object and state count as one another's match; the stages' losses are summed, their scale is one.
 * @returns weights as of a linear head, for tokens as they are; and the scale of the cosine
 */
export async function trainProjection(
  options: ProjectionTrainingOptions,
): Promise<{ readonly weights: Weights; readonly scale: number }> {
  const { widths, plan, seed, embed, threads, signal, onProgress } = options;
  const { stageWidths, textWidth } = widths;
  const pooled = await pooledRegions({ ...options, stageWidths });
  const layers = linearHeadParameters(widths);
  const specs = [...layers, { name: 'sharpness', shape: [1], fan: -1 }];
  const weights = Weights.initial(specs, `${seed}/projection`);
  const optimizer = new AdamW(specs, { ...plan, warmup: 50, weightDecay: 0.05, clip: 1 });
  const graph = await TrainingGraph.create(
    specs,
    (b, weight) => projectionLoss(b, widths, weight),
    threads ? { threads } : {},
  );
  await takeContrastiveSteps({
    ...{ graph, weights, optimizer, plan, regions: pooled.regions },
    seed: `${seed}/projection`,
    textFeeds: async (captions) => ({
      text: { type: 'float32', dims: [plan.batch, textWidth], data: await embed(captions) },
    }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const scale = Math.exp(weights.tensors.get('sharpness')!.data[0]! + SHARPNESS);
  return { weights: forPlainTokens(weights, widths, pooled), scale };
}

function projectionLoss(
  b: GraphBuilder,
  { stageWidths, textWidth }: TowerWidths,
  weight: (name: string) => Value,
): Value {
  const channels = stageWidths.reduce((sum, width) => sum + width, 0);
  const regions = b.input('regions', 'float32', ['n', channels]);
  const matches = b.input('matches', 'float32', ['n', 'n']);
  const text = b.transpose(normaliseRows(b, b.input('text', 'float32', ['n', textWidth])), [1, 0]);
  const sharpness = b.exp(b.add(weight('sharpness'), b.constant(SHARPNESS)));
  let from = 0;
  const losses = stageWidths.map((width, stage) => {
    const own = b.slice(regions, 1, from, from + width);
    from += width;
    const turned = b.transpose(weight(`stage${stage}.weight`), [1, 0]);
    const image = normaliseRows(b, b.add(b.matmul(own, turned), weight(`stage${stage}.bias`)));
    return symmetricCrossEntropy(b, b.mul(b.matmul(image, text), sharpness), matches);
  });
  return losses.reduce((sum, loss) => b.add(sum, loss));
}

/** The layers for channels as the tower gives them, not standardised: W / σ, and b − (W / σ) μ. */
function forPlainTokens(
  weights: Weights,
  widths: TowerWidths,
  { mean, deviation }: { readonly mean: Float64Array; readonly deviation: Float64Array },
): Weights {
  const plain = new Weights(linearHeadParameters(widths));
  let from = 0;
  for (const [stage, width] of widths.stageWidths.entries()) {
    const { data: w } = weights.tensors.get(`stage${stage}.weight`)!;
    const { data: bias } = weights.tensors.get(`stage${stage}.bias`)!;
    const to = plain.tensors.get(`stage${stage}.weight`)!.data;
    const toBias = plain.tensors.get(`stage${stage}.bias`)!.data;
    for (let out = 0; out < widths.textWidth; out++) {
      let shift = 0;
      for (let c = 0; c < width; c++) {
        const value = w[out * width + c]! / deviation[from + c]!;
        to[out * width + c] = value;
        shift += value * mean[from + c]!;
      }
      toBias[out] = bias[out]! - shift;
    }
    from += width;
  }
  return plain;
}
