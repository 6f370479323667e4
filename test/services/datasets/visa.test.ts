import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { tempFolder } from '../../temp-folder.ts';

const LINES = [
  'object,split,label,image,mask',
  'candle,train,normal,candle/Data/Images/Normal/0551.JPG,',
  'candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png',
  'candle,test,normal,candle/Data/Images/Normal/0000.JPG,',
  'pcb1,test,normal,pcb1/Data/Images/Normal/0007.JPG,',
  'pcb1,test,anomaly,pcb1/Data/Images/Anomaly/003.JPG,pcb1/Data/Masks/Anomaly/003.png',
];

async function visaRoot(lines: readonly string[]) {
  const root = join(await tempFolder(), 'VisA');
  await mkdir(join(root, 'split_csv'), { recursive: true });
  await writeFile(join(root, 'split_csv/1cls.csv'), `${lines.join('\r\n')}\r\n`);
  return root;
}

describe('a root as VisA is published', () => {
  it('has the test images of its table, good ones first', async () => {
    const root = await visaRoot(LINES);
    const at = (path: string) => join(root, path);
    expect(await findCategories(root)).toEqual([
      {
        dataset: 'VisA',
        category: 'candle',
        folder: at('candle'),
        images: [
          { path: at('candle/Data/Images/Normal/0000.JPG'), mask: undefined },
          {
            path: at('candle/Data/Images/Anomaly/000.JPG'),
            mask: at('candle/Data/Masks/Anomaly/000.png'),
          },
        ],
        passedOver: [],
      },
      {
        dataset: 'VisA',
        category: 'pcb1',
        folder: at('pcb1'),
        images: [
          { path: at('pcb1/Data/Images/Normal/0007.JPG'), mask: undefined },
          { path: at('pcb1/Data/Images/Anomaly/003.JPG'), mask: at('pcb1/Data/Masks/Anomaly/003.png') },
        ],
        passedOver: [],
      },
    ]);
  });

  it.each([
    ['other columns', ['object,label,image', ...LINES.slice(1)], 'its columns are not'],
    ['a defect without a mask', [...LINES, 'pcb1,test,anomaly,pcb1/x.JPG,'], 'it has the line'],
    [
      'a path that leads out of it',
      [...LINES, 'pcb1,test,normal,../other/x.JPG,'],
      'leads out of the folder',
    ],
    ['an absolute path', [...LINES, 'pcb1,test,normal,/etc/x.JPG,'], 'leads out of the folder'],
    ['nothing to test', LINES.slice(0, 2), 'it has no test images'],
  ])('is refused with %s', async (_name, lines, message) => {
    await expect(findCategories(await visaRoot(lines))).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringContaining(message),
    });
  });
});

it('masks without "_mask" in their names are found too, as VisA is brought into MVTec AD’s layout', async () => {
  const root = await tempFolder();
  for (const path of ['test/good/1.png', 'test/bad/000.JPG', 'ground_truth/bad/000.png']) {
    await mkdir(dirname(join(root, 'candle', path)), { recursive: true });
    await writeFile(join(root, 'candle', path), 'x');
  }
  const [candle] = await findCategories(root);
  expect(candle!.images.map(({ mask }) => mask)).toEqual([
    undefined,
    join(root, 'candle/ground_truth/bad/000.png'),
  ]);
});
