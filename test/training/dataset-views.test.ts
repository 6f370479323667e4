import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCategories } from '../../src-main/services/datasets/find-categories.ts';
import { type DatasetCategory, datasetViews } from '../../src-main/training/dataset-views.ts';
import { renderView } from '../../src-main/training/view-pixels.ts';
import { tempFolder } from '../temp-folder.ts';
import { writePlates } from './twin-pack.ts';

async function plates(): Promise<{ root: string; categories: DatasetCategory[] }> {
  const root = await tempFolder();
  await writePlates(root, 'plate', 8, 1);
  const [category] = await findCategories(root);
  return { root, categories: [{ category: 'plate', object: 'steel plate', images: category!.images }] };
}

describe('datasetViews', () => {
  it('has every picture as it is, by paths below the root', async () => {
    const { root, categories } = await plates();
    const views = await datasetViews(categories, root, { mosaics: false, seed: 1 });
    expect(views).toHaveLength(8);
    expect(views[0]).toMatchObject({
      ...{ group: 'plate', paste: false, variant: 0, names: ['steel plate'], defects: [] },
      source: { kind: 'file', image: 'plate/test/good/0.png', mask: null, stamp: expect.any(String) },
    });
    expect(views.at(-1)!.source).toMatchObject({
      image: 'plate/test/spot/7.png',
      mask: 'plate/ground_truth/spot/7_mask.png',
    });
    expect(new Set(views.map(({ id }) => id)).size).toBe(8);
  });

  it('makes one picture in five a mosaic of its category, the same for the same seed', async () => {
    const { root, categories } = await plates();
    const of = (seed: number) => datasetViews(categories, root, { mosaics: true, seed });
    const views = await of(1);
    expect(views.map(({ source }) => source.kind)).toEqual([
      ...new Array(8).fill('file'),
      ...['mosaic', 'mosaic'],
    ]);
    expect(await of(1)).toEqual(views);
    expect((await of(2)).slice(8)).not.toEqual(views.slice(8));
  });

  it('names the file that is not there', async () => {
    const { root, categories } = await plates();
    const images = [{ path: join(root, 'plate/test/good/99.png'), mask: undefined }];
    await expect(
      datasetViews([{ ...categories[0]!, images }], root, { mosaics: false, seed: 1 }),
    ).rejects.toMatchObject({ code: 'image-not-found' });
  });
});

describe('a mosaic', () => {
  it('has the size of its first picture, and four quarters', async () => {
    const root = await tempFolder();
    await writePlates(root, 'plate', 4, 1);
    const part = (path: string, mask: string | null) => ({ image: `plate/test/${path}`, mask });
    const bad = (name: number) => part(`spot/${name}.png`, `plate/ground_truth/spot/${name}_mask.png`);
    const parts = [part('good/0.png', null), bad(1), bad(3), part('good/2.png', null)];
    const { image, mask } = await renderView(
      {
        ...{ id: 'x', group: 'plate', paste: false, variant: 0, seed: '1', names: [], defects: [] },
        source: { kind: 'mosaic', parts },
      },
      root,
    );
    expect([image.width, image.height, mask.length]).toEqual([96, 64, 96 * 64]);
    const quarter = (row: number, column: number) => {
      let bright = 0;
      let masked = 0;
      for (let y = row * 32; y < row * 32 + 32; y++)
        for (let x = column * 48; x < column * 48 + 48; x++) {
          if (image.data[(y * 96 + x) * 3]! > 230) bright++;
          if (mask[y * 96 + x]! > 0) masked++;
        }
      return { bright, masked };
    };
    // A spot of 20 × 22 pixels, halved: about 10 × 11, of which the edges are blurred in the picture.
    for (const [row, column] of [
      [0, 1],
      [1, 0],
    ] as const) {
      const { bright, masked } = quarter(row, column);
      expect(masked).toBeGreaterThanOrEqual(110);
      expect(masked).toBeLessThanOrEqual(132);
      expect(bright).toBeGreaterThanOrEqual(72);
      expect(bright).toBeLessThanOrEqual(masked);
    }
    expect(quarter(0, 0)).toEqual({ bright: 0, masked: 0 });
    expect(quarter(1, 1)).toEqual({ bright: 0, masked: 0 });
  });
});
