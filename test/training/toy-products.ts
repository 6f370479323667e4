import { readFile } from 'node:fs/promises';
import type { LoadedPack } from '../../src-main/inference/pack-loader.ts';
import type { ProductRecords } from '../../src-main/training/products.ts';
import { packSchema } from '../../src-shared/pack.ts';
import { TOY_WIDTHS, writeToyFeatures } from './toy-features.ts';

const LITE = new URL('../../models/lite/pack.json', import.meta.url);

/** A pack on paper whose towers give what {@link writeToyFeatures} writes. */
export async function toyPack(): Promise<LoadedPack> {
  const lite = packSchema.parse(JSON.parse(await readFile(LITE, 'utf8')));
  return {
    pack: {
      ...lite,
      vision: { ...lite.vision, stages: TOY_WIDTHS.map((width) => ({ tensor: 't', width, grid: 64 })) },
      text: { ...lite.text, width: 4 },
      head: {
        ...{ kind: 'umci', file: 'umci', hiddenDim: 4, scaleKernels: [3], stripKernel: 3, separable: true },
        ...{ paths: { strip: true, scale: true }, novelty: [] },
      },
    },
    folder: '',
    packHash: '0'.repeat(64),
    pathOf: (key) => key,
  };
}

/** Products of one data set each, of so many pictures, the first with seed 1. */
export function toyProducts(
  folder: string,
  names: readonly string[],
  pictures: number,
): Promise<ProductRecords[]> {
  return Promise.all(
    names.map(async (dataset, at) => {
      const name = `${dataset}/part`;
      const records = await writeToyFeatures(folder, pictures, at + 1);
      return {
        name,
        dataset,
        object: 'part',
        records: records.map((record) => ({ ...record, group: name })),
      };
    }),
  );
}
