import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZodError, z } from 'zod';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, packFileSchema, packSchema } from '../../src-shared/pack.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import { Random } from '../../src-shared/random.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { makeFolder, writeFileAtomically } from '../files/atomic-write.ts';
import { sha256, sha256OfFile } from '../files/hash.ts';
import { encodeModel } from '../graph/model.ts';
import { readSafetensors, writeSafetensors } from '../graph/safetensors.ts';
import { buildUmciGraph, type UmciShape } from '../graph/umci.ts';
import { createSession } from '../inference/ort.ts';
import { resolvePackFile } from '../inference/pack-files.ts';
import { openTokenizer } from '../inference/tokenizer.ts';
import { trainTokenizer } from './byte-pair-encoding.ts';
import { captionCorpus } from './captions.ts';
import { ensureFeatures, type FeatureProgress } from './feature-cache.ts';
import type { FeatureRecord } from './feature-file.ts';
import { type HeadProgress, trainHead } from './head-training.ts';
import { type HeadFigures, validateHead } from './head-validation.ts';
import { embedPrompts, languagePool, type TextTower } from './language-pool.ts';
import { packCard } from './pack-card.ts';
import { buildTextEncoder, type TextEncoderShape } from './text-encoder.ts';
import { type TextProgress, trainTextEncoder } from './text-training.ts';
import type { TrainingLog } from './training-log.ts';
import { type TrainingPlan, trainingPlanSchema } from './training-plan.ts';
import { listViews, type TrainingView } from './views.ts';
import type { Weights } from './weights.ts';

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

const OWN_KEYS = ['tokenizer', 'text', 'umci'] as const;
const OWN_FILES = { tokenizer: 'tokenizer.json', text: 'text.onnx', umci: 'umci.safetensors' } as const;

/**
 * Trains a pack: features of all views, tokeniser, text tower, UMCI; writes the pack's folder and the log.
 * Features and the head's checkpoint are kept in `cache`: an interrupted call goes on where it stopped.
 * @throws ClipSamError `training-data-invalid`, `input-invalid` for a broken plan, `pack-invalid` for one whose parts
 *   don't fit together, `disk-full`, `path-denied`, `cancelled`
 */
