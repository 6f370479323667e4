import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { sha256 } from '../files/hash.ts';
import { writeJsonFile } from '../files/json-file.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { stageShape } from '../methods/stage-feeds.ts';
import { type HeadConfig, trainableHead } from './head-config.ts';
import { paperSchedule } from './head-settings.ts';
import { type HeadProgress, trainHead } from './head-training.ts';
import { type HeadFigures, validateHead } from './head-validation.ts';
import type { ObjectLanguage } from './object-language.ts';
import { featuresOnlyOf, type ProductRecords } from './products.ts';

/** How heads are trained, all in the same way: the paper's protocol. */
export interface FoldProtocol {
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** One training: learn from some products, measure on others. */
export interface Fold {
  readonly head: HeadConfig;
  readonly trained: readonly ProductRecords[];
  readonly measured: readonly ProductRecords[];
  /** Steps after which the head is measured, ascending; the last ends the training. */
  readonly lengths: readonly number[];
}

/** What a head is worth after some steps. */
export interface FoldMeasure {
  readonly steps: number;
  /** By product. */
  readonly figures: Readonly<Record<string, HeadFigures>>;
  /** SHA-256 of the weights: the same data and settings give the same. */
  readonly weights: string;
}

interface FoldRunOptions {
  readonly parent: LoadedPack;
  /** Folder of the features. */
  readonly folder: string;
  readonly cache: string;
  readonly language: ObjectLanguage;
  readonly protocol: FoldProtocol;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HeadProgress) => void;
}

/**
 * Trains and measures folds. What was measured lies in the cache under everything that decides it, and a training that
 * was cut off goes on from its checkpoint: a call that is made again gives the same figures, in the time that is left.
 */
export class FoldRunner {
  readonly #options: FoldRunOptions;

  constructor(options: FoldRunOptions) {
    this.#options = options;
  }

  /** Measures of a fold, one per length. @throws ClipSamError `cancelled`, `disk-full` */
  async run(fold: Fold): Promise<FoldMeasure[]> {
    const { parent, folder, cache, language, protocol, threads, signal, onProgress } = this.#options;
    throwIfCancelled(signal);
    const folds = join(cache, 'folds');
    await makeFolder(folds);
    const path = join(folds, sha256(JSON.stringify(this.#identity(fold))).slice(0, 32));
    const measures = await readMeasures(`${path}.json`);
    const head = trainableHead(fold.head, stageShape(parent.pack));
    const records = fold.trained.flatMap((product) => product.records);
    const measured = fold.measured.flatMap((product) => product.records);
    for (const steps of fold.lengths.slice(measures.length)) {
      const weights = await trainHead({
        ...{ head, records, seed: protocol.seed },
        plan: { ...paperSchedule({ ...protocol, epochs: 1 }, 1), steps },
        features: featuresOnlyOf(records, folder),
        language: (names) => ({ tokens: language(names), meant: true }),
        checkpoint: `${path}.checkpoint`,
        checkpointEvery: Math.max(1, Math.min(100, Math.round(steps / 20))),
        reportEvery: Math.max(1, Math.min(20, Math.round(steps / 50))),
        ...(threads && { threads }),
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      });
      throwIfCancelled(signal);
      const figures = await validateHead({
        ...{ head, weights, language },
        records: measured,
        features: featuresOnlyOf(measured, folder),
      });
      const bytes = new Uint8Array(
        weights.vector.buffer,
        weights.vector.byteOffset,
        weights.vector.byteLength,
      );
      measures.push({ steps, figures, weights: sha256(bytes) });
      await writeJsonFile(`${path}.json`, measures);
    }
    await rm(`${path}.checkpoint`, { force: true });
    return measures;
  }

  #identity({ head, trained, measured, lengths }: Fold) {
    const { parent, protocol } = this.#options;
    const ids = (products: readonly ProductRecords[]) =>
      products.map(({ object, records }) => [object, records.map(({ id }) => id)]);
    return [parent.packHash, protocol, head, lengths, ids(trained), ids(measured)];
  }
}

async function readMeasures(path: string): Promise<FoldMeasure[]> {
  try {
    return parseJson(await readFile(path, 'utf8')) as FoldMeasure[];
  } catch {
    // Not there yet, or damaged by another hand: measured again.
    return [];
  }
}
