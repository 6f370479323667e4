import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { type EngineClient, startEngine } from '../../src-main/inference/engine-client.ts';
import { inspectImage } from '../../src-main/inference/inspect-image.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { noise } from './tiny-pack.ts';

const REAL = fileURLToPath(
  new URL('../../../shared/cases/line-scan-strip/linescan_12000x40.png', import.meta.url),
);
const HEIGHT = 40;

describe('a strip from a line-scan camera, in tiles', () => {
  let folder: string;
  let engine: EngineClient;
  let recipe: Recipe;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'clipsam-strip-'));
    const { folder: packFolder, pack } = await loadPack('lite');
    engine = await startEngine({ packFolder, device: 'cpu' }, (error) => {
      throw error;
    });
    const tiles = { mode: 'scale', scale: 1, overlap: 0.25 } as const;
    recipe = { ...pack.defaultRecipe, object: 'strip', tiles };
  });
  afterAll(() => rm(folder, { recursive: true }));

  const inspect = (path: string, theta: number) =>
    inspectImage({ path, recipe: { ...recipe, theta }, artifactRoot: folder }, engine);

  /** The highest score of each column, by its middle in image pixels. */
  async function columns(path: string) {
    const { artifacts, width: imageWidth } = await inspect(path, 1);
    const { width, height, data } = await decodeGrey16(
      await readFile(new ArtifactStore(folder).pathOf(artifacts.coarseMap)),
    );
    return Array.from({ length: width }, (_, x) => ({
      at: ((x + 0.5) * imageWidth) / width,
      score: Math.max(...Array.from({ length: height }, (_, y) => data[y * width + x]!)) / 65535,
    }));
  }

  async function expectDefectAt(path: string, left: number) {
    const found = await columns(path);
    const near = (at: number) => at > left - 32 && at < left + 40 + 32;
    const highest = (isNear: boolean) =>
      Math.max(...found.filter(({ at }) => near(at) === isNear).map(({ score }) => score));
    expect(highest(true)).toBeGreaterThan(highest(false) + 0.05);
    const { regions } = await inspect(path, (highest(true) + highest(false)) / 2);
    expect(regions).toHaveLength(1);
    const { box } = regions[0]!;
    expect(box.x).toBeGreaterThan(left - 32);
    expect(box.x + box.width).toBeLessThan(left + 40 + 32);
  }

  it('shows its small defect at the right place', async () => {
    const width = 2600;
    const grain = noise(width * HEIGHT, 3);
    const data = new Uint8Array(width * HEIGHT * 3);
    for (let i = 0; i < width * HEIGHT; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const isDefect = x >= 1500 && x < 1540 && y >= 10 && y < 30;
      data.fill(isDefect ? 5 : 150 + 6 * grain[i]!, 3 * i, 3 * i + 3);
    }
    const path = join(folder, 'strip.png');
    await writeFile(path, await encodeRgb({ width, height: HEIGHT, data }, { format: 'png' }));
    await expectDefectAt(path, 1500);
  });

  it.skipIf(!existsSync(REAL))('shows that of ../shared/cases/line-scan-strip at the right place', () =>
    expectDefectAt(REAL, 6000),
  );
});
