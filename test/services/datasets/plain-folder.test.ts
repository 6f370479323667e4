import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';
import { pngMask } from './mask-files.ts';

it('takes images and masks by their names; without a mask, or with an empty one, an image is good', async () => {
  const root = await tree('line', {
    'gear/images/1.jpg': 'x',
    'gear/images/2.jpg': 'x',
    'gear/images/10.jpg': 'x',
    'gear/masks/2.png': await pngMask(true),
    'gear/masks/10_mask.png': await pngMask(false),
    'gear/images/dent/3.jpg': 'x',
    'gear/masks/dent/3_mask.png': await pngMask(true),
  });
  const at = (path: string) => join(root, 'gear', path);
  expect(await findCategories(root)).toEqual([
    {
      ...{ dataset: 'line', category: 'gear', folder: at(''), layout: 'plain-folder' },
      images: [
        { path: at('images/1.jpg'), mask: undefined, kind: 'good' },
        { path: at('images/10.jpg'), mask: undefined, kind: 'good' },
        { path: at('images/2.jpg'), mask: at('masks/2.png'), kind: 'defect' },
        { path: at('images/dent/3.jpg'), mask: at('masks/dent/3_mask.png'), kind: 'dent' },
      ],
      training: [],
      split: 'The folder has no split: all images are test images.',
      terms: { name: null, licence: 'unknown', citation: null },
      passedOver: [],
      notes: [`${at('')}: 1 images with an empty mask were taken for good.`],
    },
  ]);
});

it('takes masks beside the images', async () => {
  const root = await tree('gear', {
    'a.jpg': 'x',
    'b.jpg': 'x',
    'b_mask.png': await pngMask(true),
  });
  const [gear] = await findCategories(root);
  expect(gear!.images).toEqual([
    { path: join(root, 'a.jpg'), mask: undefined, kind: 'good' },
    { path: join(root, 'b.jpg'), mask: join(root, 'b_mask.png'), kind: 'defect' },
  ]);
});

it.each([
  ['a mask that belongs to no image', ['images/1.jpg', 'masks/2.png'], 'masks/2.png', /image .*2\.\*/],
  ['two images of one name', ['images/1.jpg', 'images/1.png', 'masks/1.png'], 'images/1.jpg', /1\.png/],
  ['no images', ['images/note.txt', 'masks/note.txt'], 'images', /a folder of images/],
  ['a mask that can’t be read', ['images/1.jpg', 'masks/1.png'], 'masks/1.png', /the mask of .*1\.jpg/],
])('is refused with %s', async (_name, files, path, told) => {
  await expectWrong(await tree('gear', files), path, told);
});
