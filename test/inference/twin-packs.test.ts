import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { encoderImage } from '../../src-main/inference/encoder-image.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { openSessions } from '../../src-main/inference/engine-sessions.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { tempFolder } from '../temp-folder.ts';
import { type TwinPackOptions, writeTwinPack } from '../twins/twin-pack.ts';
import { noise, TINY_RECIPE } from './tiny-pack.ts';

const PACKS: readonly TwinPackOptions[] = [
  { clip: 'clip-l14-336', inputSize: 518, head: 'linear' },
  { clip: 'clip-l14-336', inputSize: 336, head: 'none' },
  { clip: 'clip-b16', inputSize: 336, head: 'umci' },
  { clip: 'clip-b16', inputSize: 224, head: 'none' },
];

describe.each(PACKS)('a pack of $clip at $inputSize with the head "$head"', (options) => {
  let loaded: LoadedPack;
  let engine: Engine;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clipsam-twin-'));
    await writeTwinPack(folder, options);
    loaded = await loadPack(folder);
    engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
  });

  afterAll(() => rm(folder, { recursive: true }));

  /** 900 × 300 pixels of noise in squares. */
  async function picture(key: string, seed: number) {
    const frame = frameFor(900, 300);
    const squares = noise(60 * 20 * 3, seed);
    const rgb = new Uint8Array(frame.width * frame.height * 3);
    for (let i = 0; i < rgb.length; i++) {
      const pixel = Math.floor(i / 3);
      const x = Math.floor(((pixel % frame.width) * 60) / frame.width);
      const y = Math.floor((Math.floor(pixel / frame.width) * 20) / frame.height);
      rgb[i] = 128 + 127 * squares[(y * 60 + x) * 3 + (i % 3)]!;
    }
    return encoderImage(key, frame, rgb, loaded.pack);
  }

  it('gives a map on the cells of the frame, though the tower squashes the image', async () => {
    const { coarse } = await engine.coarseMap(await picture('a', 1), TINY_RECIPE);
    expect([coarse.width, coarse.height]).toEqual([256, 86]);
    expect(coarse.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    const other = await engine.coarseMap(await picture('b', 2), TINY_RECIPE);
    expect(Array.from(other.coarse.data)).not.toEqual(Array.from(coarse.data));
  });

  it('turns the map round when normal and abnormal phrases are exchanged', async () => {
    const { normal, abnormal } = TINY_RECIPE.prompts;
    const prompts = { ...TINY_RECIPE.prompts, normal: abnormal, abnormal: normal };
    const { coarse } = await engine.coarseMap(await picture('a', 1), TINY_RECIPE);
    const turned = await engine.coarseMap(await picture('a', 1), { ...TINY_RECIPE, prompts });
    const worst = coarse.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(1 - value - turned.coarse.data[i]!)),
      0,
    );
    expect(worst).toBeLessThan(1e-3);
  });

  it('asks the encoder of SAM only when something is above θ, and once per image', async () => {
    const quiet = await engine.segment(await picture('c', 3), { ...TINY_RECIPE, theta: 1 });
    expect(quiet.regions).toEqual([]);
    const prompts = { points: [{ x: 100, y: 100, label: 1 as const }], box: null };
    expect(await engine.askSam('c', prompts)).toBeUndefined();
    const peak = Math.max(...quiet.coarse.data);
    const found = await engine.segment(await picture('c', 3), { ...TINY_RECIPE, theta: peak * 0.99 });
    expect(found.regions.length).toBeGreaterThan(0);
    expect((await engine.askSam('c', prompts))?.encodeMs).toBe(0);
  });
});

it('reads a vision tower once for itself and for the map that its own end makes', async () => {
  const folder = await tempFolder();
  await writeTwinPack(folder, { clip: 'clip-b16', inputSize: 224, head: 'none' });
  const loaded = await loadPack(folder);
  const pathOf = vi.fn(loaded.pathOf);
  const { sessions } = await openSessions({ ...loaded, pathOf }, { device: 'cpu', threads: 1 });
  onTestFinished(async () => {
    for (const session of Object.values(sessions)) await session.release();
  });
  expect(pathOf.mock.calls.filter(([key]) => key === 'vision')).toHaveLength(1);
});
