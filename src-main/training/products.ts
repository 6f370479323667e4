import type { Device } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { makeFolder } from '../files/atomic-write.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { type DatasetCategory, datasetViews } from './dataset-views.ts';
import type { FeatureProgress } from './feature-cache.ts';
import { type FeatureReader, type FeatureRecord, featuresIn } from './feature-file.ts';
import { featureFolder, sourceName, towerFeatures } from './tower-features.ts';

/** A category of a data set whose pictures have known defects. */
export interface ProductData extends DatasetCategory {
  readonly dataset: string;
  /** Folder that all its pictures lie below. */
  readonly root: string;
}

/** A product with the features of its pictures: it is left out as a whole, or learned from as a whole. */
export interface ProductRecords {
  /** `dataset/category`; the group of its records. */
  readonly name: string;
  readonly dataset: string;
  readonly object: string;
  readonly records: readonly FeatureRecord[];
}

/** Products, and where their features lie. */
export interface ProductFeatures {
  readonly folder: string;
  readonly products: readonly ProductRecords[];
  /** Pictures that could not be read. */
  readonly leftOut: readonly string[];
}

export type ProductProgress = FeatureProgress & { readonly product: string };

/**
 * Features of all pictures of the products by a pack's vision tower, computed once for whatever is trained on them.
 * @throws ClipSamError `input-invalid` for two products of one name; as `towerFeatures`
 */
export async function productFeatures(
  parent: LoadedPack,
  data: readonly ProductData[],
  options: {
    readonly cache: string;
    readonly seed: number;
    readonly device?: Device;
    readonly threads?: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: ProductProgress) => void;
    readonly onLeftOut?: (picture: string, message: string) => void;
  },
): Promise<ProductFeatures> {
  const { cache, seed, device, threads, signal, onProgress, onLeftOut } = options;
  const names = data.map(productName);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) {
    throw new ClipSamError(
      'input-invalid',
      `Two products are called ${twice}: what is learned from and what is measured could be the same. Name each folder once.`,
    );
  }
  await makeFolder(cache);
  const folder = featureFolder(parent, cache);
  const products: ProductRecords[] = [];
  const leftOut: string[] = [];
  for (const [at, { dataset, object, images, root }] of data.entries()) {
    const name = names[at]!;
    const views = await datasetViews([{ category: name, object, images }], root, { mosaics: false, seed });
    const records = await towerFeatures(parent, views, {
      ...{ dataRoot: root, folder },
      ...(device && { device }),
      ...(threads && { threads }),
      ...(signal && { signal }),
      onProgress: (progress) => onProgress?.({ ...progress, product: name }),
      onFailure(view, message) {
        leftOut.push(sourceName(view));
        onLeftOut?.(sourceName(view), message);
      },
    });
    products.push({ name, dataset, object, records });
  }
  return { folder, products, leftOut };
}

function productName({ dataset, category }: ProductData): string {
  return `${dataset}/${category}`;
}

/**
 * Reads the features of some pictures and of no others. What trains and what chooses is given this: nothing of a target,
 * its masks least of all, is in its reach.
 * @throws ClipSamError `not-permitted` for any other picture
 */
export function featuresOnlyOf(records: readonly FeatureRecord[], folder: string): FeatureReader {
  const given = new Set(records.map(({ id }) => id));
  const read = featuresIn(folder);
  return async (record, widths) => {
    if (given.has(record.id)) return read(record, widths);
    throw new ClipSamError(
      'not-permitted',
      `A picture of ${record.group} was asked for where it is left out: neither it nor its mask may decide anything here.`,
    );
  };
}
