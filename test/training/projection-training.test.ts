import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type FeatureRecord, readPooled } from '../../src-main/training/feature-file.ts';
import { trainProjection } from '../../src-main/training/projection-training.ts';
import { TOY_WIDTHS, writeToyFeatures } from './toy-features.ts';

let folder = '';
let records: FeatureRecord[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'projection-'));
  records = await writeToyFeatures(folder, 24, 5);
});
afterAll(() => rm(folder, { recursive: true }));

const DAMAGED = /damag|broken|flaw|defect|fault|bad|imperfect|abnormal|anomal|bump/;
const SOUND = /without|in good|flawless|faultless/;
/** A text tower that knows two words, at a length that has to be taken off. */
const embed = async (sentences: readonly string[]) =>
  Float32Array.from(
    sentences.flatMap((text) => (DAMAGED.test(text) && !SOUND.test(text) ? [3, 0.1, 0] : [0.1, 3, 0])),
  );

const train = (options: { seed?: number; steps?: number; signal?: AbortSignal } = {}) =>
  trainProjection({
    widths: { stageWidths: TOY_WIDTHS, textWidth: 3 },
    plan: { batch: 16, steps: options.steps ?? 150, learningRate: 0.02 },
    ...{ seed: options.seed ?? 1, records, featureFolder: folder, embed, threads: 1 },
    ...(options.signal && { signal: options.signal }),
  });

it('brings regions near the words for their state, in every stage, from features as they are', async () => {
  const { weights, scale } = await train();
  expect(scale).toBeGreaterThan(1);
  let from = 0;
  for (const [stage, width] of TOY_WIDTHS.entries()) {
    const w = weights.tensors.get(`stage${stage}.weight`)!;
    expect(w.shape).toEqual([3, width]);
    const bias = weights.tensors.get(`stage${stage}.bias`)!.data;
    let right = 0;
    for (const record of records) {
      const { region } = await readPooled(folder, record, TOY_WIDTHS);
      const joint = [0, 1, 2].map((out) => {
        let sum = bias[out]!;
        for (let c = 0; c < width; c++) sum += w.data[out * width + c]! * region[from + c]!;
        return sum;
      });
      if (joint[0]! > joint[1]! === record.area > 0) right++;
    }
    expect(right).toBe(records.length);
    from += width;
  }
});

it('gives the same weights for the same seed, and can be cancelled', async () => {
  const [one, two, other] = [
    await train({ steps: 5 }),
    await train({ steps: 5 }),
    await train({ steps: 5, seed: 2 }),
  ];
  expect(two.weights.vector).toEqual(one.weights.vector);
  expect(other.weights.vector).not.toEqual(one.weights.vector);
  await expect(train({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});
