import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device } from '../../src-shared/device.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { exactReference } from '../../src-shared/pack-reference.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { sha256 } from '../files/hash.ts';
import { writeSafetensors } from '../graph/safetensors.ts';
import type { UmciShape } from '../graph/umci.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { stageShape } from '../methods/stage-feeds.ts';
import { type DatasetCategory, datasetViews } from './dataset-views.ts';
import { type FeatureProgress, knownFeatures } from './feature-cache.ts';
import { type FeatureRecord, featuresIn } from './feature-file.ts';
import type { DatasetNote, HeadLog } from './head-log.ts';
import { checkRoom, type HeadNeeds, planHead } from './head-needs.ts';
import { describeHeadPack, type HeadPackTitle, packTaken, writeHeadPack } from './head-pack.ts';
import { type HeadSettings, paperHead, paperSchedule } from './head-settings.ts';
import { type HeadProgress, trainHead } from './head-training.ts';
import { validateHead } from './head-validation.ts';
import { objectLanguage } from './object-language.ts';
import { externalKeys, featureFolder, sourceName, towerFeatures } from './tower-features.ts';
import { trainableUmci } from './trainable-head.ts';
import type { TrainingView } from './views.ts';

/** Opens the pack whose towers are taken. */
export { loadPack } from '../inference/pack-loader.ts';

/** Data with known defects. */
export interface HeadDataset {
  /** What it is called in the pack's card. */
  readonly name: string;
  /** Folder that all its pictures lie below. */
  readonly root: string;
  readonly categories: readonly DatasetCategory[];
}

export type HeadPackProgress =
  | { readonly kind: 'needs'; readonly needs: HeadNeeds; readonly pictures: number; readonly missing: number }
  | FeatureProgress
  | HeadProgress
  | { readonly kind: 'left-out'; readonly view: TrainingView; readonly message: string }
  | { readonly kind: 'measuring' | 'writing' };

export interface TrainHeadPackOptions {
  /** The pack whose towers are taken; its own head, if it has one, is left. */
  readonly parent: LoadedPack;
  readonly train: HeadDataset;
  /** Measured after the training; has no part in it. */
  readonly validate?: HeadDataset;
  readonly settings: HeadSettings;
  readonly called: Pick<HeadPackTitle, 'id' | 'title' | 'version'>;
  /** Folder of the new pack; nothing may be there. */
  readonly folder: string;
  /** Features and the checkpoint; may be kept, and be deleted when the pack is there. */
  readonly cache: string;
  /** What the vision tower runs on; default: the CPU. The head is trained on the CPU. */
  readonly device?: Device;
  readonly threads?: number;
  readonly command: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HeadPackProgress) => void;
}

/**
 * Trains UMCI on the frozen towers of a pack by the paper's protocol (arXiv 2401.12665) and makes a pack of it. Features
 * and the head's checkpoint are kept in `cache`: a call that was cancelled or killed goes on where it stopped, and ends
 * with the same weights.
 * @throws ClipSamError `pack-exists`, `disk-full` before anything is computed; `training-data-invalid` when no picture can
 *   be read; `cancelled`, `path-denied`; what is wrong with the parent's files
 */
export async function trainHeadPack(options: TrainHeadPackOptions): Promise<HeadLog> {
  const { parent, folder, cache, settings, signal, onProgress } = options;
  const { pack } = parent;
  throwIfCancelled(signal);
  await refuseTaken(options);
  await makeFolder(cache);
  const shape: UmciShape = {
    ...paperHead(settings),
    ...stageShape(pack),
  };
  const pictures = await openFeatures(options);
  await sayNeeds(options, shape, pictures);
  const started = performance.now();
  const trained = await featuresOf(pictures, pictures.trained, options, options.train);
  const measured = options.validate
    ? await featuresOf(pictures, pictures.measured, options, options.validate)
    : undefined;
  const featuresDone = performance.now();

  const language = await objectLanguage(
    parent,
    [...options.train.categories, ...(options.validate?.categories ?? [])].map(({ object }) => object),
    options,
  );
  const schedule = paperSchedule(settings, trained.records.length);
  const loss: { step: number; loss: number }[] = [];
  const made = [parent.packHash, settings, trained.records.map(({ id }) => id)];
  const weights = await trainHead({
    head: trainableUmci(shape),
    plan: schedule,
    seed: settings.seed,
    records: trained.records,
    features: featuresIn(pictures.folder),
    language: (names) => ({ tokens: language(names), meant: true }),
    checkpoint: join(cache, `head-${sha256(JSON.stringify(made)).slice(0, 16)}.checkpoint`),
    checkpointEvery: Math.max(1, Math.min(200, Math.round(schedule.steps / 50))),
    reportEvery: Math.max(1, Math.min(50, Math.round(schedule.steps / 100))),
    ...(options.threads && { threads: options.threads }),
    ...(signal && { signal }),
    onProgress(progress) {
      loss.push({ step: progress.step, loss: progress.loss });
      onProgress?.(progress);
    },
  });
  const headDone = performance.now();
  onProgress?.({ kind: 'measuring' });
  const figures = await validateHead({
    ...{ head: trainableUmci(shape), weights, language },
    records: measured?.records ?? [],
    features: featuresIn(pictures.folder),
  });
  throwIfCancelled(signal);

  const log: HeadLog = {
    command: options.command,
    parent: { pack: exactReference(pack), packHash: parent.packHash },
    settings,
    trainedOn: trained.note,
    ...(measured && { measuredOn: measured.note }),
    leftOut: [...trained.leftOut, ...(measured?.leftOut ?? [])],
    steps: schedule.steps,
    loss,
    figures,
    seconds: { features: seconds(started, featuresDone), head: seconds(featuresDone, headDone) },
  };
  onProgress?.({ kind: 'writing' });
  const bytes = writeSafetensors(weights.tensors, { half: true }, { made: options.command });
  await writeHeadPack(
    parent,
    describeHeadPack(parent, paperHead(settings), titleOf(options, trained.note), bytes),
    bytes,
    log,
    folder,
  );
  return log;
}

