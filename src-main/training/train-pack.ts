import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZodError } from 'zod';
import { ClipSamError } from '../../src-shared/errors.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { Random } from '../../src-shared/random.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { sha256 } from '../files/hash.ts';
import { encodeModel } from '../graph/model.ts';
import { writeSafetensors } from '../graph/safetensors.ts';
import type { UmciShape } from '../graph/umci.ts';
import { createSession } from '../inference/ort.ts';
import { resolvePackFile } from '../inference/pack-files.ts';
import { openTokenizer } from '../inference/tokenizer.ts';
import { trainTokenizer } from './byte-pair-encoding.ts';
import { captionCorpus } from './captions.ts';
import { ensureFeatures, type FeatureProgress, stagesFile } from './feature-cache.ts';
import { type FeatureRecord, featuresIn } from './feature-file.ts';
import type { HeadProgress } from './head-training.ts';
import { embedPrompts, languagePool, type SentenceEncoder } from './language-pool.ts';
import { trainMeasured } from './measured-lengths.ts';
import { checkParts, readHead, readTextSide, type TextSide, writePack } from './pack-parts.ts';
import { buildTextEncoder, type TextEncoderShape } from './text-encoder.ts';
import { type TextProgress, trainTextEncoder } from './text-training.ts';
import { trainableUmci } from './trainable-head.ts';
import type { TrainingLog } from './training-log.ts';
import { type TrainingPlan, trainingPlanSchema } from './training-plan.ts';
import { listViews, type TrainingView } from './views.ts';

export type TrainingProgress =
  | FeatureProgress
  | TextProgress
  | HeadProgress
  | { readonly kind: 'left-out'; readonly view: TrainingView; readonly message: string };

export interface TrainPackOptions {
  /** Training plan (JSON). */
  readonly planFile: string;
  /** Folder that the plan's category folders lie in. */
  readonly dataRoot: string;
  /** Folder that gets pack.json, the weights, the card and the log. */
  readonly out: string;
  /** Features, checkpoints; may be kept between runs. */
  readonly cache: string;
  /**
   * What is not trained on but measured: groups (category folders, or `synthetic`), or kinds of generated
   * pictures (`synthetic/screw`).
   */
  readonly leaveOut?: readonly string[];
  /** Folder of a pack made before, whose text tower is taken instead of training one. */
  readonly textFrom?: string;
  /** Folder of a pack with a head of the same shape, whose weights this head starts from. */
  readonly headFrom?: string;
  /** Threads that render and encode pictures. */
  readonly workers?: number;
  /** Threads of ONNX Runtime while the head is trained; by default it decides. */
  readonly threads?: number;
  readonly command: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: TrainingProgress) => void;
}

/**
 * Trains a pack: features of all views, tokeniser, text tower, UMCI; writes the pack's folder and the log.
 * Features and the head's checkpoint are kept in `cache`: an interrupted call goes on where it stopped.
 * @throws ClipSamError `training-data-invalid`, `input-invalid` for a broken plan, `pack-invalid` for one whose parts
 *   don't fit together, `disk-full`, `path-denied`, `cancelled`
 */
export async function trainPack(options: TrainPackOptions): Promise<TrainingLog> {
  const { out } = options;
  const plan = await readPlan(options.planFile);
  const { vision } = plan.pack;
  const encoderFile = plan.pack.files[vision.file];
  if (!encoderFile) {
    throw new ClipSamError('pack-invalid', `The plan has no file "${vision.file}" for its vision tower.`);
  }
  checkParts(plan);
  await makeFolder(out);
  await makeFolder(options.cache);

  const started = performance.now();
  const features = await makeFeatures(plan, encoderFile.source, options);
  const featuresDone = performance.now();
  const text = options.textFrom
    ? await readTextSide(options.textFrom)
    : await trainTextSide(plan, features, options);
  const textDone = performance.now();
  const head = await makeHead(plan, features, text, options);

  const { trained, measured, failed } = features;
  const log: TrainingLog = {
    command: options.command,
    plan,
    pictures: { trained: trained.length, heldOut: measured.length, failed },
    textLoss: text.loss,
    headLoss: head.loss,
    figures: head.figures,
    lengths: head.lengths,
    seconds: {
      features: seconds(started, featuresDone),
      text: seconds(featuresDone, textDone),
      head: seconds(textDone, performance.now()),
    },
  };
  const umci = writeSafetensors(head.weights.tensors, { half: true }, { made: options.command });
  await writePack(plan, out, text, umci, log);
  return log;
}

