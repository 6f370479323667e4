import { readFile } from 'node:fs/promises';
import { basename, join, relative, resolve, sep } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import type { DefectCategory, TestImage } from './defect-category.ts';

/** The table of the split that published figures are for, one class at a time. */
const SPLIT = join('split_csv', '1cls.csv');
const COLUMNS = ['object', 'split', 'label', 'image', 'mask'];

/**
 * The categories of a root in the layout that VisA is published in: `<category>/Data/Images/{Normal,Anomaly}`,
 * `<category>/Data/Masks/Anomaly`, and `split_csv/1cls.csv`, which says which images are for testing. Good images first.
 * @returns undefined where the table is not there
 * @throws ClipSamError `input-invalid` for a table that is not VisA's or leads out of the root
 */
export async function findVisaCategories(root: string): Promise<DefectCategory[] | undefined> {
  const table = join(resolve(root), SPLIT);
  let text: string;
  try {
    text = await readFile(table, 'utf8');
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw notVisa(
      table,
      `it can't be read (${cause instanceof Error ? cause.message : String(cause)})`,
      cause,
    );
  }
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  if (head.split(',').join() !== COLUMNS.join())
    throw notVisa(table, `its columns are not ${COLUMNS.join(', ')}`);
  const categories = new Map<string, { good: TestImage[]; defective: TestImage[] }>();
  for (const line of lines) {
    const [category = '', split, label, image = '', mask = ''] = line.split(',');
    if (split !== 'test') continue;
    const isGood = label === 'normal';
    if (category === '' || image === '' || isGood !== (mask === ''))
      throw notVisa(table, `it has the line "${line}"`);
    const images = categories.get(category) ?? { good: [], defective: [] };
    categories.set(category, images);
    const path = inside(root, image, table);
    if (isGood) images.good.push({ path, mask: undefined });
    else images.defective.push({ path, mask: inside(root, mask, table) });
  }
  if (categories.size === 0) throw notVisa(table, 'it has no test images');
  return [...categories].map(([category, { good, defective }]) => ({
    dataset: basename(resolve(root)),
    category,
    folder: join(resolve(root), category),
    images: [...good, ...defective],
    passedOver: [],
  }));
}

function inside(root: string, path: string, table: string): string {
  const full = resolve(root, path);
  const below = relative(resolve(root), full);
  if (below.startsWith(`..${sep}`) || below === '..' || resolve(below) === below) {
    throw notVisa(table, `it leads out of the folder ("${path}")`);
  }
  return full;
}

function notVisa(table: string, problem: string, cause?: unknown): ClipSamError {
  return new ClipSamError(
    'input-invalid',
    `${table} is not the table of VisA's test images: ${problem}. Unpack VisA again, or bring it into MVTec AD's layout.`,
    { cause },
  );
}
