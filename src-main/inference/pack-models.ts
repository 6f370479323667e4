import { readFile } from 'node:fs/promises';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { encodeModel, type Model, promoteTensors, pruneTo, readModel } from '../graph/model.ts';
import { readSafetensors } from '../graph/safetensors.ts';
import { buildUmciGraph } from '../graph/umci.ts';

/** A model of a pack, with inner tensors among its outputs. */
export interface PackModel {
  readonly model: Model;
  /** Those that the pipeline asks for. */
  readonly outputs: readonly string[];
}

/** The file of a model that computes nothing but what the pipeline asks for. */
export function runnableFile({ model, outputs }: PackModel): Uint8Array {
  return encodeModel(pruneTo(model, outputs));
}

/** Where the files of a pack lie. */
export type PathOf = (key: string) => string;

/** The vision tower: its outputs are the stages, and SAM's embedding where it makes that too. */
export async function visionModel({ vision, segmenter }: Pack, pathOf: PathOf): Promise<PackModel> {
  const { encoder } = segmenter;
  return withOutputs(await readPart(vision.file, pathOf), [
    ...vision.stages.map((stage) => stageTensor(vision, stage)),
    ...(encoder.kind === 'vision' ? [encoder.tensor] : []),
  ]);
}

/** SAM's own encoder; undefined where the vision tower is SAM's encoder. */
export async function segmenterEncoderModel(
  { segmenter }: Pack,
  pathOf: PathOf,
): Promise<PackModel | undefined> {
  const { encoder } = segmenter;
  if (encoder.kind === 'vision') return undefined;
  return withOutputs(await readPart(encoder.file, pathOf), encoder.outputs);
}

/** SAM's decoder; what is asked for leaves out what only full-size masks need. */
export async function decoderModel({ segmenter }: Pack, pathOf: PathOf): Promise<PackModel> {
  const { decoder, masks, qualities } = segmenter;
  return withOutputs(await readPart(decoder, pathOf), [masks, qualities]);
}

/** The head: stages and language tokens → the coarse map. */
export async function headModel({ vision, text, head }: Pack, pathOf: PathOf): Promise<Model> {
  if (head.kind !== 'umci') {
    throw new ClipSamError('pack-invalid', `Heads of the kind "${head.kind}" are not run yet.`);
  }
  const shape = { ...head, stageWidths: vision.stages.map(({ width }) => width), textWidth: text.width };
  return buildUmciGraph(shape, readSafetensors(await readFile(pathOf(head.file)), head.file));
}

async function readPart(key: string, pathOf: PathOf): Promise<Model> {
  return readModel(await readFile(pathOf(key)), key);
}

function withOutputs(model: Model, outputs: readonly string[]): PackModel {
  return { model: promoteTensors(model, outputs), outputs };
}
