import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Device } from '../../src-shared/device.ts';
import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { type Pack, packSchema } from '../../src-shared/pack.ts';
import { exactReference } from '../../src-shared/pack-reference.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { sha256 } from '../files/hash.ts';
import { writeSafetensors } from '../graph/safetensors.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { Stopwatch } from '../inference/stopwatch.ts';
import { stageShape } from '../methods/stage-feeds.ts';
import { featuresIn } from './feature-file.ts';
import { layerScale } from './head-config.ts';
import { packTaken, placePack } from './head-pack.ts';
import { paperSchedule } from './head-settings.ts';
import { type HeadProgress, trainHead } from './head-training.ts';
import type { MethodData } from './method-data.ts';
import { withTextTower } from './object-language.ts';
import { PROJECTION_PLAN, type ProjectionPlan, trainProjection } from './projection-training.ts';
import type { TextProgress } from './text-training.ts';
import { trainableLinear } from './trainable-head.ts';
import type { Weights } from './weights.ts';

/** Which of a pack's method weights are trained. */
export type MethodWeightsKind = keyof NonNullable<Pack['methodWeights']>;

/** What may be chosen for training them; everything else is APRIL-GAN's. */
interface MethodWeightsSettings {
  readonly epochs: number;
  readonly batch: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** What training a method's weights leaves behind: `<kind>-log.json`. */
export interface MethodWeightsLog {
  readonly command: string;
  readonly kind: MethodWeightsKind;
  readonly parent: { readonly pack: string; readonly packHash: string };
  readonly settings: MethodWeightsSettings;
  readonly data: string;
  readonly pictures: number;
  readonly leftOut: readonly string[];
  readonly steps: number;
  readonly loss: readonly { readonly step: number; readonly loss: number }[];
  readonly seconds: number;
}

interface MethodWeightsOptions {
  readonly parent: LoadedPack;
  readonly kind: MethodWeightsKind;
  readonly data: MethodData;
  readonly settings: MethodWeightsSettings;
  /** Of a projection. Default: {@link PROJECTION_PLAN}. */
  readonly projectionPlan?: ProjectionPlan;
  readonly called: Pick<Pack, 'id' | 'version'>;
  /** Folder of the new pack; nothing may be there. */
  readonly folder: string;
  readonly cache: string;
  readonly device?: Device;
  readonly threads?: number;
  readonly command: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: HeadProgress | TextProgress) => void;
}

interface TrainedLayers {
  readonly weights: Weights;
  readonly scale: number;
  readonly steps: number;
}

/**
 * Trains the linear layers of a method on the frozen towers of a pack, and makes a version of the pack that has them beside
 * its unchanged head. APRIL-GAN's by the paper's protocol, a projection as `trainProjection` says. Features, and APRIL-GAN's
 * checkpoint, are kept in `cache`: a call that was ended goes on. SDP+'s layers are trained as APRIL-GAN's are: the same data
 * and seed give the same.
 * @throws ClipSamError `pack-exists` and `input-invalid` before anything is computed; `cancelled`, `disk-full`
 */
export async function trainMethodWeights(options: MethodWeightsOptions): Promise<MethodWeightsLog> {
  const { parent, kind, data, settings, called, folder, cache, command, signal } = options;
  throwIfCancelled(signal);
  refuseSenseless(parent.pack, kind);
  if (await stat(folder).catch(() => undefined)) {
    throw packTaken(called, folder);
  }
  await makeFolder(cache);
  const started = performance.now();
  const loss: { step: number; loss: number }[] = [];
  const keep = (progress: HeadProgress | TextProgress) => {
    loss.push({ step: progress.step, loss: progress.loss });
    options.onProgress?.(progress);
  };
  const { weights, scale, steps } = await (kind === 'projection' ? projection : layers)(options, keep);
  throwIfCancelled(signal);
  const log: MethodWeightsLog = {
    ...{ command, kind, settings, steps, loss },
    parent: { pack: exactReference(parent.pack), packHash: parent.packHash },
    data: data.described,
    pictures: data.records.length,
    leftOut: data.leftOut,
    seconds: Math.round((performance.now() - started) / 1000),
  };
  const bytes = writeSafetensors(weights.tensors, { half: false }, { made: command });
  const pack = describe(options, scale, bytes);
  await placePack(parent, pack, folder, {
    [`${kind}.safetensors`]: bytes,
    [`${kind}-log.json`]: `${JSON.stringify(log, null, 1)}\n`,
    [pack.card]: `${(await readFile(join(parent.folder, parent.pack.card), 'utf8').catch(() => '')).trimEnd()}\n\n${section(log)}`,
  });
  return log;
}

