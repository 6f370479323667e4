import { throwIfCancelled } from '../../src-shared/errors.ts';
import { Random } from '../../src-shared/random.ts';
import {
  CELLS_PER_TOKEN,
  declareUmciInputs,
  type UmciShape,
  umciParameters,
  umciStageLogits,
} from '../graph/umci.ts';
import { umciMatrices } from '../graph/umci-feeds.ts';
import type { Tensor } from '../inference/ort.ts';
import { AdamW } from './adamw.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { type FeatureRecord, readStages } from './feature-file.ts';
import { headLoss } from './head-loss.ts';
import type { PictureLanguage } from './language-pool.ts';
import { applySymmetry } from './token-symmetry.ts';
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

export interface HeadTrainingOptions {
  readonly shape: UmciShape;
  readonly plan: TrainingPlan['head'];
  readonly seed: number;
  readonly records: readonly FeatureRecord[];
  readonly featureFolder: string;
  /** Language tokens for a picture whose object and defect have one of these names each. */
  readonly language: (
    names: readonly string[],
    defects: readonly string[],
    random: Random,
  ) => PictureLanguage;
  /** Weights to start from instead of random ones, by name. */
  readonly initial?: ReadonlyMap<string, { readonly data: Float32Array }>;
  /** File to resume from and to save to every `checkpointEvery` steps. */
  readonly checkpoint?: string;
  readonly checkpointEvery?: number;
  readonly reportEvery?: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HeadProgress) => void;
}

/**
 * Trains UMCI on cached stage features. Every random choice follows from the seed and the step's number, so the
 * same seed gives the same weights, with or without an interruption in between.
 * @returns the running mean of the weights (the last weights when `plan.average` is 0)
 */
export async function trainHead(options: HeadTrainingOptions): Promise<Weights> {
  const { shape, plan, seed, records, signal, onProgress, checkpoint } = options;
  const specs = umciParameters(shape);
  const weights = Weights.initial(specs, `${seed}/head`);
  for (const [name, { data }] of options.initial ?? []) weights.tensors.get(name)?.data.set(data);
  const optimizer = new AdamW(specs, plan);
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
      const inputs = declareUmciInputs(b, shape);
      const target = b.input('target', 'float32', ['map_h', 'map_w']);
      const defective = b.input('defective', 'float32', []);
      return headLoss(b, umciStageLogits(b, shape, inputs, weight), target, defective, plan);
    },
    options.threads ? { threads: options.threads } : {},
  );
  const sampler = new Sampler(records);
  const load = (step: number) =>
    Promise.all(
      Array.from({ length: plan.batch }, (_, index) => {
        const random = new Random(`${seed}/head/${step}/${index}`);
        return loadFeeds(sampler.pick(random), options, random);
      }),
    );
  const gradient = new Float32Array(weights.vector.length);
  const every = options.reportEvery ?? 50;
  let loss = 0;
  let norm = 0;
  try {
    let next = load(optimizer.step);
    while (optimizer.step < plan.steps) {
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
  } finally {
    await graph.release();
  }
  return new Weights(specs, average);
}

/** Draws pictures: a group by its size, then defective or good, six to four. */
class Sampler {
  readonly #groups: {
    readonly weight: number;
    readonly good: FeatureRecord[];
    readonly bad: FeatureRecord[];
  }[];

  constructor(records: readonly FeatureRecord[]) {
    const groups = Map.groupBy(records, (record) => record.group);
    this.#groups = [...groups.values()].map((list) => ({
      weight: list.length,
      good: list.filter((record) => record.area === 0),
      bad: list.filter((record) => record.area > 0),
    }));
  }

  pick(random: Random): FeatureRecord {
    let at = random.next() * this.#groups.reduce((sum, group) => sum + group.weight, 0);
    const group = this.#groups.find(({ weight }) => {
      at -= weight;
      return at < 0;
    })!;
    const wanted = random.chance(0.6) ? group.bad : group.good;
    return random.pick(wanted.length > 0 ? wanted : [...group.good, ...group.bad]);
  }
}

async function loadFeeds(
  record: FeatureRecord,
  options: HeadTrainingOptions,
  random: Random,
): Promise<Record<string, Tensor>> {
  const { shape, featureFolder, language } = options;
  const { grid } = record;
  const symmetry = {
    transpose: random.chance(0.5),
    mirrorRows: random.chance(0.5),
    mirrorColumns: random.chance(0.5),
  };
  const { tokens: text, meant } = language(record.names, record.defects, random);
  const { stages, mask } = await readStages(featureFolder, record, shape.stageWidths);
  const height = symmetry.transpose ? grid.width : grid.height;
  const width = symmetry.transpose ? grid.height : grid.width;
  const mapRows = height * CELLS_PER_TOKEN;
  const mapColumns = width * CELLS_PER_TOKEN;
  const feeds: Record<string, Tensor> = {
    ...umciMatrices(shape, { height, width, mapHeight: mapRows, mapWidth: mapColumns }),
  };
  stages.forEach((stage, index) => {
    const channels = shape.stageWidths[index]!;
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
  feeds.text = { type: 'float32', dims: [2, shape.textWidth], data: text };
  return feeds;
}