/** Describes the new pack with a stand-in, so that what can't work is refused before hours of training. */
async function refuseTaken(options: TrainHeadPackOptions): Promise<void> {
  const { parent, settings, folder, train } = options;
  const note = { name: train.name, categories: [], pictures: 0, defective: 0 };
  const pack = describeHeadPack(parent, paperHead(settings), titleOf(options, note), Uint8Array.of(0));
  if (await stat(folder).catch(() => undefined)) throw packTaken(pack, folder);
}

function titleOf({ called, command, validate }: TrainHeadPackOptions, note: DatasetNote): HeadPackTitle {
  const { name, categories, pictures, defective } = note;
  const more = validate ? ` Measured on ${validate.name}, which had no part in it.` : '';
  return {
    ...called,
    licence: `Of the training data's making: see the terms of ${name}`,
    provenance: `Trained here: ${command}`,
    data: `${name}: ${pictures} pictures of ${categories.length} categories, ${defective} of them defective.${more}`,
  };
}

/** The pictures' views, and where their features go. */
interface Pictures {
  /** One per vision tower. */
  readonly folder: string;
  readonly trained: readonly TrainingView[];
  readonly measured: readonly TrainingView[];
}

async function openFeatures({
  parent,
  train,
  validate,
  settings,
  cache,
}: TrainHeadPackOptions): Promise<Pictures> {
  return {
    folder: featureFolder(parent, cache),
    trained: await datasetViews(train.categories, train.root, settings),
    measured: validate
      ? await datasetViews(validate.categories, validate.root, { ...settings, mosaics: false })
      : [],
  };
}

/** @throws ClipSamError `disk-full` */
async function sayNeeds(options: TrainHeadPackOptions, shape: UmciShape, pictures: Pictures): Promise<void> {
  const { parent, cache, settings, onProgress } = options;
  const { vision, files } = parent.pack;
  const all = new Set([...pictures.trained, ...pictures.measured].map(({ id }) => id));
  const known = await knownFeatures(pictures.folder);
  const missing = [...all].filter((id) => !known.has(id)).length;
  const needs = await planHead({
    ...{ vision, shape, cache, missing },
    batch: settings.batch,
    pictures: all.size,
    towerBytes: [vision.file, ...externalKeys(parent.pack)].reduce((sum, key) => sum + files[key]!.bytes, 0),
  });
  onProgress?.({ kind: 'needs', needs, pictures: all.size, missing });
  checkRoom(needs, cache);
}

/** @throws ClipSamError `training-data-invalid` when not a single picture can be used */
async function featuresOf(
  { folder }: Pictures,
  views: readonly TrainingView[],
  { parent, device, threads, signal, onProgress }: TrainHeadPackOptions,
  { name, root, categories }: HeadDataset,
): Promise<{ readonly records: FeatureRecord[]; readonly note: DatasetNote; readonly leftOut: string[] }> {
  const leftOut: string[] = [];
  const records = await towerFeatures(parent, views, {
    ...{ dataRoot: root, folder },
    ...(device && { device }),
    ...(threads && { threads }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
    onFailure(view, message) {
      leftOut.push(sourceName(view));
      onProgress?.({ kind: 'left-out', view, message });
    },
  });
  const note: DatasetNote = {
    name,
    categories: categories.map(({ category }) => category),
    pictures: records.length,
    defective: records.filter(({ area }) => area > 0).length,
  };
  return { records, note, leftOut };
}

function seconds(from: number, to: number): number {
  return Math.round((to - from) / 1000);
}
