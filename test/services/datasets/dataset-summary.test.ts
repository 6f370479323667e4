import { join } from 'node:path';
import { expect, it } from 'vitest';
import { encodeGrey8, encodeRgb } from '../../../src-main/codec/image-codec.ts';
import { summariseCategories } from '../../../src-main/services/datasets/dataset-summary.ts';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { bmpFile } from '../../codec/bmp-file.ts';
import { tree } from './dataset-tree.ts';

const grey = (width: number, height: number) => encodeGrey8(width, height, new Uint8Array(width * height));

it('counts images by kind, and has the least and most pixels of all of them', async () => {
  const noise = Uint8Array.from({ length: 300 * 300 * 3 }, (_, i) => (i * 2_654_435_761) >>> 24);
  const root = await tree('set', {
    'screw/test/good/0.png': await grey(30, 20),
    'screw/test/bent/0.bmp': bmpFile({ width: 10, height: 50, bits: 24, pixel: () => 0 }),
    // Larger than the part of a file that is read for its size.
    'screw/test/bent/1.png': await encodeRgb({ width: 300, height: 300, data: noise }, { format: 'png' }),
    'screw/test/crack/0.png': 'no image',
    'screw/ground_truth/bent/0.png': 'x',
    'screw/ground_truth/bent/1.png': 'x',
    'screw/ground_truth/crack/0.png': 'x',
    'screw/train/good/0.png': await grey(40, 40),
  });
  const progress: number[] = [];
  const [screw, ...others] = await summariseCategories(await findCategories(root), {
    onProgress: (done, total) => progress.push(done / total),
  });
  expect(others).toEqual([]);
  expect(screw).toMatchObject({
    ...{ dataset: 'set', category: 'screw', layout: 'mvtec-ad', folder: join(root, 'screw') },
    test: { good: 1, defective: 3, kinds: { bent: 2, crack: 1 } },
    training: { good: 1, defective: 0, kinds: {} },
    pixels: { width: [10, 300], height: [20, 300] },
    unreadable: [join(root, 'screw/test/crack/0.png')],
  });
  expect(progress.at(-1)).toBe(1);
});
