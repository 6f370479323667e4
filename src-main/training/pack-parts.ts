import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, packFileSchema, packSchema } from '../../src-shared/pack.ts';
import { schemaIssues } from '../../src-shared/schema-issues.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { sha256, sha256OfFile } from '../files/hash.ts';
import { readSafetensors } from '../graph/safetensors.ts';
import { buildUmciGraph, type UmciShape } from '../graph/umci.ts';
import { resolvePackFile } from '../inference/pack-files.ts';
import { packCard } from './pack-card.ts';
import type { TrainingLog } from './training-log.ts';
import type { TrainingPlan } from './training-plan.ts';

const OWN_KEYS = ['tokenizer', 'text', 'umci'] as const;
const OWN_FILES = { tokenizer: 'tokenizer.json', text: 'text.onnx', umci: 'umci.safetensors' } as const;

/** The text side of a pack. */
export interface TextSide {
  /** tokenizer.json. */
  readonly tokenizer: string;
  /** ONNX file. */
  readonly encoder: Uint8Array;
  /** Of the training; empty when another pack's is taken. */
  readonly loss: TrainingLog['textLoss'];
  /** Where another pack says that it comes from. */
  readonly provenance?: string;
}

/** Reads the text side of a pack that `trainPack` made. */
export async function readTextSide(folder: string): Promise<TextSide> {
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
export async function readHead(folder: string, shape: UmciShape) {
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

/** Writes the parts beside the weights that the plan names, then the card, the log and, last, `pack.json`. */
export async function writePack(
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
export function checkParts(plan: TrainingPlan): void {
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
    schemaVersion: 2,
    id: plan.pack.id,
    title: plan.pack.title,
    version: plan.pack.version,
    card: 'card.md',
    files,
    vision: plan.pack.vision,
    text: {
      tokenizer: 'tokenizer',
      encoder: 'text',
      ids: 'ids',
      output: 'embedding',
      padding: 0,
      width: plan.text.width,
      contextLength: plan.text.contextLength,
    },
    segmenter: plan.pack.segmenter,
    head: { kind: 'umci', hiddenDim, scaleKernels, stripKernel, paths, separable, novelty, file: 'umci' },
    variants: [],
    defaultRecipe: plan.pack.recipe,
  } satisfies Pack);
  if (parsed.success) return parsed.data;
  throw new ClipSamError('pack-invalid', `The plan's pack is not usable: ${schemaIssues(parsed.error)}`, {
    cause: parsed.error,
  });
}