/** @throws ClipSamError `input-invalid` for weights that no method of the pack would take */
function refuseSenseless({ id, vision, head }: Pack, kind: MethodWeightsKind): void {
  if (kind === 'projection' && vision.imageEmbedding !== undefined) {
    throw new ClipSamError(
      'input-invalid',
      `The vision tower of ${id} has a projection of its own; training another one says nothing of it. Leave it, or train --head linear.`,
    );
  }
  if (kind === 'april-gan' && head.kind === 'linear') {
    throw new ClipSamError(
      'input-invalid',
      `The head of ${id} is APRIL-GAN's already. Train it on a pack with another head, or with none.`,
    );
  }
}

async function layers(
  { parent, data, settings, cache, threads, signal }: MethodWeightsOptions,
  onProgress: (progress: HeadProgress) => void,
): Promise<TrainedLayers> {
  const scale = layerScale(parent.pack);
  const plan = paperSchedule(settings, data.records.length);
  const made = ['layers', parent.packHash, scale, settings, data.records.map(({ id }) => id)];
  const weights = await trainHead({
    head: trainableLinear(stageShape(parent.pack), scale),
    ...{ plan, seed: settings.seed, records: data.records, onProgress },
    features: featuresIn(data.folder),
    language: data.language,
    checkpoint: join(cache, `layers-${sha256(JSON.stringify(made)).slice(0, 16)}.checkpoint`),
    checkpointEvery: Math.max(1, Math.min(200, Math.round(plan.steps / 50))),
    reportEvery: Math.max(1, Math.min(50, Math.round(plan.steps / 100))),
    ...(threads && { threads }),
    ...(signal && { signal }),
  });
  return { weights, scale, steps: plan.steps };
}

async function projection(
  { parent, data, settings, projectionPlan: plan = PROJECTION_PLAN, threads, signal }: MethodWeightsOptions,
  onProgress: (progress: TextProgress) => void,
): Promise<TrainedLayers> {
  const trained = await withTextTower(parent, threads ? { threads } : {}, (tower) =>
    trainProjection({
      widths: stageShape(parent.pack),
      plan,
      ...{ seed: settings.seed, records: data.records, featureFolder: data.folder, onProgress },
      embed: (sentences) => tower.embed(sentences, new Stopwatch()),
      ...(threads && { threads }),
      ...(signal && { signal }),
    }),
  );
  return { ...trained, steps: plan.steps };
}

/** @throws ClipSamError `pack-invalid` */
function describe(
  { parent, kind, called, data, command }: MethodWeightsOptions,
  scale: number,
  bytes: Uint8Array,
): Pack {
  const { pack } = parent;
  const parsed = packSchema.safeParse({
    ...pack,
    ...called,
    files: {
      ...pack.files,
      [kind]: {
        source: `pack:${kind}.safetensors`,
        sha256: sha256(bytes),
        bytes: bytes.length,
        licence: data.licence,
        provenance: `Trained here on ${data.described}: ${command}`,
      },
    },
    methodWeights: { ...pack.methodWeights, [kind]: { file: kind, scale } },
    defaultRecipe: { ...pack.defaultRecipe, pack: called.id },
  } satisfies Pack);
  if (parsed.success) return parsed.data;
  throw new ClipSamError(
    'pack-invalid',
    `No pack can be made of ${exactReference(pack)} and these weights: ${schemaIssues(parsed.error)}`,
    { cause: parsed.error },
  );
}

const TITLES: Readonly<Record<MethodWeightsKind, string>> = {
  'april-gan': "APRIL-GAN's linear layers",
  'sdp-plus': "SDP+'s linear layers",
  projection: 'A projection of the vision tower into the space of the text',
};

/** What the card says of the weights. */
function section({
  kind,
  command,
  data,
  pictures,
  steps,
  settings,
  seconds,
  leftOut,
}: MethodWeightsLog): string {
  return `## ${TITLES[kind]}

\`\`\`
${command}
\`\`\`

Trained on ${data} (${pictures} pictures, ${steps} steps, seed ${settings.seed}, ${Math.round(seconds / 60)} minutes), towers frozen; the head is as it was.
${leftOut.length > 0 ? `\nPictures that could not be read: ${leftOut.join(', ')}.\n` : ''}`;
}