/** What the vision tower says about all views. */
interface Features {
  /** Where they are kept. */
  readonly folder: string;
  readonly records: readonly FeatureRecord[];
  /** Of these: trained on, and held out for measuring. */
  readonly trained: readonly FeatureRecord[];
  readonly measured: readonly FeatureRecord[];
  /** Ids of all views that are held out. */
  readonly heldOut: ReadonlySet<string>;
  /** Views that could not be made. */
  readonly failed: number;
}

/** @throws ClipSamError `training-data-invalid` when nothing is left to train on, `input-invalid` for unknown groups */
async function makeFeatures(
  plan: TrainingPlan,
  encoderSource: string,
  options: TrainPackOptions,
): Promise<Features> {
  const { dataRoot, signal, onProgress, leaveOut = [] } = options;
  const { vision } = plan.pack;
  const views = await listViews(plan, dataRoot);
  checkGroups(leaveOut, views);
  const encoder = await readFile(await resolvePackFile(encoderSource, options.out));
  const tower = sha256(JSON.stringify([vision, sha256(encoder)])).slice(0, 16);
  const folder = join(options.cache, `features-${tower}`);
  let failed = 0;
  const records = await ensureFeatures(views, {
    vision,
    encoder: async () => stagesFile(vision, encoder),
    dataRoot,
    folder,
    workers: options.workers ?? 2,
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
    onFailure: (view, message) => {
      failed++;
      onProgress?.({ kind: 'left-out', view, message });
    },
  });
  const heldOut = new Set(views.filter((view) => isHeldOut(view, plan, leaveOut)).map((view) => view.id));
  const trained = records.filter((record) => !heldOut.has(record.id));
  const measured = records.filter((record) => heldOut.has(record.id));
  if (trained.length === 0) {
    throw new ClipSamError(
      'training-data-invalid',
      'The plan leaves no picture to train on. Check --data and the plan.',
    );
  }
  return { folder, records, trained, measured, heldOut, failed };
}

/** Trains the head on the features and the text tower's words, and measures it on what is held out. */
async function makeHead(
  plan: TrainingPlan,
  { folder, records, trained, measured, heldOut }: Features,
  text: TextSide,
  options: TrainPackOptions,
) {
  const { signal, onProgress } = options;
  const textTower: SentenceEncoder = {
    session: await createSession(text.encoder, { device: 'cpu' }),
    tokenizer: openTokenizer(text.tokenizer, 'the tokeniser'),
    contextLength: plan.text.contextLength,
    width: plan.text.width,
  };
  const shape: UmciShape = { ...plan.head, stageWidths: stageWidths(plan), textWidth: plan.text.width };
  const initial = options.headFrom ? await readHead(options.headFrom, shape) : undefined;
  const loss: { step: number; loss: number }[] = [];
  const made = [
    'measured at restarts',
    sha256(text.encoder),
    initial ? sha256(initial.bytes) : null,
    plan,
    records.map((record) => record.id),
    [...heldOut],
  ];
  try {
    const training = {
      head: trainableUmci(shape),
      plan: plan.head,
      seed: plan.seed,
      records: trained,
      features: featuresIn(folder),
      language: await languagePool(textTower, trained, 3, `${plan.seed}/language`),
      ...(initial ? { initial: initial.weights } : {}),
      checkpoint: join(options.cache, `head-${sha256(JSON.stringify(made)).slice(0, 16)}.checkpoint`),
      ...(options.threads ? { threads: options.threads } : {}),
      ...(signal ? { signal } : {}),
      onProgress: (progress: HeadProgress) => {
        loss.push({ step: progress.step, loss: progress.loss });
        onProgress?.(progress);
      },
    };
    const language = await recipeLanguage(textTower, plan, measured);
    const { weights, lengths } = await trainMeasured(training, { records: measured, language });
    return { weights, lengths, figures: lengths.at(-1)!.figures, loss };
  } finally {
    await textTower.session.release();
  }
}

