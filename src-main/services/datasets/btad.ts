import { basename, dirname, join } from 'node:path';
import { listIfThere } from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import type { DatasetLayout, LayoutClaim } from './layout.ts';
import { readCategory } from './mvtec-ad.ts';

const OK = 'ok';
const DEFECTIVE = 'ko';
const PRODUCTS = ['01', '02', '03'];

/**
 * BTAD's layout, of a product: `train/ok/*`, `test/ok/*`, `test/ko/<name>.*` and `ground_truth/ko/<name>.*`, where image and
 * mask may be PNG or BMP.
 */
export const btad: DatasetLayout = {
  name: 'btad',
  title: 'BTAD',
  holds: 'test/ok, test/ko and ground_truth/ko/<name>.png in each product',
  async claims({ path, folders }): Promise<LayoutClaim> {
    if (!folders.includes('test')) return 'no';
    const test = await listIfThere(join(path, 'test'));
    return test.folders.some((name) => name === OK || name === DEFECTIVE) ? 'surely' : 'no';
  },
  async read(folder) {
    const product = await readCategory(folder, {
      layout: btad,
      good: OK,
      maskName: (stem) => `${stem}.png`,
      maskStems: (stem) => [stem, `${stem}_mask`],
    });
    const dataset = basename(dirname(folder.path));
    const terms = termsOf(dataset, PRODUCTS.includes(product.category) ? 'BTAD' : undefined);
    const split = 'Test images are those in test, training images those in train/ok.';
    return [{ ...product, dataset, layout: 'btad', split, terms, notes: [] }];
  },
};
