import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Engine } from '../../src-main/inference/engine.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { MethodName } from '../../src-shared/method.ts';
import { TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

let engine: Engine;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-methods-'));
  await writeTinyPack(folder);
  engine = await Engine.open(await loadPack(folder), { device: 'cpu', threads: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

function spotted(key: string) {
  const frame = frameFor(1024, 700);
  const pixels = new Float32Array(3 * 1024 * 1024);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.sin(i / 9000);
  return { key, frame, pixels };
}

const withMethod = (name: MethodName, refine: boolean) => ({ ...TINY_RECIPE, method: { name, refine } });

it('makes the map without a path, and another than with it', async () => {
  const whole = await engine.coarseMap(spotted('a'), TINY_RECIPE);
  const named = await engine.coarseMap(spotted('a'), withMethod('clipsam', false));
  expect(named.coarse).toEqual(whole.coarse);
  for (const name of ['umci-no-strip', 'umci-no-scale'] as const) {
    const { coarse } = await engine.coarseMap(spotted('a'), withMethod(name, false));
    expect(coarse.data).toHaveLength(whole.coarse.data.length);
    expect(coarse.data).not.toEqual(whole.coarse.data);
  }
});

it('refuses a method that the pack has nothing for, and says what is missing', async () => {
  await expect(engine.coarseMap(spotted('a'), withMethod('april-gan', false))).rejects.toMatchObject({
    code: 'recipe-invalid',
    message: expect.stringContaining('no-linear-weights'),
  });
});

it('asks SAM nothing where the map is not to be refined, and finds the same regions', async () => {
  const { coarse } = await engine.coarseMap(spotted('b'), TINY_RECIPE);
  const theta = coarse.data.toSorted()[Math.floor(coarse.data.length * 0.9)]!;
  const recipe = { ...TINY_RECIPE, theta };
  const refined = await engine.segment(spotted('b'), recipe);
  const left = await engine.segment(spotted('b'), { ...recipe, method: { name: 'clipsam', refine: false } });
  expect(refined.regions.length).toBeGreaterThan(0);
  expect(left.regions.map(({ region }) => region)).toEqual(refined.regions.map(({ region }) => region));
  expect(left.regions.flatMap(({ levels }) => levels)).toEqual([]);
  expect(left.timings.decode).toBe(0);
});

it('encodes an image once for methods side by side, and counts the time for each', async () => {
  const first = await engine.segment(spotted('c'), withMethod('clipsam', false), undefined, {
    sideBySide: true,
  });
  const second = await engine.segment(spotted('c'), withMethod('umci-no-scale', false), undefined, {
    sideBySide: true,
  });
  const fresh = await engine.segment(spotted('d'), withMethod('umci-no-scale', false));
  expect(second.coarse.data).toEqual(fresh.coarse.data);
  expect(second.timings.encode).toBeGreaterThan(0);
  expect([first.sparedMs, second.sparedMs]).toEqual([0, second.timings.encode]);
  expect(first.timings.encode).toBeGreaterThanOrEqual(second.timings.encode);
});

it('outlines candidates once for methods side by side, and counts the time for each', async () => {
  const beside = { sideBySide: true };
  const first = await engine.segment(spotted('e'), withMethod('saa', false), undefined, beside);
  const second = await engine.segment(spotted('e'), withMethod('saa-plus', false), undefined, beside);
  const fresh = await engine.segment(spotted('e'), withMethod('saa-plus', false));
  expect(first.coarse.data.some((value) => value > 0)).toBe(true);
  expect(second.coarse.data).not.toEqual(first.coarse.data);
  expect(second.coarse).toEqual(fresh.coarse);
  expect(second.timings.decode).toBe(first.timings.decode);
  expect(second.timings.encode).toBe(first.timings.encode);
  expect(second.sparedMs).toBeGreaterThan(second.timings.encode + second.timings.decode);
  expect(second.timings.umci).toBeGreaterThan(first.timings.umci);
  // Other words are another map.
  const other = { ...withMethod('saa', false), object: 'plate' };
  const plate = await engine.segment(spotted('e'), other, undefined, beside);
  expect(plate.coarse.data).not.toEqual(first.coarse.data);
});

it('asks SAM about the regions of the head above the recipe’s θ, and only there', async () => {
  const { coarse } = await engine.coarseMap(spotted('f'), TINY_RECIPE);
  const theta = coarse.data.toSorted()[Math.floor(coarse.data.length * 0.95)]!;
  const boxes = { ...withMethod('sam-boxes-only', false), minRegionArea: 0.001 };
  const found = await engine.segment(spotted('f'), { ...boxes, theta });
  const peak = coarse.data.reduce((most, value) => Math.max(most, value), 0);
  expect(Math.max(...found.coarse.data)).toBe(peak);
  expect(found.coarse.data.every((value) => value === 0 || value > theta)).toBe(true);
  expect(found.timings.decode).toBeGreaterThan(0);
  // As the overview of a tiled image: its map is wanted, and needs its regions.
  const overview = await engine.segment(spotted('f'), { ...boxes, theta }, undefined, { mapOnly: true });
  expect(overview).toMatchObject({ coarse: found.coarse, regions: [] });
  const none = await engine.segment(spotted('f'), { ...boxes, theta: 1 });
  expect([none.timings.decode, none.coarse.data.some((value) => value > 0)]).toEqual([0, false]);
});

it('keeps nothing of pictures whose tokens are wanted, whatever asks SAM', async () => {
  await engine.embed(spotted('g'), withMethod('saa', false));
  expect(await engine.prepareSam('g')).toBe(false);
});
