import { throwIfCancelled } from '../../src-shared/errors.ts';
import { Random } from '../../src-shared/random.ts';
import type { GraphBuilder, Value } from '../graph/builder.ts';
import type { Tensor } from '../inference/ort.ts';
import { sentenceIds, type Tokenizer } from '../inference/tokenizer.ts';
import { AdamW } from './adamw.ts';
import { caption } from './captions.ts';
import { type FeatureRecord, readPooled } from './feature-file.ts';
import { encodeText, normaliseRows, type TextEncoderShape, textEncoderParameters } from './text-encoder.ts';
import { TrainingGraph } from './training-graph.ts';
import type { TrainingPlan } from './training-plan.ts';
import { Weights } from './weights.ts';

export interface TextProgress {
  readonly kind: 'text';
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

export interface TextTrainingOptions {
  readonly shape: TextEncoderShape;
  readonly plan: TrainingPlan['text'];
  readonly seed: number;
  readonly records: readonly FeatureRecord[];
  readonly featureFolder: string;
  readonly stageWidths: readonly number[];
  readonly tokenizer: Tokenizer;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TextProgress) => void;
}

/** A region of a picture as one pooled, standardised feature, with what can be said about it. */
interface PooledRegion {
  readonly feature: Float32Array;
  readonly names: readonly string[];
  readonly defects: readonly string[];
  readonly abnormal: boolean;
}

/**
 * Trains the text encoder against the locked image side (LiT, Zhai et al. 2022): a linear layer over pooled
 * region features on one side, the text encoder on the other, symmetric cross-entropy over a batch in which
 * regions with the same object and the same state count as one another's match.
 * @returns the text encoder's weights
 */
