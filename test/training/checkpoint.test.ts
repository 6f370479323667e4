import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSafetensors } from '../../src-main/graph/safetensors.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from '../../src-main/training/checkpoint.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'checkpoint-'));
});
afterAll(() => rm(folder, { recursive: true }));

const empty = (size: number): Checkpoint => ({
  weights: new Float32Array(size),
  average: new Float32Array(size),
  mean: new Float32Array(size),
  variance: new Float32Array(size),
});
const state: Checkpoint = {
  weights: Float32Array.of(1 / 3, -2),
  average: Float32Array.of(1e-20, 4),
  mean: Float32Array.of(5, 6),
  variance: Float32Array.of(7, 8),
};

it('gives back a training run bit by bit', async () => {
  const path = join(folder, 'run');
  await writeCheckpoint(path, 1234, state);
  const into = empty(2);
  expect(await readCheckpoint(path, into)).toBe(1234);
  expect(into).toEqual(state);
});

it('starts at step 0 when there is none', async () => {
  const into = empty(2);
  expect(await readCheckpoint(join(folder, 'none'), into)).toBe(0);
  expect(into).toEqual(empty(2));
});

it('refuses a damaged, unreadable or foreign file, says what to do and leaves the run alone', async () => {
  const path = join(folder, 'bad');
  await writeCheckpoint(path, 7, state);
  const whole = await readFile(path);
  const into = empty(2);
  const expectRefusal = (vectors: Checkpoint, message: RegExp, at = path) =>
    expect(readCheckpoint(at, vectors)).rejects.toMatchObject({
      code: 'checkpoint-invalid',
      message: expect.stringMatching(message),
    });

  await writeFile(path, whole.subarray(0, whole.length - 3));
  await expectRefusal(into, /damaged.* Delete .*bad to start over/);
  await writeFile(path, '');
  await expectRefusal(into, /damaged/);
  await expectRefusal(into, /cannot be read/, folder);
  await writeFile(path, whole);
  await expectRefusal(empty(3), /another head/);
  await writeFile(
    path,
    writeSafetensors(new Map([['weights', { shape: [2], data: state.weights }]]), { half: false }),
  );
  await expectRefusal(into, /another head/);
  expect(into).toEqual(empty(2));
});
