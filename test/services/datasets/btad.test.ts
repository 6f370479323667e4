import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';

const PRODUCT = [
  '03/train/ok/0000.bmp',
  '03/test/ok/0001.bmp',
  '03/test/ko/0002.bmp',
  '03/ground_truth/ko/0002.bmp',
  '01/train/ok/0000.bmp',
  '01/test/ok/0001.bmp',
  '01/test/ko/0002.bmp',
  '01/ground_truth/ko/0002.png',
];

it('has each product with ok as good, masks by the image’s name, in PNG or BMP', async () => {
  const root = await tree('BTech_Dataset_transformed', PRODUCT);
  const found = await findCategories(root);
  expect(found.map(({ category, layout, terms }) => [category, layout, terms.name])).toEqual([
    ['01', 'btad', 'BTAD'],
    ['03', 'btad', 'BTAD'],
  ]);
  const at = (path: string) => join(root, '03', path);
  expect(found[1]).toMatchObject({
    dataset: 'BTech_Dataset_transformed',
    folder: join(root, '03'),
    images: [
      { path: at('test/ok/0001.bmp'), mask: undefined, kind: 'good' },
      { path: at('test/ko/0002.bmp'), mask: at('ground_truth/ko/0002.bmp'), kind: 'ko' },
    ],
    training: [{ path: at('train/ok/0000.bmp'), mask: undefined, kind: 'good' }],
    terms: { licence: 'CC BY-SA 4.0' },
    passedOver: [],
    notes: [],
  });
  expect(found[0]!.images[1]!.mask).toBe(join(root, '01/ground_truth/ko/0002.png'));
});

it('of other products is not taken for BTAD', async () => {
  const [own] = await findCategories(await tree('line 3', ['gear/test/ok/1.png', 'gear/train/ok/1.png']));
  expect(own).toMatchObject({ layout: 'btad', terms: { name: null, licence: 'unknown' } });
});

it('is refused by the first mask that is missing', async () => {
  const root = await tree(
    'btad',
    PRODUCT.filter((path) => !path.startsWith('01/ground_truth')),
  );
  await expectWrong(root, '01/ground_truth/ko/0002.png', /the mask of .*0002\.bmp/);
});

it('says what belongs in test, where nothing is', async () => {
  const root = await tree('btad', ['01/train/ok/0.png']);
  await expectWrong(join(root, '01'), 'test', /a folder with ok and a folder for each kind of defect/, {
    layout: 'btad',
  });
});
