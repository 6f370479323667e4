import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type FeatureRecord,
  featurePath,
  packFeatures,
  readPooled,
  readStages,
} from '../../src-main/training/feature-file.ts';

const record: FeatureRecord = {
  id: 'ab12',
  group: 'g',
  names: ['tile'],
  defects: [],
  grid: { height: 1, width: 3, mapHeight: 3, mapWidth: 11 },
  area: 0,
};
const stages = [Float32Array.of(1, -2, 0.5), Float32Array.of(1, 2, 3, 4, 5, 6)];
const mask = Uint8Array.from({ length: 33 }, (_, i) => i * 7);
const content = Float32Array.of(0.1, 0.2, 0.3);
const region = Float32Array.of(-1, -2, 1e-9);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'));
  const path = featurePath(folder, record.id);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, packFeatures(stages, mask, content, region));
});
afterAll(() => rm(folder, { recursive: true }));

it('gives back patch tokens as float16 and the mask', async () => {
  const read = await readStages(folder, record, [1, 2]);
  expect(read.stages.map((stage) => Array.from(stage))).toEqual(stages.map((stage) => Array.from(stage)));
  expect(read.mask).toEqual(mask);
});

it('gives back the pooled vectors in full precision', async () => {
  expect(await readPooled(folder, record, [1, 2])).toEqual({ content, region });
});

it('takes two bytes per token channel, one per map cell and eight per channel', async () => {
  expect((await stat(featurePath(folder, record.id))).size).toBe(9 * 2 + 33 + 3 * 8);
});

it('refuses a file that is too short', async () => {
  const short = { ...record, id: 'ab99' };
  const bytes = await readFile(featurePath(folder, record.id));
  await writeFile(featurePath(folder, short.id), bytes.subarray(0, bytes.length - 20));
  await expect(readStages(folder, short, [1, 2])).rejects.toMatchObject({ code: 'training-data-invalid' });
  await writeFile(featurePath(folder, short.id), bytes.subarray(0, 30));
  await expect(readPooled(folder, short, [1, 2])).rejects.toMatchObject({ code: 'training-data-invalid' });
});
