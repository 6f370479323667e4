import { join } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { btad } from './btad.ts';
import { type DatasetFolder, listDatasetFolder } from './dataset-folder.ts';
import type { DefectCategory, LayoutName } from './defect-category.ts';
import { kolektorSdd } from './kolektor-sdd.ts';
import { ksdd2 } from './ksdd2.ts';
import type { DatasetLayout } from './layout.ts';
import { mtd } from './mtd.ts';
import { mvtecAd } from './mvtec-ad.ts';
import { plainFolder } from './plain-folder.ts';
import { realIad } from './real-iad.ts';
import { visa } from './visa.ts';

const ADAPTERS: readonly DatasetLayout[] = [
  mvtecAd,
  visa,
  btad,
  mtd,
  kolektorSdd,
  ksdd2,
  realIad,
  plainFolder,
];

/** Category, data set, folder of data sets. */
const DEEPEST = 2;

export interface FindOptions {
  /** Reads the root in this layout, whatever it looks like. */
  readonly layout?: LayoutName | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the categories of data sets with known defects. The root is a category or a data set in a layout that an adapter
 * reads (each says how it looks), or holds such, or folders that do; layouts may differ from one to the next.
 * @throws ClipSamError `input-invalid` that names the first path which does not fit, and what was expected there;
 *   `cancelled`
 */
export async function findCategories(root: string, options: FindOptions = {}): Promise<DefectCategory[]> {
  const { layout } = options;
  const adapters = layout ? ADAPTERS.filter(({ name }) => name === layout) : ADAPTERS;
  const start = await listDatasetFolder(root);
  const found = await categoriesIn(start, 0, adapters, options);
  if (found.length > 0) return found;
  // What it lacks, in the words of the layout that was asked for.
  if (layout) return adapters[0]!.read(start, options.signal);
  const known = ADAPTERS.map(({ name, title, holds }) => ` ${name} (${title}): ${holds}`);
  throw new ClipSamError(
    'input-invalid',
    `${start.path} is in none of the layouts that are known, nor is anything in it. Expected one of${known.join(';')}. If it is one of them, --layout says what is wrong.`,
  );
}

async function categoriesIn(
  folder: DatasetFolder,
  depth: number,
  adapters: readonly DatasetLayout[],
  options: FindOptions,
): Promise<DefectCategory[]> {
  const adapter = await adapterFor(folder, adapters);
  if (adapter) return adapter.read(folder, options.signal);
  if (depth === DEEPEST) return [];
  const found: DefectCategory[] = [];
  for (const name of folder.folders) {
    const inner = await listDatasetFolder(join(folder.path, name));
    found.push(...(await categoriesIn(inner, depth + 1, adapters, options)));
  }
  return found;
}

/** The adapter for a folder, by how it looks; undefined where none claims it. @throws ClipSamError when several do */
async function adapterFor(
  folder: DatasetFolder,
  adapters: readonly DatasetLayout[],
): Promise<DatasetLayout | undefined> {
  const claims = await Promise.all(
    adapters.map(async (adapter) => ({ adapter, claim: await adapter.claims(folder) })),
  );
  const sure = claims.filter(({ claim }) => claim === 'surely');
  const candidates = sure.length > 0 ? sure : claims.filter(({ claim }) => claim === 'perhaps');
  if (candidates.length > 1) {
    const names = candidates.map(({ adapter }) => adapter.name).join(' or ');
    throw new ClipSamError(
      'input-invalid',
      `${folder.path} may be in the layout ${names}. Name the one that it is with --layout.`,
    );
  }
  return candidates[0]?.adapter;
}
