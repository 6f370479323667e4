import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LAYOUTS } from '../../../src-main/services/datasets/defect-category.ts';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { tree } from './dataset-tree.ts';

it('finds data sets of several layouts in one folder', async () => {
  const root = await tree('data', [
    'btad/01/test/ok/1.bmp',
    'mtd/MT_Free/Imgs/1.jpg',
    'mvtec/screw/test/good/1.png',
    'note.txt',
  ]);
  const found = await findCategories(root);
  expect(found.map(({ dataset, category, layout }) => [dataset, category, layout])).toEqual([
    ['btad', '01', 'btad'],
    ['mtd', 'magnetic_tile', 'mtd'],
    ['mvtec', 'screw', 'mvtec-ad'],
  ]);
});

it('names the layouts that a folder may be in, and takes the one that is named', async () => {
  const root = await tree('part', ['test/ok/1.png', 'test/good/2.png', 'ground_truth/ok/1.png']);
  await expect(findCategories(root)).rejects.toMatchObject({
    code: 'input-invalid',
    message: expect.stringMatching(/layout mvtec-ad or btad.*--layout/),
  });
  const [asMvtec] = await findCategories(root, { layout: 'mvtec-ad' });
  expect(asMvtec!.images.map(({ kind }) => kind)).toEqual(['good', 'ok']);
});

it('of nothing it knows says what it expected, of every layout', async () => {
  const root = await tree('data', ['photos/1.jpg']);
  const error = (await findCategories(root).catch((thrown: unknown) => thrown)) as Error;
  expect(error.message.startsWith(`${root} is in none of the layouts`)).toBe(true);
  for (const layout of LAYOUTS) expect(error.message).toContain(` ${layout} (`);
});

it('names a root that is not there', async () => {
  const root = join(await tree('data', ['x']), 'absent');
  await expect(findCategories(root)).rejects.toMatchObject({
    code: 'input-invalid',
    message: expect.stringContaining(root),
  });
});

it.each(LAYOUTS)(
  'in the layout %s refuses an empty folder by the first path that it lacks',
  async (layout) => {
    const root = await tree('data', ['note.txt']);
    await expect(findCategories(root, { layout })).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(new RegExp(`^${root}.*\\(${layout}\\) it should be `)),
    });
  },
);

it('stops when cancelled', async () => {
  const root = await tree('VisA', {
    'split_csv/1cls.csv': 'object,split,label,image,mask\na,test,normal,a/1.jpg,\n',
    'a/1.jpg': 'x',
  });
  await expect(findCategories(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'cancelled',
  });
});
