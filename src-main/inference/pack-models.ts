import { closeSync, openSync, readSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { blockTensor } from '../graph/block-stages.ts';
import { externalLocations, withExternalLocations } from '../graph/external-data.ts';
import { buildLinearHeadGraph, linearHeadParameters } from '../graph/linear-head.ts';
import { encodeModel, type Model, promoteTensors, pruneTo, readModel } from '../graph/model.ts';
import { resizePositions } from '../graph/positions.ts';
import { readSafetensors, type WeightTensor } from '../graph/safetensors.ts';
import { buildSimilarityGraph } from '../graph/similarity.ts';
import type { ReadExternal } from '../graph/stored-values.ts';
import { buildUmciGraph, umciParameters } from '../graph/umci.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';
import { towerEnd } from '../methods/joint-space.ts';
import { stageShape } from '../methods/stage-feeds.ts';

/** A model of a pack, with inner tensors among its outputs. */
export interface PackModel {
  readonly model: Model;
  /** Those that the pipeline asks for. */
  readonly outputs: readonly string[];
  /** Folder of the files that hold its values, where they are not in the model itself. */
  readonly externalFolder?: string;
}

/** A model as a session is made of it. */
export interface RunnableFile {
  readonly bytes: Uint8Array;
  readonly externalFolder?: string;
}

/** The file of a model that computes nothing but what the pipeline asks for. */
export function runnableFile({ model, outputs, externalFolder }: PackModel): RunnableFile {
  return { bytes: encodeModel(pruneTo(model, outputs)), ...(externalFolder && { externalFolder }) };
}

/** Where the files of a pack lie. */
export type PathOf = (key: string) => string;

/**
 * The vision tower's file, for a caller that has more than one thing made of it: it may have a gigabyte.
 * @throws ClipSamError `model-file-invalid`, `pack-invalid`
 */
export function readVisionPart(pack: Pack, pathOf: PathOf): Promise<ReadPart> {
  return readPart(pack, pack.vision.file, pathOf);
}

/**
 * The vision tower for the pack's size of image: its outputs are the stages, and SAM's embedding where it makes that too.
 * @param known its file, where it was read before
 * @throws ClipSamError `model-tensor-unknown`, `model-file-invalid`, `pack-invalid`
 */
export async function visionModel(pack: Pack, pathOf: PathOf, known?: ReadPart): Promise<PackModel> {
  const { vision, segmenter } = pack;
  const part = sizedVision(pack, known ?? (await readVisionPart(pack, pathOf)));
  const { model } = part;
  const { blockTensor: pattern } = vision;
  const stages = vision.stages.map((stage) =>
    stage.block !== undefined && pattern !== undefined
      ? blockTensor(model, pattern, stage.block)
      : stageTensor(vision, stage),
  );
  const { encoder } = segmenter;
  return withOutputs(part, [...stages, ...(encoder.kind === 'vision' ? [encoder.tensor] : [])]);
}

/** A vision tower's file with its positions for the pack's size of image. @throws ClipSamError `model-tensor-unknown` */
export function sizedVision({ vision }: Pack, part: ReadPart): ReadPart {
  const { positions, leadingTokens, grid } = vision;
  if (!positions) return part;
  const model = resizePositions(part.model, { ...positions, leadingTokens, toGrid: grid }, part.read);
  return { ...part, model };
}

/** The text encoder. @throws ClipSamError `model-file-invalid`, `pack-invalid` */
export async function textModel(pack: Pack, pathOf: PathOf): Promise<PackModel> {
  return withOutputs(await readPart(pack, pack.text.encoder, pathOf), [pack.text.output]);
}

/** SAM's own encoder; undefined where the vision tower is SAM's encoder. @throws ClipSamError as {@link textModel} */
export async function segmenterEncoderModel(pack: Pack, pathOf: PathOf): Promise<PackModel | undefined> {
  const { encoder } = pack.segmenter;
  if (encoder.kind === 'vision') return undefined;
  return withOutputs(await readPart(pack, encoder.file, pathOf), encoder.outputs);
}

/**
 * SAM's decoder; what is asked for leaves out what only full-size masks need.
 * @throws ClipSamError as {@link textModel}
 */
export async function decoderModel(pack: Pack, pathOf: PathOf): Promise<PackModel> {
  const { decoder, masks, qualities } = pack.segmenter;
  return withOutputs(await readPart(pack, decoder, pathOf), [masks, qualities]);
}

/**
 * The head: stages and language tokens → the coarse map.
 * @param known the vision tower's file, where it was read before
 * @throws ClipSamError `model-tensor-unknown`, `model-file-invalid`, `pack-invalid`
 */
export async function headModel(pack: Pack, pathOf: PathOf, known?: ReadPart): Promise<Model> {
  const { head } = pack;
  if (head.kind === 'none') {
    return similarityHead(pack, head.scale, known ?? (await readVisionPart(pack, pathOf)));
  }
  const weights = await headWeights(pack, pathOf);
  if (head.kind === 'linear') return buildLinearHeadGraph(weights, head);
  return buildUmciGraph({ ...head, ...stageShape(pack) }, weights);
}

/** Weights of a trained head, by name; empty where there is none. @throws ClipSamError `model-file-invalid` */
export async function headWeights(
  { head }: Pack,
  pathOf: PathOf,
): Promise<ReadonlyMap<string, WeightTensor>> {
  return head.kind === 'none' ? new Map() : weightsOf(head.file, pathOf);
}

/** Weights of a file of a pack, by name. @throws ClipSamError `model-file-invalid` */
export async function weightsOf(file: string, pathOf: PathOf): Promise<ReadonlyMap<string, WeightTensor>> {
  return readSafetensors(await readFile(pathOf(file)), file);
}

/** What each of a pack's `methodWeights` must have. */
export function layerParameters(pack: Pack): readonly WeightSpec[] {
  return linearHeadParameters(stageShape(pack));
}

/** The weights that a pack's head must have. */
export function headParameters(pack: Pack): readonly WeightSpec[] {
  const { head } = pack;
  if (head.kind === 'umci') return umciParameters({ ...head, ...stageShape(pack) });
  return head.kind === 'linear' ? layerParameters(pack) : [];
}

function similarityHead(pack: Pack, scale: number, part: ReadPart): Model {
  const { stage } = towerEnd(pack, part);
  const imageEmbedding = pack.vision.imageEmbedding ?? '';
  return buildSimilarityGraph(part.model, { imageEmbedding, scale, stage }, part.read);
}

/** A file of a pack as it was read. */
export interface ReadPart extends Omit<PackModel, 'outputs'> {
  /** Reads files beside the model. */
  readonly read?: ReadExternal;
}

/** A model, and where the files lie that hold its values. */
async function readPart(pack: Pack, key: string, pathOf: PathOf): Promise<ReadPart> {
  const model = readModel(await readFile(pathOf(key)), key);
  const wanted = externalLocations(model);
  if (wanted.length === 0) return { model };
  const refuse = (why: string) =>
    new ClipSamError(
      'pack-invalid',
      `Pack ${pack.id}: the values of "${key}" lie in other files, but ${why}. Correct "external" of this file in pack.json, or fetch the pack again.`,
    );
  const paths = new Map<string, string>();
  for (const { location, bytes } of wanted) {
    const entry = pack.files[key]?.external?.find((candidate) => candidate.location === location);
    if (!entry) throw refuse(`pack.json doesn't say which is "${location}"`);
    const path = pathOf(entry.file);
    const { size } = await stat(path);
    if (size < bytes) throw refuse(`"${location}" has ${size} bytes where ${bytes} are needed`);
    paths.set(location, path);
  }
  const [externalFolder = '', ...others] = new Set([...paths.values()].map(dirname));
  if (others.length > 0) throw refuse('they are in different folders');
  const nameOf = (location: string) => basename(paths.get(location)!);
  return {
    model: withExternalLocations(model, nameOf),
    externalFolder,
    read: (name, offset, length) => readBytes(`${externalFolder}/${name}`, offset, length),
  };
}

function readBytes(path: string, offset: number, length: number): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const count = readSync(file, bytes, done, length - done, offset + done);
      if (count === 0) throw new ClipSamError('model-file-invalid', `${path} ends before it should.`);
      done += count;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

function withOutputs({ model, externalFolder }: ReadPart, outputs: readonly string[]): PackModel {
  return { model: promoteTensors(model, outputs), outputs, ...(externalFolder && { externalFolder }) };
}
