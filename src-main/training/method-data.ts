import { readFile } from 'node:fs/promises';
import type { Device } from '../../src-shared/device.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { createSession } from '../inference/ort.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { runnableFile, textModel } from '../inference/pack-models.ts';
import { openTokenizer } from '../inference/tokenizer.ts';
import type { FeatureProgress } from './feature-cache.ts';
import type { FeatureRecord } from './feature-file.ts';
import type { HeadTrainingOptions } from './head-training.ts';
import { languagePool } from './language-pool.ts';
import { objectLanguage } from './object-language.ts';
import { type ProductData, productFeatures } from './products.ts';
import { featureFolder, sourceName, towerFeatures } from './tower-features.ts';
import { readPlan } from './train-pack.ts';
import { listViews } from './views.ts';

/** Pictures to learn from, with what the towers of a pack say of them. */
export interface MethodData {
  /** What they are, in words, for the card. */
  readonly described: string;
  /** Of weights that are learned from them. */
  readonly licence: string;
  /** Folder of their features. */
  readonly folder: string;
  readonly records: readonly FeatureRecord[];
  readonly language: HeadTrainingOptions['language'];
  /** Pictures that could not be read. */
  readonly leftOut: readonly string[];
}

interface MethodDataOptions {
  readonly cache: string;
  readonly seed: number;
  readonly device?: Device;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: FeatureProgress) => void;
  readonly onLeftOut?: (picture: string, message: string) => void;
}

/** Wordings of each name, as when the head of a plan is trained. */
const WORDINGS = 3;

/** Test images of data sets, every object under its name in the recipe's phrases. @throws as `productFeatures` */
export async function datasetPictures(
  parent: LoadedPack,
  data: readonly ProductData[],
  options: MethodDataOptions,
): Promise<MethodData> {
  const { folder, products, leftOut } = await productFeatures(parent, data, options);
  const language = await objectLanguage(
    parent,
    products.map(({ object }) => object),
    options,
  );
  const names = products.map(({ name }) => name);
  return {
    ...{ folder, leftOut },
    records: products.flatMap(({ records }) => records),
    language: (objects) => ({ tokens: language(objects), meant: true }),
    described: `${names.join(', ')} as they are`,
    licence: `Of the training data's making: see the terms of ${[...new Set(data.map(({ dataset }) => dataset))].join(', ')}`,
  };
}

/**
 * The pictures of a training plan, real and generated, in its many wordings: what the head of the plan's pack learned from.
 * The pack has to be one that a plan made, whose text tower has that plan's inputs.
 * @throws ClipSamError as `readPlan` and `towerFeatures`
 */
export async function planPictures(
  parent: LoadedPack,
  plan: { readonly file: string; readonly dataRoot: string },
  options: MethodDataOptions,
): Promise<MethodData> {
  const { cache, threads, onLeftOut } = options;
  const training = await readPlan(plan.file);
  const views = await listViews(training, plan.dataRoot);
  const folder = featureFolder(parent, cache);
  await makeFolder(cache);
  const leftOut: string[] = [];
  const records = await towerFeatures(parent, views, {
    ...options,
    ...{ dataRoot: plan.dataRoot, folder },
    onFailure(view, message) {
      leftOut.push(sourceName(view));
      onLeftOut?.(sourceName(view), message);
    },
  });
  const { text } = parent.pack;
  const { bytes } = runnableFile(await textModel(parent.pack, parent.pathOf));
  const session = await createSession(bytes, { device: 'cpu', ...(threads && { threads }) });
  try {
    const json = await readFile(parent.pathOf(text.tokenizer), 'utf8');
    const tower = { ...text, session, tokenizer: openTokenizer(json, text.tokenizer) };
    const folders = training.categories.map((category) => category.folder);
    return {
      ...{ folder, records, leftOut },
      language: await languagePool(tower, records, WORDINGS, `${training.seed}/language`),
      described: `the pictures of a training plan: ${folders.join(', ')} and ${training.synthetic.count} generated ones`,
      licence: training.pack.licence,
    };
  } finally {
    await session.release();
  }
}