export async function trainTextEncoder(options: TextTrainingOptions): Promise<Weights> {
  const { shape, plan, seed, tokenizer, signal, onProgress } = options;
  const { regions } = await pooledRegions(options);
  const channels = regions[0]?.feature.length ?? 0;
  const textSpecs = textEncoderParameters(shape);
  const specs = [
    ...textSpecs,
    { name: 'image.weight', shape: [channels, shape.width], fan: channels },
    { name: 'image.bias', shape: [shape.width], fan: 0 },
    { name: 'image.sharpness', shape: [1], fan: -1 },
  ];
  const weights = Weights.initial(specs, `${seed}/text`);
  const optimizer = new AdamW(specs, { ...plan, warmup: 50, weightDecay: 0.05, clip: 1 });
  const graph = await TrainingGraph.create(specs, (b, weight) => contrastiveLoss(b, shape, channels, weight));
  await takeContrastiveSteps({
    ...{ graph, weights, optimizer, plan, regions },
    seed: `${seed}/text`,
    textFeeds: async (captions) => ({
      ids: {
        type: 'int64',
        dims: [plan.batch, shape.contextLength],
        data: sentenceIds(tokenizer, captions, shape.contextLength),
      },
    }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const size = new Weights(textSpecs).vector.length;
  return new Weights(textSpecs, weights.vector.slice(0, size));
}

interface ContrastiveSteps {
  /** Takes `regions`, `matches` and what `textFeeds` gives. It is released at the end. */
  readonly graph: TrainingGraph;
  readonly weights: Weights;
  readonly optimizer: AdamW;
  readonly plan: Pick<TrainingPlan['text'], 'batch' | 'steps'>;
  readonly seed: string;
  readonly regions: readonly PooledRegion[];
  readonly textFeeds: (captions: readonly string[]) => Promise<Record<string, Tensor>>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TextProgress) => void;
}

/** Steps over batches of pooled regions and captions of them, drawn by the seed and the step's number. */
export async function takeContrastiveSteps(options: ContrastiveSteps): Promise<void> {
  const { graph, weights, optimizer, plan, seed, regions, signal, onProgress } = options;
  const channels = regions[0]?.feature.length ?? 0;
  const gradient = new Float32Array(weights.vector.length);
  let loss = 0;
  try {
    while (optimizer.step < plan.steps) {
      throwIfCancelled(signal);
      const random = new Random(`${seed}/${optimizer.step}`);
      const batch = Array.from({ length: plan.batch }, () => random.pick(regions));
      const captions = batch.map(({ names, defects, abnormal }) => caption(names, defects, abnormal, random));
      gradient.fill(0);
      loss += await graph.run(
        weights,
        {
          ...(await options.textFeeds(captions)),
          regions: { type: 'float32', dims: [plan.batch, channels], data: rowsOf(batch, channels) },
          matches: { type: 'float32', dims: [plan.batch, plan.batch], data: matchShares(batch) },
        },
        gradient,
      );
      optimizer.update(weights.vector, gradient);
      if (optimizer.step % 50 === 0) {
        onProgress?.({ kind: 'text', step: optimizer.step, steps: plan.steps, loss: loss / 50 });
        loss = 0;
        await new Promise(setImmediate);
      }
    }
  } finally {
    await graph.release();
  }
}

function rowsOf(batch: readonly PooledRegion[], channels: number): Float32Array {
  const rows = new Float32Array(batch.length * channels);
  for (const [row, { feature }] of batch.entries()) rows.set(feature, row * channels);
  return rows;
}

function contrastiveLoss(
  b: GraphBuilder,
  shape: TextEncoderShape,
  channels: number,
  weight: (name: string) => Value,
): Value {
  const ids = b.input('ids', 'int64', ['n', shape.contextLength]);
  const regions = b.input('regions', 'float32', ['n', channels]);
  const matches = b.input('matches', 'float32', ['n', 'n']);
  const text = encodeText(b, shape, ids, weight);
  const image = normaliseRows(b, b.add(b.matmul(regions, weight('image.weight')), weight('image.bias')));
  const sharpness = b.exp(b.add(weight('image.sharpness'), b.constant(1.3)));
  return symmetricCrossEntropy(b, b.mul(b.matmul(image, b.transpose(text, [1, 0])), sharpness), matches);
}

/** @param logits images × texts, [n, n] @param matches of {@link matchShares} @returns one number */
export function symmetricCrossEntropy(b: GraphBuilder, logits: Value, matches: Value): Value {
  const crossEntropy = (rows: Value) =>
    b.neg(b.reduceMean(b.reduceSum(b.mul(matches, b.logSoftmax(rows, 1)), [1], false), [0], false));
  return b.mul(b.add(crossEntropy(logits), crossEntropy(b.transpose(logits, [1, 0]))), b.constant(0.5));
}

/** Row-normalised matches of a batch: same object and same state. Symmetric in meaning, so it serves both ways. */
function matchShares(batch: readonly PooledRegion[]): Float32Array {
  const keys = batch.map(({ names, defects, abnormal }) => `${names[0]}/${abnormal}/${defects[0] ?? ''}`);
  const out = new Float32Array(batch.length ** 2);
  keys.forEach((key, row) => {
    const columns = keys.flatMap((other, column) => (other === key ? [column] : []));
    for (const column of columns) out[row * batch.length + column] = 1 / columns.length;
  });
  return out;
}

/**
 * Pooled features of all pictures, each channel standardised over them: less its mean, by its deviation. Channels of all
 * stages, one after the other.
 */
export async function pooledRegions(
  options: Pick<TextTrainingOptions, 'records' | 'featureFolder' | 'stageWidths'>,
): Promise<{
  readonly regions: PooledRegion[];
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}> {
  const { records, featureFolder, stageWidths } = options;
  const regions: PooledRegion[] = [];
  for (const record of records) {
    const { content, region } = await readPooled(featureFolder, record, stageWidths);
    const { names, defects } = record;
    const abnormal = record.area > 0;
    regions.push({ feature: region, names, defects, abnormal });
    if (!abnormal) regions.push({ feature: content, names, defects, abnormal });
  }
  const channels = regions[0]?.feature.length ?? 0;
  const mean = new Float64Array(channels);
  const deviation = new Float64Array(channels);
  for (let c = 0; c < channels; c++) {
    const values = regions.map(({ feature }) => feature[c]!);
    const middle = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
    mean[c] = middle;
    deviation[c] = Math.sqrt(variance + 1e-6);
    for (const { feature } of regions) feature[c] = (feature[c]! - middle) / deviation[c]!;
  }
  return { regions, mean, deviation };
}
