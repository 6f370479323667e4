import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';

const TILES = [
  'MT_Blowhole/Imgs/exp1_num_10.jpg',
  'MT_Blowhole/Imgs/exp1_num_10.png',
  'MT_Blowhole/Imgs/exp1_num_9.jpg',
  'MT_Blowhole/Imgs/exp1_num_9.png',
  'MT_Crack/Imgs/exp2_num_1.jpg',
  'MT_Crack/Imgs/exp2_num_1.png',
  'MT_Free/Imgs/exp1_num_1.jpg',
  'MT_Free/Imgs/exp1_num_1.png',
  'MT_Free/Imgs/exp1_num_2.jpg',
];

it('has the tiles of MT_Free as good, the others by their folders, all for testing', async () => {
  const root = await tree('Magnetic-tile-defect-datasets', [...TILES, 'README.md', 'MT_Crack/Imgs/x.psd']);
  const at = (path: string) => join(root, path);
  const defect = (folder: string, name: string, kind: string) => ({
    path: at(`MT_${folder}/Imgs/${name}.jpg`),
    mask: at(`MT_${folder}/Imgs/${name}.png`),
    kind,
  });
  expect(await findCategories(root)).toEqual([
    {
      ...{ dataset: 'Magnetic-tile-defect-datasets', category: 'magnetic_tile', folder: root, layout: 'mtd' },
      images: [
        { path: at('MT_Free/Imgs/exp1_num_1.jpg'), mask: undefined, kind: 'good' },
        { path: at('MT_Free/Imgs/exp1_num_2.jpg'), mask: undefined, kind: 'good' },
        defect('Blowhole', 'exp1_num_9', 'blowhole'),
        defect('Blowhole', 'exp1_num_10', 'blowhole'),
        defect('Crack', 'exp2_num_1', 'crack'),
      ],
      training: [],
      split: 'The data set has no split: all images are test images.',
      terms: {
        name: 'MTD',
        licence: 'free to use, cite the paper; no licence file',
        citation: expect.stringContaining('Huang'),
      },
      passedOver: [at('MT_Crack/Imgs/x.psd')],
      notes: [],
    },
  ]);
});

it.each([
  ['a mask', 'MT_Crack/Imgs/exp2_num_1.png', /the mask of .*exp2_num_1\.jpg/],
  ['an image', 'MT_Crack/Imgs/exp2_num_1.jpg', /the image of the mask .*exp2_num_1\.png/],
])('is refused without %s', async (_name, path, told) => {
  const root = await tree(
    'MTD',
    TILES.filter((file) => file !== path),
  );
  await expectWrong(root, path, told);
});

it('is refused where a folder lies otherwise', async () => {
  const root = await tree('MTD', [...TILES, 'MT_Fray/exp1_num_1.jpg']);
  await expectWrong(root, 'MT_Fray/Imgs', /the folder of the images .* of MT_Fray/);
});

it('is asked for its folders where it has none of them', async () => {
  const root = await tree('MTD', ['Blowhole/exp1_num_1.jpg']);
  await expectWrong(root, '', /a folder MT_Free/, { layout: 'mtd' });
});
