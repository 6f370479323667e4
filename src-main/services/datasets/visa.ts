import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ClipSamError } from '../../../src-shared/errors.ts';
import { isAbsence, missingFiles, placeInside } from './dataset-folder.ts';
import { termsOf } from './dataset-terms.ts';
import { GOOD_KIND, type TestImage } from './defect-category.ts';
import { type DatasetLayout, type LayoutClaim, layoutError, refuseWrongPaths } from './layout.ts';

/** The table of the split that published figures are for, one class at a time. */
const SPLIT = join('split_csv', '1cls.csv');
const COLUMNS = ['object', 'split', 'label', 'image', 'mask'];

/**
 * The layout that VisA is published in: `<category>/Data/Images/{Normal,Anomaly}`, `<category>/Data/Masks/Anomaly`, and
 * `split_csv/1cls.csv`, which says which images are for testing and which for training.
 */
export const visa: DatasetLayout = {
  name: 'visa',
  title: 'VisA',
  holds: `${SPLIT}, and the images and masks that it names`,
  async claims({ path }): Promise<LayoutClaim> {
    const isThere = await readFile(join(path, SPLIT)).then(
      () => true,
      (cause: unknown) => !isAbsence(cause),
    );
    return isThere ? 'surely' : 'no';
  },
  async read({ path: root }, signal) {
    const table = join(root, SPLIT);
    const text = await readFile(table, 'utf8').catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw notVisa(table, `can't be read (${reason})`, cause);
    });
    const categories = readTable(text, root, table);
    const named = [...categories.values()].flatMap(({ images, training }) => [...images, ...training]);
    const files = named.flatMap(({ path, mask }) => [path, ...(mask === undefined ? [] : [mask])]);
    const missing = await missingFiles(
      files.map((path) => ({ path, problem: 'is not there', expected: `a file, as ${table} names it` })),
      signal,
    );
    refuseWrongPaths(visa, missing);
    return [...categories].map(([category, { images, training }]) => ({
      ...{ dataset: basename(root), category, folder: join(root, category), layout: 'visa' },
      images: goodFirst(images),
      training: goodFirst(training),
      split: `Test and training images are those of ${SPLIT.replaceAll('\\', '/')}.`,
      terms: termsOf(basename(root), 'VisA'),
      ...{ passedOver: [], notes: [] },
    }));
  },
};

type Parts = Record<'images' | 'training', TestImage[]>;

function readTable(text: string, root: string, table: string): Map<string, Parts> {
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  if (head !== COLUMNS.join()) throw notVisa(table, `has the columns "${head}"`);
  const place = (name: string) => {
    const full = placeInside(root, name);
    if (full === undefined) throw notVisa(table, `leads out of the folder ("${name}")`);
    return full;
  };
  const categories = new Map<string, Parts>();
  for (const line of lines) {
    const [category = '', split, label, image = '', mask = ''] = line.split(',');
    const isGood = label === 'normal';
    if (category === '' || image === '' || isGood !== (mask === '') || !['train', 'test'].includes(split!)) {
      throw notVisa(table, `has the line "${line}"`);
    }
    const parts = categories.get(category) ?? { images: [], training: [] };
    categories.set(category, parts);
    parts[split === 'test' ? 'images' : 'training'].push({
      path: place(image),
      mask: isGood ? undefined : place(mask),
      kind: isGood ? GOOD_KIND : 'anomaly',
    });
  }
  for (const [category, { images }] of categories) {
    if (images.length === 0) throw notVisa(table, `has no test images of ${category}`);
  }
  if (categories.size === 0) throw notVisa(table, 'names no images');
  return categories;
}

function goodFirst(images: readonly TestImage[]): TestImage[] {
  return [...images.filter(({ mask }) => !mask), ...images.filter(({ mask }) => mask)];
}

function notVisa(path: string, problem: string, cause?: unknown): ClipSamError {
  const expected = `the table of the one-class split: a line "${COLUMNS.join()}", then one line for each image`;
  return layoutError(visa, { path, problem, expected }, { cause });
}
