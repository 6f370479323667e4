import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import type { DefectCategory, TargetCategory } from '../../../src-main/services/datasets/defect-category.ts';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { groundTruthOf } from '../../../src-main/services/datasets/ground-truth.ts';
import { targetOf } from '../../../src-main/services/datasets/target.ts';
import { type DatasetCategory, datasetViews } from '../../../src-main/training/dataset-views.ts';
import { tree } from './dataset-tree.ts';

async function screws(): Promise<{ root: string; category: DefectCategory; target: TargetCategory }> {
  const bad = [0, 1, 2, 3, 4, 5, 6, 7];
  const root = await tree('set', [
    ...bad.map((i) => `screw/test/good/${i}.png`),
    ...bad.flatMap((i) => [`screw/test/bent/${i}.png`, `screw/ground_truth/bent/${i}_mask.png`]),
  ]);
  const [category] = await findCategories(root);
  return { root, category: category!, target: targetOf(category!) };
}

/** Everything that can be reached from a value by any key, of it and of its prototypes. */
function reachable(value: unknown, seen = new Set<unknown>()): Set<unknown> {
  if (seen.has(value)) return seen;
  seen.add(value);
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return seen;
  for (const key of Reflect.ownKeys(value)) {
    const property = Object.getOwnPropertyDescriptor(value, key)!;
    for (const part of [key, property.value, property.get, property.set]) reachable(part, seen);
  }
  return reachable(Object.getPrototypeOf(value), seen);
}

it('hands out every test image, and nothing that leads to a mask or a kind', async () => {
  const { category, target } = await screws();
  expect(target.images.toSorted()).toEqual(category.images.map(({ path }) => path).sort());
  const found = [...reachable(target)];
  expect(found).toContain(category.images[0]!.path);
  expect(found).not.toContain(category);
  const texts = found.filter((value) => typeof value === 'string');
  expect(texts.filter((text) => /ground_truth|_mask/.test(text))).toEqual([]);
  expect(found).not.toContain('bent');
  expect(found).not.toContain('good');
  expect(JSON.stringify(target)).not.toMatch(/ground_truth|mask|kind/);
  expect(Object.keys(structuredClone(target)).sort()).toEqual(['category', 'dataset', 'images']);
});

it('can’t be given anything, nor be taken for the data that a trainer learns from', async () => {
  const { root, category, target } = await screws();
  expect(() => Object.assign(target, { images: category.images })).toThrow(TypeError);
  expect(() => (target.images as string[]).push('x')).toThrow(TypeError);
  // @ts-expect-error images without masks are not what a trainer takes
  const data: DatasetCategory = { category: target.category, object: 'screw', images: target.images };
  await expect(datasetViews([data], root, { mosaics: false, seed: 1 })).rejects.toThrow();
});

it('has its images in an order that says nothing of what they show', async () => {
  const { root, target } = await screws();
  const kinds = target.images.map((path) => relative(join(root, 'screw/test'), path).split(/[\\/]/)[0]);
  expect(kinds).not.toEqual(kinds.toSorted());
  expect(kinds).not.toEqual(kinds.toSorted().reverse());
});

it('gives its ground truth back to measuring, of copies none', async () => {
  const { category, target } = await screws();
  expect(groundTruthOf(target)).toBe(category);
  expect(() => groundTruthOf({ ...target })).toThrow(TypeError);
});