export async function trainPack(options: TrainPackOptions): Promise<TrainingLog> {
  const { dataRoot, out, cache, signal, onProgress, leaveOut = [] } = options;
  const plan = await readPlan(options.planFile);
  const { vision } = plan.pack;
  const stageWidths = vision.stages.map((stage) => stage.width);
  const encoderFile = plan.pack.files[vision.file];
  if (!encoderFile) {
    throw new ClipSamError('pack-invalid', `The plan has no file "${vision.file}" for its vision tower.`);
  }
  checkParts(plan);
  await makeFolder(out);
  await makeFolder(cache);

  const started = performance.now();
  const views = await listViews(plan, dataRoot);
  checkGroups(leaveOut, views);
  const encoder = await readFile(await resolvePackFile(encoderFile.source, out));
  const tower = sha256(JSON.stringify([vision, sha256(encoder)])).slice(0, 16);
  const featureFolder = join(cache, `features-${tower}`);
  let failed = 0;
  const records = await ensureFeatures(views, {
    vision,
    encoder,
    dataRoot,
    folder: featureFolder,
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
  const featuresDone = performance.now();

  const text = options.textFrom
    ? await readTextSide(options.textFrom)
    : await trainTextSide(trained, { plan, featureFolder, stageWidths, options });
  const textDone = performance.now();

  const textTower: TextTower = {
    session: await createSession(text.encoder, { device: 'cpu' }),
    tokenizer: openTokenizer(text.tokenizer, 'the tokeniser'),
    contextLength: plan.text.contextLength,
    width: plan.text.width,
  };
  const shape: UmciShape = { ...plan.head, stageWidths, textWidth: plan.text.width };
  const initial = options.headFrom ? await readHead(options.headFrom, shape) : undefined;
  const headLoss: { step: number; loss: number }[] = [];
  const made = [
    initial ? sha256(initial.bytes) : null,
    plan,
    records.map((record) => record.id),
    [...heldOut],
  ];
  let head: Weights;
  let figures: Record<string, HeadFigures>;
  try {
    head = await trainHead({
      shape,
      plan: plan.head,
      seed: plan.seed,
      records: trained,
      featureFolder,
      language: await languagePool(textTower, trained, 3, `${plan.seed}/language`),
      ...(initial ? { initial: initial.weights } : {}),
      checkpoint: join(cache, `head-${sha256(JSON.stringify(made)).slice(0, 16)}.checkpoint`),
      ...(options.threads ? { threads: options.threads } : {}),
      ...(signal ? { signal } : {}),
      onProgress: (progress) => {
        headLoss.push({ step: progress.step, loss: progress.loss });
        onProgress?.(progress);
      },
    });
    const language = await recipeLanguage(textTower, plan, measured);
    figures = await validateHead({ shape, weights: head, records: measured, featureFolder, language });
  } finally {
    await textTower.session.release();
  }

  const log: TrainingLog = {
    command: options.command,
    plan,
    pictures: { trained: trained.length, heldOut: measured.length, failed },
    textLoss: text.loss,
    headLoss,
    figures,
    seconds: {
      features: seconds(started, featuresDone),
      text: seconds(featuresDone, textDone),
      head: seconds(textDone, performance.now()),
    },
  };
  const umci = writeSafetensors(head.tensors, { half: true }, { made: options.command });
  await writePack(plan, out, text, umci, log);
  return log;
}

/** The text side of a pack. */
interface TextSide {
  /** tokenizer.json. */
  readonly tokenizer: string;
  /** ONNX file. */
  readonly encoder: Uint8Array;
  /** Of the training; empty when another pack's is taken. */
  readonly loss: TrainingLog['textLoss'];
  /** Where another pack says that it comes from. */
  readonly provenance?: string;
}

async function trainTextSide(
  trained: readonly FeatureRecord[],
  context: {
    readonly plan: TrainingPlan;
    readonly featureFolder: string;
    readonly stageWidths: readonly number[];
    readonly options: TrainPackOptions;
  },
): Promise<TextSide> {
  const { plan, featureFolder, stageWidths, options } = context;
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
    featureFolder,
    stageWidths,
    tokenizer: openTokenizer(json, 'the new tokeniser'),
    ...(options.signal ? { signal: options.signal } : {}),
    onProgress: (progress) => {
      loss.push({ step: progress.step, loss: progress.loss });
      options.onProgress?.(progress);
    },
  });
  return { tokenizer: json, encoder: encodeModel(buildTextEncoder(shape, weights.tensors)), loss };
}

/** Reads the text side of a pack that {@link trainPack} made. */
async function readTextSide(folder: string): Promise<TextSide> {
  try {
    const { files } = z
      .object({ files: z.record(z.string(), packFileSchema) })
      .parse(JSON.parse(await readFile(join(folder, 'pack.json'), 'utf8')));
    return {
      tokenizer: await readFile(join(folder, OWN_FILES.tokenizer), 'utf8'),
      encoder: await readFile(join(folder, OWN_FILES.text)),
      loss: [],
      ...(files.text && { provenance: files.text.provenance }),
    };
  } catch (cause) {
    throw new ClipSamError(
      'input-invalid',
      `${folder} holds no text tower that can be taken over. Name the folder of a pack that \`clipsam train\` made.`,
      { cause },
    );
  }
}

/** The weights of a pack's head. @throws ClipSamError `input-invalid` for a head of another shape */
async function readHead(folder: string, shape: UmciShape) {
  try {
    const bytes = await readFile(join(folder, OWN_FILES.umci));
    const weights = readSafetensors(bytes, OWN_FILES.umci);
    buildUmciGraph(shape, weights);
    return { bytes, weights };
  } catch (cause) {
    throw new ClipSamError(
      'input-invalid',
      `${folder} holds no head that this one can start from. Name the folder of a pack with the plan's head.`,
      { cause },
    );
  }
}

