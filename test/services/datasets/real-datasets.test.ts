import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { summariseCategories } from '../../../src-main/services/datasets/dataset-summary.ts';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';

const DATA = fileURLToPath(new URL('../../../../shared/datasets/', import.meta.url));

describe.each([
  ['mtd', 'magnetic_tile', [238, 386, 240], 'MTD'],
  ['kolektor_sdd', 'commutator', [103, 50, 0], 'KolektorSDD'],
  ['mvtec_ad', 'screw', [41, 119, 0], 'MVTec AD'],
  ['visa', 'capsules', [60, 100, 0], 'VisA'],
])('real pictures of %s', (dataset, category, counts, name) => {
  const root = join(DATA, dataset, category);
  test.skipIf(!existsSync(root))('are all found, with the size of each', async () => {
    const [summary] = await summariseCategories(await findCategories(root));
    const { test: tested, training, terms, unreadable, pixels } = summary!;
    expect([tested.good, tested.defective, training.good]).toEqual(counts);
    expect(Object.values(tested.kinds).reduce((sum, count) => sum + count)).toBe(tested.defective);
    expect(terms.name).toBe(name);
    expect(unreadable).toEqual([]);
    expect(Math.max(...pixels!.width, ...pixels!.height)).toBeLessThanOrEqual(1024);
  });
});
