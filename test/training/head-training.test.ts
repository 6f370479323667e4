import { copyFileSync, rmSync } from 'node:fs';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UmciShape } from '../../src-main/graph/umci.ts';
import { type FeatureRecord, featurePath, featuresIn } from '../../src-main/training/feature-file.ts';
import { type HeadTrainingOptions, trainHead } from '../../src-main/training/head-training.ts';
import { validateHead } from '../../src-main/training/head-validation.ts';
import { trainMeasured } from '../../src-main/training/measured-lengths.ts';
import { trainableUmci } from '../../src-main/training/trainable-head.ts';
import { TOY_WIDTHS, writeToyFeatures } from './toy-features.ts';

const shape: UmciShape = {
  hiddenDim: 4,
  scaleKernels: [3],
  stripKernel: 3,
  paths: { strip: true, scale: true },
  separable: true,
  novelty: [{ stage: 0, sharpness: 10 }],
  stageWidths: TOY_WIDTHS,
  textWidth: 4,
};
const plan: HeadTrainingOptions['plan'] = {
  batch: 3,
  steps: 12,
  warmup: 3,
  restarts: [],
  learningRate: 0.02,
  weightDecay: 0.01,
  clip: 1,
  gamma: 2,
  dice: 1,
  image: 0.3,
  average: 0.9,
};
const tokens = Float32Array.of(1, 0, 0, 0.5, 0, 1, 0, -0.5);
const language = () => ({ tokens, meant: true });

let folder = '';
let options: HeadTrainingOptions;
let measured: FeatureRecord[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'head-'));
  const records = await writeToyFeatures(folder, 24, 1);
  measured = await writeToyFeatures(folder, 12, 2);
  options = {
    head: trainableUmci(shape),
    plan,
    seed: 3,
    records,
    features: featuresIn(folder),
    language,
    threads: 1,
  };
});
afterAll(() => rm(folder, { recursive: true }));

let first: ReturnType<typeof trainHead> | undefined;
/** What {@link options} give, trained once. */
function trained(): ReturnType<typeof trainHead> {
  first ??= trainHead(options);
  return first;
}

/** Cancels when the run reports `step`. */
async function interruptedAt(step: number, more: Partial<HeadTrainingOptions>): Promise<unknown> {
  const controller = new AbortController();
  return trainHead({
    ...options,
    ...more,
    reportEvery: 1,
    signal: controller.signal,
    onProgress: (progress) => {
      if (progress.step === step) controller.abort();
    },
  }).catch((error: unknown) => error);
}

