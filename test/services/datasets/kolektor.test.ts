import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';
import { bmpMask, pngMask } from './mask-files.ts';

const sdd = () =>
  tree('KolektorSDD', {
    'kos02/Part0.jpg': 'x',
    'kos02/Part0_label.bmp': bmpMask(false),
    'kos10/Part0.jpg': 'x',
    'kos10/Part0_label.bmp': bmpMask(false),
    'kos02/Part1.jpg': 'x',
    'kos02/Part1_label.bmp': bmpMask(true),
  });

describe('KolektorSDD', () => {
  it('tells by its masks which images are good, and has all of them for testing', async () => {
    const root = await sdd();
    const at = (path: string) => join(root, path);
    expect(await findCategories(root)).toEqual([
      {
        ...{ dataset: 'KolektorSDD', category: 'commutator', folder: root, layout: 'kolektor-sdd' },
        images: [
          { path: at('kos02/Part0.jpg'), mask: undefined, kind: 'good' },
          { path: at('kos10/Part0.jpg'), mask: undefined, kind: 'good' },
          { path: at('kos02/Part1.jpg'), mask: at('kos02/Part1_label.bmp'), kind: 'defect' },
        ],
        training: [],
        split: 'The data set is divided in folds, which are not used: all images are test images.',
        terms: { name: 'KolektorSDD', licence: 'CC BY-NC-SA 4.0', citation: expect.any(String) },
        ...{ passedOver: [], notes: [] },
      },
    ]);
  });

  it.each([
    ['a mask', 'kos02/Part1_label.bmp', 'kos02/Part1_label.bmp', /the mask of .*Part1\.jpg/],
    ['an image', 'kos02/Part1.jpg', 'kos02/Part1.*', /the image of the mask .*Part1_label\.bmp/],
  ])('is refused without %s', async (_name, removed, path, told) => {
    const root = await sdd();
    await rm(join(root, removed));
    await expectWrong(root, path, told);
  });

  it('is refused where a mask can’t be read', async () => {
    const root = await sdd();
    await writeFile(join(root, 'kos10/Part0_label.bmp'), 'x');
    await expectWrong(root, 'kos10/Part0_label.bmp', /can't be read.*the mask of .*kos10.Part0\.jpg/);
  });

  it('is asked for its folders where it has none of them, or no images', async () => {
    const layout = 'kolektor-sdd';
    await expectWrong(await tree('x', ['a/Part0.jpg']), 'kos01', /Part0_label\.bmp/, { layout });
    await expectWrong(await tree('x', ['kos07/readme.txt']), 'kos07', /Part0_label\.bmp/);
  });
});

const sdd2 = async () =>
  tree('KolektorSDD2', {
    'test/20000.png': 'x',
    'test/20000_GT.png': await pngMask(true),
    'test/20001.png': 'x',
    'test/20001_GT.png': await pngMask(false),
    'train/10000.png': 'x',
    'train/10000_GT.png': await pngMask(false),
    'train/10301.png': 'x',
    'train/10301_GT.png': await pngMask(true),
    'train/10301 (copy).png': 'x',
    'train/10301_GT (copy).png': await pngMask(true),
  });

describe('KolektorSDD2', () => {
  it('has test and training images of its folders, defective ones in both, without the copies', async () => {
    const root = await sdd2();
    const at = (path: string) => join(root, path);
    expect(await findCategories(root)).toEqual([
      {
        ...{ dataset: 'KolektorSDD2', category: 'surface', folder: root, layout: 'ksdd2' },
        images: [
          { path: at('test/20001.png'), mask: undefined, kind: 'good' },
          { path: at('test/20000.png'), mask: at('test/20000_GT.png'), kind: 'defect' },
        ],
        training: [
          { path: at('train/10000.png'), mask: undefined, kind: 'good' },
          { path: at('train/10301.png'), mask: at('train/10301_GT.png'), kind: 'defect' },
        ],
        split: 'Test images are those in test, training images those in train, defective ones among them.',
        terms: { name: 'KolektorSDD2', licence: 'CC BY-NC-SA 4.0', citation: expect.any(String) },
        passedOver: [],
        notes: [
          `Left out of ${at('train')}, as the archive has them twice: 10301 (copy).png, 10301_GT (copy).png.`,
        ],
      },
    ]);
  });

  it.each(['train/10000_GT.png', 'test/20001_GT.png'])('is refused without %s', async (path) => {
    const root = await sdd2();
    await rm(join(root, path));
    await expectWrong(root, path, /the mask of /);
  });

  it('is refused without test images', async () => {
    const root = await sdd2();
    await rm(join(root, 'test'), { recursive: true });
    await expectWrong(root, 'test', /the folder of the test images/);
  });
});
