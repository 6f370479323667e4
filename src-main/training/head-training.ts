import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { UmciConfig } from '../../src-shared/pack.ts';
import { Random } from '../../src-shared/random.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import type { Tensor } from '../inference/ort.ts';
import { AdamW } from './adamw.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import type { FeatureReader, FeatureRecord } from './feature-file.ts';
import { headLoss, paperLoss } from './head-loss.ts';
import type { PictureLanguage } from './language-pool.ts';
import { drawnOrder, epochOrder } from './picture-order.ts';
import { applySymmetry } from './token-symmetry.ts';
import type { TrainableHead } from './trainable-head.ts';
import { TrainingGraph } from './training-graph.ts';
import type { TrainingPlan } from './training-plan.ts';
import { Weights } from './weights.ts';

export interface HeadProgress {
  readonly kind: 'head';
  readonly step: number;
  readonly steps: number;
  /** Mean over the steps since the last report. */
  readonly loss: number;
  readonly gradientNorm: number;
}

/** What decides a head's weights besides its shape, the pictures and the language. */
export type HeadSchedule = Omit<TrainingPlan['head'], keyof UmciConfig> & {
  /**
   * `paper`: epochs in shuffled order, a constant learning rate, the plain means of focal and Dice, pictures as they are.
   * Default: pictures drawn six defective to four good, a cosine, {@link headLoss}, the eight symmetries.
   */
  readonly protocol?: 'paper';
};

export interface HeadTrainingOptions {
  readonly head: TrainableHead;
  readonly plan: HeadSchedule;
  readonly seed: number;
  readonly records: readonly FeatureRecord[];
  /** Reads the tokens and the mask of one of the records. */
  readonly features: FeatureReader;
  /** Language tokens for a picture whose object and defect have one of these names each. */
  readonly language: (
    names: readonly string[],
    defects: readonly string[],
    random: Random,
  ) => PictureLanguage;
  /** Weights to start from instead of random ones, by name. */
  readonly initial?: ReadonlyMap<string, { readonly data: Float32Array }>;
  /** File to resume from and to save to every `checkpointEvery` steps, at the end, and when the signal ends the training. */
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  readonly reportEvery?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HeadProgress) => void;
}

/**
 * Trains a head on cached stage features. Every random choice follows from the seed and the step's number, so the
 * same seed gives the same weights, with or without an interruption in between.
 * @returns the running mean of the weights (the last weights when `plan.average` is 0)
 */
