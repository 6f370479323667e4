import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRgb } from '../../src-main/codec/image-codec.ts';
import { decodeMask } from '../../src-main/codec/mask-codec.ts';
import { findCategories } from '../../src-main/services/datasets/find-categories.ts';
import { writeSamples } from '../../src-main/training/make-samples.ts';

let folder: string;
let images: string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'samples-'));
  images = await writeSamples(folder);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('six categories, each with a good and a defective image, small enough to commit', async () => {
  expect(await readdir(folder)).toEqual(['cable', 'cast_metal', 'fabric', 'machined_metal', 'pcb', 'tablet']);
  expect(images.length).toBe(12);
  let total = 0;
  for (const path of images) {
    const { size } = await stat(path);
    expect(size, relative(folder, path)).toBeLessThan(60_000);
    total += size;
  }
  expect(total).toBeLessThan(700_000);
});

test('the folder can be evaluated on', async () => {
  const categories = await findCategories(folder);
  expect(categories.flatMap((category) => category.images.map(({ path }) => path)).sort()).toEqual(
    images.toSorted(),
  );
});

test('every defective image has a mask of its size that marks something', async () => {
  const limits = { maxPixels: 1_000_000 };
  for (const path of images.filter((each) => !each.includes('good'))) {
    const image = await readRgb(path, limits);
    const maskPath = path.replace('test', 'ground_truth').replace('.jpg', '_mask.png');
    const mask = await decodeMask(maskPath, limits);
    expect([mask.width, mask.height]).toEqual([image.width, image.height]);
    const marked = mask.data.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0);
    expect(marked / mask.data.length).toBeGreaterThan(0.001);
    expect(marked / mask.data.length).toBeLessThan(0.3);
  }
});

test('the samples in the repository are these', async () => {
  for (const path of images) {
    const bundled = await readRgb(join('resources', 'samples', relative(folder, path)), {
      maxPixels: 1_000_000,
    });
    const image = await readRgb(path, { maxPixels: 1_000_000 });
    let sum = 0;
    for (let i = 0; i < image.data.length; i++) sum += Math.abs(image.data[i]! - bundled.data[i]!);
    // Another version of the JPEG encoder may round differently.
    expect(sum / image.data.length, relative(folder, path)).toBeLessThan(2);
    expect((await readFile(path)).length).toBeGreaterThan(5000);
  }
});
