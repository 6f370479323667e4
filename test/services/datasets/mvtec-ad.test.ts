import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { goodTraining } from '../../../src-main/services/datasets/defect-category.ts';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';

const SCREW = [
  'screw/train/good/0.png',
  'screw/train/good/1.png',
  'screw/test/good/10.png',
  'screw/test/good/2.png',
  'screw/test/bent/0.png',
  'screw/test/crack/0.jpg',
  'screw/test/crack/note.heic',
  'screw/ground_truth/bent/0_mask.png',
  'screw/ground_truth/crack/0_mask.png',
];

it('has the images of its folders by kind, good ones first, and its good training images', async () => {
  const root = await tree('mvtec_anomaly_detection', SCREW);
  const at = (path: string) => join(root, 'screw', path);
  const [screw, ...more] = await findCategories(root);
  expect(more).toEqual([]);
  expect(screw).toEqual({
    ...{ dataset: 'mvtec_anomaly_detection', category: 'screw', folder: at(''), layout: 'mvtec-ad' },
    images: [
      { path: at('test/good/2.png'), mask: undefined, kind: 'good' },
      { path: at('test/good/10.png'), mask: undefined, kind: 'good' },
      { path: at('test/bent/0.png'), mask: at('ground_truth/bent/0_mask.png'), kind: 'bent' },
      { path: at('test/crack/0.jpg'), mask: at('ground_truth/crack/0_mask.png'), kind: 'crack' },
    ],
    training: [
      { path: at('train/good/0.png'), mask: undefined, kind: 'good' },
      { path: at('train/good/1.png'), mask: undefined, kind: 'good' },
    ],
    split: 'Test images are those in test, training images those in train/good.',
    terms: { name: 'MVTec AD', licence: 'CC BY-NC-SA 4.0', citation: expect.stringContaining('CVPR 2019') },
    passedOver: [at('test/crack/note.heic')],
    notes: [],
  });
  expect(goodTraining(screw!)).toEqual([at('train/good/0.png'), at('train/good/1.png')]);
});

it('is known as MPDD’s by its folder, and of unknown terms where the folder says nothing', async () => {
  const files = ['tubes/test/good/0.png', 'tubes/train/good/0.png'];
  const [mpdd] = await findCategories(await tree('MPDD', files));
  expect(mpdd!.terms).toMatchObject({ name: 'MPDD', citation: expect.stringContaining('Jezek') });
  const [own] = await findCategories(await tree('line 3', files));
  expect(own!.terms).toEqual({ name: null, licence: 'unknown', citation: null });
});

it('finds masks without "_mask" in their names too, as VisA is brought into this layout', async () => {
  const root = await tree('visa', [
    'candle/test/good/1.png',
    'candle/test/bad/000.JPG',
    'candle/ground_truth/bad/000.png',
  ]);
  const [candle] = await findCategories(root);
  expect(candle!.images.map(({ mask }) => mask)).toEqual([
    undefined,
    join(root, 'candle/ground_truth/bad/000.png'),
  ]);
  expect(candle!.terms.licence).toBe('CC BY 4.0');
});

it('is refused by the first mask that is missing, with how many more are', async () => {
  const root = await tree('set', [
    'screw/test/bent/1.png',
    'screw/test/bent/2.png',
    'screw/test/crack/1.png',
    'screw/ground_truth/bent/1_mask.png',
  ]);
  await expectWrong(
    root,
    'screw/ground_truth/bent/2_mask.png',
    /is not there\. So it is with 1 more\..*the mask of .*bent.2\.png, whose defect is "bent"/,
  );
});

it.each([
  ['without a test folder', ['screw/train/good/0.png'], 'test', /has no folders of images.*good/],
  ['with images beside the folders', ['screw/test/0.png'], 'test', /has no folders of images.*good/],
  ['with empty folders', ['screw/test/good/note.txt'], 'test', /has no images in its folders/],
])('is refused %s', async (_name, files, path, told) => {
  const root = join(await tree('set', files), 'screw');
  await expectWrong(root, path, told, { layout: 'mvtec-ad' });
});

it('takes a category, a data set, or links to data sets as the root', async () => {
  const root = await tree('set', SCREW);
  await mkdir(join(root, '../links'));
  await symlink(root, join(root, '../links/linked'));
  await symlink('/nowhere', join(root, '../links/broken'));
  const names = async (path: string) =>
    (await findCategories(path)).map(({ dataset, category }) => `${dataset}/${category}`);
  expect(await names(join(root, 'screw'))).toEqual(['set/screw']);
  expect(await names(root)).toEqual(['set/screw']);
  expect(await names(join(root, '../links'))).toEqual(['linked/screw']);
});
