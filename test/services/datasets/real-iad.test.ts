import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';

const entry = (anomaly_class: string, image_path: string, mask_path: string | null = null) => ({
  ...{ category: 'toy', anomaly_class, image_path, mask_path },
});
const TOY = {
  meta: { prefix: 'toy/', normal_class: 'OK' },
  train: [entry('OK', 'OK/S0001/toy_0001_OK_C1.jpg')],
  test: [
    entry('QS', 'NG/QS/S0003/toy_0003_NG_C1.jpg', 'NG/QS/S0003/toy_0003_NG_C1.png'),
    entry('OK', 'NG/QS/S0003/toy_0003_NG_C2.jpg'),
    entry('OK', 'OK/S0002/toy_0002_OK_C1.jpg'),
  ],
};
const FILES = [...TOY.train, ...TOY.test]
  .flatMap(({ image_path, mask_path }) => [image_path, ...(mask_path === null ? [] : [mask_path])])
  .map((path) => `toy/${path}`);

/** @param images where images are below the root */
function realIadRoot({
  json = TOY as unknown,
  place = 'realiad_jsons/realiad_jsons/',
  images = ['realiad_1024/'],
  files = FILES,
} = {}): Promise<string> {
  return tree('Real-IAD', {
    [`${place}toy.json`]: typeof json === 'string' ? json : JSON.stringify(json),
    ...Object.fromEntries(images.flatMap((folder) => files.map((file) => [`${folder}${file}`, 'x']))),
  });
}

describe('Real-IAD', () => {
  it('has the images that its JSON files name, good ones as they say', async () => {
    const root = await realIadRoot();
    const at = (path: string) => join(root, 'realiad_1024/toy', path);
    expect(await findCategories(root)).toEqual([
      {
        ...{ dataset: 'Real-IAD', category: 'toy', folder: join(root, 'realiad_1024'), layout: 'real-iad' },
        images: [
          { path: at('NG/QS/S0003/toy_0003_NG_C2.jpg'), mask: undefined, kind: 'good' },
          { path: at('OK/S0002/toy_0002_OK_C1.jpg'), mask: undefined, kind: 'good' },
          {
            path: at('NG/QS/S0003/toy_0003_NG_C1.jpg'),
            mask: at('NG/QS/S0003/toy_0003_NG_C1.png'),
            kind: 'QS',
          },
        ],
        training: [{ path: at('OK/S0001/toy_0001_OK_C1.jpg'), mask: undefined, kind: 'good' }],
        split: `Test and training images are those of ${join(root, 'realiad_jsons/realiad_jsons/toy.json')}.`,
        terms: {
          name: 'Real-IAD',
          licence: expect.stringContaining('research'),
          citation: expect.any(String),
        },
        ...{ passedOver: [], notes: [] },
      },
    ]);
  });

  it('may have its JSON files beside the folders of images', async () => {
    for (const place of ['realiad_jsons/', '']) {
      const [toy] = await findCategories(await realIadRoot({ place, images: ['realiad_256/'] }));
      expect(toy!.images).toHaveLength(3);
    }
    const root = await realIadRoot({ place: '', images: [''] });
    expect((await findCategories(root))[0]!.folder).toBe(root);
  });

  it('with several resolutions asks for one, which can be the root', async () => {
    const root = await realIadRoot({ images: ['realiad_256/', 'realiad_1024/'] });
    await expectWrong(root, 'realiad_1024', /name it as the root/);
    const [toy] = await findCategories(join(root, 'realiad_256'));
    expect(toy).toMatchObject({ folder: join(root, 'realiad_256'), terms: { name: 'Real-IAD' } });
  });

  it('leaves out categories without any images, and says so', async () => {
    const root = await tree('Real-IAD', {
      'realiad_jsons/toy.json': JSON.stringify(TOY),
      'realiad_jsons/usb.json': JSON.stringify({ ...TOY, meta: { ...TOY.meta, prefix: 'usb/' } }),
      ...Object.fromEntries(FILES.map((file) => [`realiad_512/${file}`, 'x'])),
    });
    const [toy, ...others] = await findCategories(root);
    expect(others).toEqual([]);
    expect(toy!.notes).toEqual([`Left out, since ${join(root, 'realiad_512')} has no images of them: usb.`]);
  });

  it.each([
    ['no JSON', '{', "can't be read as JSON"],
    ['another form', { train: [], test: [] }, /meta/],
    ['no mask of a defect', { ...TOY, test: [entry('QS', 'a.jpg')] }, /has no mask_path in test\[0\]/],
    ['no test images', { ...TOY, test: [] }, 'names no test images'],
    ['a path that leads out', { ...TOY, train: [entry('OK', '../../../x.jpg')] }, 'leads out of'],
    [
      'a prefix that leads out',
      { ...TOY, meta: { ...TOY.meta, prefix: '../../x/' } },
      /leads out of|is not there/,
    ],
  ])('is refused with %s in a file', async (_name, json, told) => {
    const root = await realIadRoot({ json });
    await expect(findCategories(root)).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(told),
    });
  });

  it.each(FILES)('is refused without %s', async (path) => {
    const root = await realIadRoot({ files: FILES.filter((file) => file !== path) });
    await expectWrong(root, `realiad_1024/${path}`, /a file, as .* names it/);
  });

  it('is asked for its files where it has none', async () => {
    const root = await tree('data', ['toy/OK/1.jpg']);
    await expectWrong(root, 'realiad_jsons', /a folder with <category>\.json/, { layout: 'real-iad' });
  });
});