describe('trainHead', () => {
  it('gives the same weights for the same seed, others for another', async () => {
    const [one, two, other] = await Promise.all([
      trained(),
      trainHead(options),
      trainHead({ ...options, seed: 4 }),
    ]);
    expect(two.vector).toEqual(one.vector);
    expect(other.vector).not.toEqual(one.vector);
  });

  it('starts from the weights it is given', async () => {
    const { tensors, vector } = await trained();
    const still = { ...plan, steps: 1, warmup: 0, learningRate: 1e-9, average: 0 };
    const weights = await trainHead({ ...options, plan: still, initial: tensors });
    expect(Math.max(...weights.vector.map((value, i) => Math.abs(value - vector[i]!)))).toBeLessThan(1e-6);
  });

  it('goes on after an interruption as if there had been none', async () => {
    const whole = await trained();
    const checkpointed = { checkpoint: join(folder, 'run.checkpoint'), checkpointEvery: 4 };
    expect(await interruptedAt(7, checkpointed)).toMatchObject({ code: 'cancelled' });
    const steps: number[] = [];
    const resumed = await trainHead({
      ...options,
      ...checkpointed,
      reportEvery: 1,
      onProgress: ({ step }) => steps.push(step),
    });
    // What was done when it was cancelled is kept.
    expect(steps).toEqual([8, 9, 10, 11, 12]);
    expect(resumed.vector).toEqual(whole.vector);
    expect((await trainHead({ ...options, ...checkpointed })).vector).toEqual(whole.vector);
  });

  it('goes on from its last checkpoint when it was killed', async () => {
    const checkpoint = join(folder, 'killed.checkpoint');
    const copy = join(folder, 'copy.checkpoint');
    const whole = await trained();
    await trainHead({
      ...options,
      checkpoint,
      checkpointEvery: 4,
      reportEvery: 1,
      onProgress: ({ step }) => {
        if (step === 7) copyFileSync(checkpoint, copy);
      },
    });
    const steps: number[] = [];
    const resumed = await trainHead({
      ...options,
      checkpoint: copy,
      reportEvery: 1,
      onProgress: ({ step }) => steps.push(step),
    });
    expect(steps[0]).toBe(5);
    expect(resumed.vector).toEqual(whole.vector);
  });

  it('follows the paper: the same last weights with and without an interruption, and it learns', async () => {
    const paper = { ...plan, protocol: 'paper', image: 0, average: 0, steps: 48, clip: 5 } as const;
    const losses: number[] = [];
    const whole = await trainHead({
      ...options,
      plan: paper,
      reportEvery: 8,
      onProgress: ({ loss }) => losses.push(loss),
    });
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.8);
    const checkpointed = { checkpoint: join(folder, 'paper.checkpoint'), plan: paper };
    expect(await interruptedAt(13, checkpointed)).toMatchObject({ code: 'cancelled' });
    expect((await trainHead({ ...options, ...checkpointed })).vector).toEqual(whole.vector);
    const drawn = await trainHead({
      ...options,
      plan: { ...plan, image: 0, average: 0, steps: 48, clip: 5 },
    });
    expect(drawn.vector).not.toEqual(whole.vector);
  });

  it('refuses a damaged checkpoint', async () => {
    const checkpoint = join(folder, 'damaged.checkpoint');
    await writeFile(checkpoint, 'not a checkpoint');
    await expect(trainHead({ ...options, checkpoint })).rejects.toMatchObject({ code: 'checkpoint-invalid' });
  });

  it('says which features are missing', async () => {
    const records = options.records.map((record) => ({ ...record, id: `${record.id}-gone` }));
    await expect(trainHead({ ...options, records })).rejects.toThrow('-gone.features');
  });

  it('fails in one piece when features vanish on the way', async () => {
    const path = featurePath(folder, 'gone');
    await cp(featurePath(folder, options.records[0]!.id), path, { recursive: true });
    const records = [{ ...options.records[0]!, id: 'gone' }];
    const broken = trainHead({
      ...options,
      records,
      plan: { ...plan, batch: 8, steps: 1000 },
      reportEvery: 1,
      onProgress: ({ step }) => {
        if (step === 2) rmSync(path);
      },
    });
    await expect(broken).rejects.toThrow('gone.features');
  });

  it('learns where defects are, on pictures it has not seen', async () => {
    const losses: number[] = [];
    const weights = await trainHead({
      ...options,
      plan: { ...plan, steps: 100, warmup: 10, average: 0.95 },
      reportEvery: 20,
      onProgress: ({ loss }) => losses.push(loss),
    });
    expect(losses).toHaveLength(5);
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.6);
    const figures = await validateHead({
      head: trainableUmci(shape),
      weights,
      records: measured,
      features: featuresIn(folder),
      language: () => tokens,
    });
    expect(Object.keys(figures).sort()).toEqual(['nuts', 'tiles']);
    for (const { pictures, pixelAuroc, imageAuroc, goodPeaks, defectivePeaks } of Object.values(figures)) {
      expect(pictures).toBe(6);
      expect(pixelAuroc).toBeGreaterThan(0.95);
      expect(imageAuroc).toBeGreaterThan(0.8);
      expect([goodPeaks.length, defectivePeaks.length]).toEqual([3, 3]);
      expect(goodPeaks).toEqual(goodPeaks.toSorted((a, b) => a - b));
    }
  });
});

it('is measured where its learning rate begins anew, on the way to the same weights', async () => {
  const restarting = { ...plan, steps: 8, warmup: 1, restarts: [3, 5] };
  const whole = await trainHead({ ...options, plan: restarting });
  const first = await trainHead({ ...options, plan: { ...restarting, steps: 3 } });
  const { head, features } = options;
  const worth = (weights: typeof whole) =>
    validateHead({ head, features, weights, records: measured, language: () => tokens });
  const checkpoint = join(folder, 'measured.checkpoint');
  const controller = new AbortController();
  const others = { records: measured, language: () => tokens };
  const run = (more: Partial<HeadTrainingOptions> = {}) =>
    trainMeasured({ ...options, plan: restarting, checkpoint, reportEvery: 1, ...more }, others);
  const onProgress = ({ step }: { step: number }) => step === 4 && controller.abort();
  await expect(run({ signal: controller.signal, onProgress })).rejects.toMatchObject({ code: 'cancelled' });
  const { weights, lengths } = await run();
  expect(weights.vector).toEqual(whole.vector);
  expect(lengths.map(({ steps }) => steps)).toEqual([3, 5, 8]);
  expect(lengths[0]!.figures).toEqual(await worth(first));
  expect(lengths[2]!.figures).toEqual(await worth(whole));
  expect((await run()).lengths).toEqual(lengths);
});