export async function trainHead(options: HeadTrainingOptions): Promise<Weights> {
  const { head, plan, seed, records, signal, onProgress, checkpoint } = options;
  const specs = head.parameters;
  const weights = Weights.initial(specs, `${seed}/head`);
  for (const [name, { data }] of options.initial ?? []) weights.tensors.get(name)?.data.set(data);
  const isPaper = plan.protocol === 'paper';
  const optimizer = new AdamW(specs, { ...plan, isConstant: isPaper });
  const average = weights.vector.slice();
  const state: Checkpoint = {
    weights: weights.vector,
    average,
    mean: optimizer.mean,
    variance: optimizer.variance,
  };
  if (checkpoint) optimizer.step = await readCheckpoint(checkpoint, state);

  const graph = await TrainingGraph.create(
    specs,
    (b, weight) => {
      const target = b.input('target', 'float32', ['map_h', 'map_w']);
      const defective = b.input('defective', 'float32', []);
      const logits = head.logits(b, weight);
      return isPaper ? paperLoss(b, logits, target, plan) : headLoss(b, logits, target, defective, plan);
    },
    options.threads ? { threads: options.threads } : {},
  );
  const order = isPaper ? epochOrder(records, plan.batch, `${seed}/head`) : drawnOrder(records);
  const load = (step: number) =>
    Promise.all(
      Array.from({ length: plan.batch }, (_, index) => {
        const random = new Random(`${seed}/head/${step}/${index}`);
        return loadFeeds(order(step, index, random), options, random);
      }),
    );
  const gradient = new Float32Array(weights.vector.length);
  const every = options.reportEvery ?? 50;
  let loss = 0;
  let norm = 0;
  try {
    let next = load(optimizer.step);
    while (optimizer.step < plan.steps) {
      if (checkpoint && signal?.aborted) await writeCheckpoint(checkpoint, optimizer.step, state);
      throwIfCancelled(signal);
      const batch = await next;
      next = optimizer.step + 1 < plan.steps ? load(optimizer.step + 1) : Promise.resolve([]);
      // Its failure is met when it is awaited, not while this step still computes.
      next.catch(() => undefined);
      gradient.fill(0);
      for (const feeds of batch) loss += (await graph.run(weights, feeds, gradient)) / plan.batch / every;
      for (let i = 0; i < gradient.length; i++) gradient[i]! /= plan.batch;
      norm += optimizer.update(weights.vector, gradient) / every;
      const keep = Math.min(plan.average, optimizer.step / (optimizer.step + 10));
      for (let i = 0; i < average.length; i++) average[i]! += (weights.vector[i]! - average[i]!) * (1 - keep);
      if (optimizer.step % every === 0) {
        onProgress?.({ kind: 'head', step: optimizer.step, steps: plan.steps, loss, gradientNorm: norm });
        loss = 0;
        norm = 0;
        await new Promise(setImmediate);
      }
      if (checkpoint && optimizer.step % (options.checkpointEvery ?? 200) === 0) {
        await writeCheckpoint(checkpoint, optimizer.step, state);
      }
    }
    if (checkpoint) await writeCheckpoint(checkpoint, optimizer.step, state);
  } finally {
    await graph.release();
  }
  return new Weights(specs, average);
}

async function loadFeeds(
  record: FeatureRecord,
  options: HeadTrainingOptions,
  random: Random,
): Promise<Record<string, Tensor>> {
  const { head, features, language } = options;
  const { grid } = record;
  const turns = () => options.plan.protocol !== 'paper' && random.chance(0.5);
  const symmetry = { transpose: turns(), mirrorRows: turns(), mirrorColumns: turns() };
  const { tokens: text, meant } = language(record.names, record.defects, random);
  const { stages, mask } = await features(record, head.stageWidths);
  const height = symmetry.transpose ? grid.width : grid.height;
  const width = symmetry.transpose ? grid.height : grid.width;
  const mapRows = height * CELLS_PER_TOKEN;
  const mapColumns = width * CELLS_PER_TOKEN;
  const feeds: Record<string, Tensor> = {
    ...head.matrices({ height, width, mapHeight: mapRows, mapWidth: mapColumns }),
  };
  stages.forEach((stage, index) => {
    const channels = head.stageWidths[index]!;
    feeds[`stage_${index}`] = {
      type: 'float32',
      dims: [height, width, channels],
      data: new Float32Array(applySymmetry(stage, grid.height, grid.width, channels, symmetry)),
    };
  });
  const mapHeight = grid.height * CELLS_PER_TOKEN;
  const mapWidth = grid.width * CELLS_PER_TOKEN;
  const whole = new Uint8Array(mapHeight * mapWidth);
  // The last tokens may cover more cells than the content has: their targets repeat the content's edge.
  for (let y = 0; y < (meant ? mapHeight : 0); y++) {
    const from = Math.min(y, grid.mapHeight - 1) * grid.mapWidth;
    whole.set(mask.subarray(from, from + grid.mapWidth), y * mapWidth);
    whole.fill(mask[from + grid.mapWidth - 1]!, y * mapWidth + grid.mapWidth, (y + 1) * mapWidth);
  }
  feeds.target = {
    type: 'float32',
    dims: [mapRows, mapColumns],
    data: new Float32Array(applySymmetry(whole, mapHeight, mapWidth, 1, symmetry)).map(
      (share) => share / 255,
    ),
  };
  feeds.defective = { type: 'float32', dims: [], data: Float32Array.of(record.area > 0 && meant ? 1 : 0) };
  feeds.text = { type: 'float32', dims: [2, head.textWidth], data: text };
  return feeds;
}