function stageWidths(plan: TrainingPlan): number[] {
  return plan.pack.vision.stages.map((stage) => stage.width);
}

async function trainTextSide(
  plan: TrainingPlan,
  { trained, folder }: Features,
  options: TrainPackOptions,
): Promise<TextSide> {
  const names = trained.flatMap((record) => record.names);
  const defects = trained.flatMap((record) => record.defects);
  const tokenizer = trainTokenizer(captionCorpus(names, defects), plan.text.vocabulary);
  const json = JSON.stringify(tokenizer.json);
  const shape: TextEncoderShape = { ...plan.text, vocabulary: tokenizer.vocabularySize };
  const loss: { step: number; loss: number }[] = [];
  const weights = await trainTextEncoder({
    shape,
    plan: plan.text,
    seed: plan.seed,
    records: trained,
    featureFolder: folder,
    stageWidths: stageWidths(plan),
    tokenizer: openTokenizer(json, 'the new tokeniser'),
    ...(options.signal ? { signal: options.signal } : {}),
    onProgress: (progress) => {
      loss.push({ step: progress.step, loss: progress.loss });
      options.onProgress?.(progress);
    },
  });
  return { tokenizer: json, encoder: encodeModel(buildTextEncoder(shape, weights.tensors)), loss };
}

/** @throws ClipSamError `input-invalid` for a broken plan */
export async function readPlan(path: string): Promise<TrainingPlan> {
  try {
    return trainingPlanSchema.parse(parseJson(await readFile(path, 'utf8')));
  } catch (cause) {
    const reason =
      cause instanceof ZodError
        ? schemaIssues(cause)
        : cause instanceof Error
          ? cause.message
          : String(cause);
    throw new ClipSamError('input-invalid', `${path} is not a usable training plan: ${reason}`, { cause });
  }
}

/** Names under which a view can be left out. */
function groupsOf({ group, source }: TrainingView): string[] {
  return source.kind === 'synthetic' ? [group, `${group}/${source.surface}`] : [group];
}

/** @throws ClipSamError `input-invalid` when no view belongs to one of the groups */
function checkGroups(leaveOut: readonly string[], views: readonly TrainingView[]): void {
  const groups = [...new Set(views.flatMap(groupsOf))];
  const unknown = leaveOut.filter((group) => !groups.includes(group));
  if (unknown.length === 0) return;
  throw new ClipSamError(
    'input-invalid',
    `Nothing is called ${unknown.join(', ')}. What can be left out: ${groups.join(', ')}.`,
  );
}

/** All views of a source picture are held out together. */
function isHeldOut(view: TrainingView, plan: TrainingPlan, leaveOut: readonly string[]): boolean {
  if (leaveOut.length > 0) return groupsOf(view).some((group) => leaveOut.includes(group));
  const picture = view.source.kind === 'file' ? view.source.image : view.seed;
  return new Random(`${plan.seed}/held-out/${picture}`).chance(plan.holdOut);
}

/** L as inspection will have it: the recipe's own ensemble, under the first name of each object. */
async function recipeLanguage(tower: SentenceEncoder, plan: TrainingPlan, records: readonly FeatureRecord[]) {
  const { prompts, object } = plan.pack.recipe;
  const tokens = new Map<string, Float32Array>();
  for (const name of new Set([object, ...records.map((record) => record.names[0] ?? object)])) {
    tokens.set(name, await embedPrompts(tower, name, prompts));
  }
  return (names: readonly string[]) => tokens.get(names[0] ?? object)!;
}

function seconds(from: number, to: number): number {
  return Math.round((to - from) / 1000);
}