async function readPlan(path: string): Promise<TrainingPlan> {
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
async function recipeLanguage(tower: TextTower, plan: TrainingPlan, records: readonly FeatureRecord[]) {
  const { prompts, object } = plan.pack.recipe;
  const tokens = new Map<string, Float32Array>();
  for (const name of new Set([object, ...records.map((record) => record.names[0] ?? object)])) {
    tokens.set(name, await embedPrompts(tower, name, prompts));
  }
  return (names: readonly string[]) => tokens.get(names[0] ?? object)!;
}

async function writePack(
  plan: TrainingPlan,
  out: string,
  text: TextSide,
  umci: Uint8Array,
  log: TrainingLog,
): Promise<void> {
  const files: Pack['files'] = {};
  for (const [key, file] of Object.entries(plan.pack.files)) {
    const path = await resolvePackFile(file.source, out);
    files[key] = { ...file, sha256: await sha256OfFile(path), bytes: (await stat(path)).size };
  }
  const trained = `Trained by this project: ${log.command}`;
  const made = { tokenizer: text.tokenizer, text: text.encoder, umci };
  for (const key of OWN_KEYS) {
    const bytes = Buffer.from(made[key]);
    const provenance = key === 'umci' ? trained : (text.provenance ?? trained);
    await writeFileAtomically(join(out, OWN_FILES[key]), bytes);
    const { licence } = plan.pack;
    files[key] = {
      source: `pack:${OWN_FILES[key]}`,
      sha256: sha256(bytes),
      bytes: bytes.length,
      licence,
      provenance,
    };
  }
  const pack = describePack(plan, files);
  await writeFileAtomically(join(out, 'training-log.json'), `${JSON.stringify(log, null, 1)}\n`);
  await writeFileAtomically(join(out, pack.card), packCard(pack, log));
  await writeFileAtomically(join(out, 'pack.json'), `${JSON.stringify(pack, null, 2)}\n`);
}

/** Describes the pack with stand-ins for its files, so that a plan that can't work is refused before hours of training. */
function checkParts(plan: TrainingPlan): void {
  const unknown = { sha256: '0'.repeat(64), bytes: 1 };
  const made = { source: 'pack:x', licence: '-', provenance: '-', ...unknown };
  const given = Object.entries(plan.pack.files).map(([key, file]) => [key, { ...file, ...unknown }]);
  describePack(plan, {
    ...Object.fromEntries(given),
    ...Object.fromEntries(OWN_KEYS.map((key) => [key, made])),
  });
}

/** @throws ClipSamError `pack-invalid` when the plan's parts do not fit together */
function describePack(plan: TrainingPlan, files: Pack['files']): Pack {
  const { hiddenDim, scaleKernels, stripKernel, paths, separable, novelty } = plan.head;
  const parsed = packSchema.safeParse({
    schemaVersion: 1,
    id: plan.pack.id,
    title: plan.pack.title,
    version: plan.pack.version,
    card: 'card.md',
    files,
    vision: plan.pack.vision,
    text: {
      tokenizer: 'tokenizer',
      encoder: 'text',
      width: plan.text.width,
      contextLength: plan.text.contextLength,
    },
    umci: { hiddenDim, scaleKernels, stripKernel, paths, separable, novelty, file: 'umci' },
    sam: plan.pack.sam,
    defaultRecipe: plan.pack.recipe,
  } satisfies Pack);
  if (parsed.success) return parsed.data;
  throw new ClipSamError('pack-invalid', `The plan's pack is not usable: ${schemaIssues(parsed.error)}`, {
    cause: parsed.error,
  });
}

function seconds(from: number, to: number): number {
  return Math.round((to - from) / 1000);
}
