import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { expectWrong, tree } from './dataset-tree.ts';

const LINES = [
  'object,split,label,image,mask',
  'candle,train,normal,candle/Data/Images/Normal/0551.JPG,',
  'candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png',
  'candle,test,normal,candle/Data/Images/Normal/0000.JPG,',
  'pcb1,test,normal,pcb1/Data/Images/Normal/0007.JPG,',
  'pcb1,test,anomaly,pcb1/Data/Images/Anomaly/003.JPG,pcb1/Data/Masks/Anomaly/003.png',
];
const FILES = LINES.slice(1)
  .flatMap((line) => line.split(',').slice(3))
  .filter((path) => path !== '');

function visaRoot(lines: readonly string[], files: readonly string[] = FILES): Promise<string> {
  return tree('VisA', {
    ...Object.fromEntries(files.map((path) => [path, 'x'])),
    'split_csv/1cls.csv': `${lines.join('\r\n')}\r\n`,
  });
}

describe('a root as VisA is published', () => {
  it('has the test and training images of its table, good ones first', async () => {
    const root = await visaRoot(LINES);
    const at = (path: string) => join(root, path);
    const common = {
      ...{ dataset: 'VisA', layout: 'visa', passedOver: [], notes: [] },
      split: 'Test and training images are those of split_csv/1cls.csv.',
      terms: { name: 'VisA', licence: 'CC BY 4.0', citation: expect.stringContaining('Zou et al.') },
    };
    expect(await findCategories(root)).toEqual([
      {
        ...common,
        ...{ category: 'candle', folder: at('candle') },
        images: [
          { path: at('candle/Data/Images/Normal/0000.JPG'), mask: undefined, kind: 'good' },
          {
            path: at('candle/Data/Images/Anomaly/000.JPG'),
            mask: at('candle/Data/Masks/Anomaly/000.png'),
            kind: 'anomaly',
          },
        ],
        training: [{ path: at('candle/Data/Images/Normal/0551.JPG'), mask: undefined, kind: 'good' }],
      },
      {
        ...common,
        ...{ category: 'pcb1', folder: at('pcb1') },
        images: [
          { path: at('pcb1/Data/Images/Normal/0007.JPG'), mask: undefined, kind: 'good' },
          {
            path: at('pcb1/Data/Images/Anomaly/003.JPG'),
            mask: at('pcb1/Data/Masks/Anomaly/003.png'),
            kind: 'anomaly',
          },
        ],
        training: [],
      },
    ]);
  });

  it.each([
    ['other columns', ['object,label,image', ...LINES.slice(1)], 'has the columns'],
    ['a defect without a mask', [...LINES, 'pcb1,test,anomaly,pcb1/x.JPG,'], 'has the line'],
    ['a part that is none', [...LINES, 'pcb1,val,normal,pcb1/x.JPG,'], 'has the line'],
    [
      'a path that leads out of it',
      [...LINES, 'pcb1,test,normal,../other/x.JPG,'],
      'leads out of the folder',
    ],
    ['an absolute path', [...LINES, 'pcb1,train,normal,/etc/x.JPG,'], 'leads out of the folder'],
    ['nothing to test', LINES.slice(0, 2), 'has no test images of candle'],
    ['no images', LINES.slice(0, 1), 'names no images'],
  ])('is refused with %s', async (_name, lines, told) => {
    await expectWrong(await visaRoot(lines), 'split_csv/1cls.csv', told);
  });

  it.each(FILES)('is refused without %s, which its table names', async (path) => {
    const root = await visaRoot(
      LINES,
      FILES.filter((file) => file !== path),
    );
    await expectWrong(root, path, /is not there.*a file, as .*1cls\.csv names it/);
  });

  it('is asked for its table, where it has none and is said to be VisA', async () => {
    const root = await tree('VisA', ['candle/Data/Images/Normal/0000.JPG']);
    await expectWrong(root, 'split_csv/1cls.csv', /the table of the one-class split/, { layout: 'visa' });
  });
});
