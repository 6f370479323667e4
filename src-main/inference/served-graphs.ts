import { join } from 'node:path';
import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import type { TowerInput } from '../../src-shared/pack.ts';
import { externalLocations } from '../graph/external-data.ts';
import { encodeModel, type Model, pruneTo } from '../graph/model.ts';
import { PICTURE_INPUT, withPictureInput } from '../graph/picture-input.ts';
import { type GivenOutput, withStatedOutputs } from '../graph/stated-outputs.ts';
import { DECODER_TENSORS } from './decoder-dialects.ts';
import { answersTogether, decoderTrials, givenOutputs } from './graph-trials.ts';
import { createSession, type SessionInput, type Tensors } from './ort.ts';
import type { LoadedPack } from './pack-loader.ts';
import {
  decoderModel,
  type PackModel,
  runnableFile,
  segmenterEncoderModel,
  textModel,
  visionModel,
} from './pack-models.ts';
import { fixedFeeds } from './variant-choice.ts';

/** A graph that a server can run for a pack. The others are small, and follow what is asked. */
export type ServedGraphName = 'vision' | 'segmenter-encoder' | 'decoder' | 'text';

/** An input or output of a served graph. Open sizes are −1; of graphs that batch, the first size is left out. */
export interface ServedTensor {
  readonly name: string;
  readonly type: 'uint8' | 'float32' | 'float16' | 'int64';
  readonly dims: readonly number[];
}

/** A graph as a server gets it. */
export interface ServedModel {
  readonly name: ServedGraphName;
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  /** Files beside it that hold its values. */
  readonly external: readonly { readonly name: string; readonly path: string; readonly sha256: string }[];
  readonly inputs: readonly ServedTensor[];
  readonly outputs: readonly ServedTensor[];
  /** Requests may be joined along a first axis, so many items at most; 0: the graph takes one at a time, with all its axes. */
  readonly batch: number;
  /** Why not. */
  readonly unbatched?: string;
  /** Sizes of the inputs of a usual request, as `dims`. */
  readonly usual: Readonly<Record<string, readonly number[]>>;
}

interface ServedGraphOptions {
  /** Tokens and embeddings are given in half precision. */
  readonly half: boolean;
  /** Pictures, or questions to SAM's decoder, that may be joined; 1: none. */
  readonly batch: number;
  readonly signal?: AbortSignal | undefined;
}

/** Sentences per request; the text tower sends as many. */
const SERVED_SENTENCES = 64;

/** Names of a pack's served graphs, in the order of {@link servedGraphs}. */
export function servedGraphNames({ pack }: Pick<LoadedPack, 'pack'>): ServedGraphName[] {
  return [
    'vision',
    ...(pack.segmenter.encoder.kind === 'own' ? (['segmenter-encoder'] as const) : []),
    'decoder',
    'text',
  ];
}

/**
 * A pack's graphs, one after the other, as a server gets them: they take pictures as uint8 [height, width, 3], compute what
 * the engine asks of a local session and nothing else, and state what they give. Each is run on the CPU on a fixed input,
 * to see what it gives, and opened in its final form.
 * @throws ClipSamError `model-file-invalid`, `model-tensor-unknown`, `model-opset-unsupported`, `pack-invalid`, `cancelled`
 */
export async function* servedGraphs(
  loaded: LoadedPack,
  options: ServedGraphOptions,
): AsyncGenerator<ServedModel> {
  const { pack, pathOf } = loaded;
  const { encoder } = pack.segmenter;
  const vision = await servedTower(loaded, 'vision', await visionModel(pack, pathOf), pack.vision, options);
  yield vision.served;
  let embeddings = encoder.kind === 'vision' ? [vision.answer[encoder.tensor]!] : [];
  if (encoder.kind === 'own') {
    const model = (await segmenterEncoderModel(pack, pathOf))!;
    const sam = await servedTower(loaded, 'segmenter-encoder', model, encoder, options);
    yield sam.served;
    embeddings = encoder.outputs.map((name) => sam.answer[name]!);
  }
  const names = DECODER_TENSORS[pack.segmenter.dialect].embeddings;
  const known = Object.fromEntries(names.map((name, place) => [name, embeddings[place]!]));
  yield await servedDecoder(loaded, known, options);
  yield await servedText(loaded, options);
}

async function servedTower(
  loaded: LoadedPack,
  name: 'vision' | 'segmenter-encoder',
  part: PackModel,
  tower: TowerInput,
  { half, batch, signal }: ServedGraphOptions,
): Promise<{ readonly served: ServedModel; readonly answer: Tensors }> {
  throwIfCancelled(signal);
  const session = await openPart(part);
  let answer: Tensors;
  let given: GivenOutput[];
  let batches = false;
  try {
    const feeds = fixedFeeds(session.inputs ?? [], { size: tower.inputSize });
    answer = await session.run(feeds);
    given = givenOutputs(session.outputNames, [answer]);
    if (tower.fit === 'squash' && batch > 1) batches = await answersTogether(session, feeds, answer);
  } finally {
    await session.release();
  }
  throwIfCancelled(signal);
  const outputs = batches ? given.map((one) => ({ ...one, dims: ['n', ...one.dims.slice(1)] })) : given;
  const pruned = pruneTo(part.model, part.outputs);
  const model = withStatedOutputs(withPictureInput(pruned, tower, batches), outputs, half);
  const side = tower.inputSize;
  const file = await servedFile(loaded, part, model, {
    name,
    outputs,
    half,
    batch: batches ? batch : 0,
    usual: { [PICTURE_INPUT]: [side, side, 3] },
  });
  const isSquare = tower.fit === 'squash';
  const served: ServedModel = isSquare
    ? { ...file, inputs: [{ name: PICTURE_INPUT, type: 'uint8', dims: [side, side, 3] }] }
    : file;
  if (batches) return { served, answer };
  const unbatched = isSquare
    ? 'the graph is made for one picture, or one a request was asked for'
    : 'pictures keep their own sizes, and pictures of different sizes are no batch';
  return { served: { ...served, unbatched }, answer };
}

async function servedDecoder(
  loaded: LoadedPack,
  embeddings: Tensors,
  { batch, signal }: ServedGraphOptions,
): Promise<ServedModel> {
  throwIfCancelled(signal);
  const { pack, pathOf } = loaded;
  const part = await decoderModel(pack, pathOf);
  const session = await openPart(part);
  let given: GivenOutput[];
  let batches = false;
  let usual: Record<string, readonly number[]>;
  try {
    const [one, several] = decoderTrials(pack, session.inputNames, embeddings);
    const answer = await session.run(one);
    given = givenOutputs(session.outputNames, [answer, await session.run(several)]);
    if (batch > 1) batches = await answersTogether(session, one, answer);
    usual = Object.fromEntries(
      Object.entries(one).map(([input, { dims }]) => [input, batches ? dims.slice(1) : dims]),
    );
  } finally {
    await session.release();
  }
  const outputs = batches ? given.map((one) => ({ ...one, dims: ['n', ...one.dims.slice(1)] })) : given;
  const model = withStatedOutputs(pruneTo(part.model, part.outputs), outputs);
  const served = await servedFile(loaded, part, model, {
    name: 'decoder',
    outputs,
    half: false,
    batch: batches ? batch : 0,
    usual,
  });
  if (batches) return served;
  return { ...served, unbatched: 'the graph answers about one picture, or one a request was asked for' };
}

async function servedText(loaded: LoadedPack, { signal }: ServedGraphOptions): Promise<ServedModel> {
  throwIfCancelled(signal);
  const { pack, pathOf } = loaded;
  const { text } = pack;
  const part = await textModel(pack, pathOf);
  const outputs = [{ name: text.output, type: 'float32', dims: ['n', text.width] } as const];
  const model = withStatedOutputs(pruneTo(part.model, part.outputs), outputs);
  const names = [text.ids, ...(text.mask === undefined ? [] : [text.mask])];
  const served = await servedFile(loaded, part, model, {
    name: 'text',
    outputs,
    half: false,
    batch: SERVED_SENTENCES,
    usual: Object.fromEntries(names.map((name) => [name, [text.contextLength]])),
  });
  // The graph may leave the length open; every sentence is filled up to this one.
  const inputs = served.inputs.map((input) => ({ ...input, dims: [text.contextLength] }));
  return { ...served, inputs };
}

interface ServedParts extends Pick<ServedModel, 'name' | 'batch' | 'usual'> {
  readonly outputs: readonly GivenOutput[];
  readonly half: boolean;
}

async function servedFile(
  loaded: LoadedPack,
  part: PackModel,
  model: Model,
  { name, outputs, half, batch, usual }: ServedParts,
): Promise<ServedModel> {
  const bytes = encodeModel(model);
  const { externalFolder } = part;
  const session = await createSession(bytes, { device: 'cpu', ...(externalFolder && { externalFolder }) });
  const inputs = (session.inputs ?? []).map((input) => servedInput(model, input, batch > 0));
  await session.release();
  return {
    name,
    bytes,
    external: externalLocations(model).map(({ location }) => externalFile(loaded, externalFolder!, location)),
    inputs,
    outputs: outputs.map(({ name: output, type, dims }) => ({
      name: output,
      type: half && type === 'float32' ? 'float16' : type,
      dims: openDims(dims, batch > 0),
    })),
    batch,
    usual,
  };
}

function servedInput(model: Model, { name, type, dims }: SessionInput, batches: boolean): ServedTensor {
  if (type === 'uint8' || type === 'float32' || type === 'float16' || type === 'int64') {
    return { name, type, dims: openDims(dims, batches) };
  }
  throw new ClipSamError(
    'model-tensor-unknown',
    `"${model.name}": the input "${name}" is ${type}, which no request has. Export the model again with float32 or int64.`,
  );
}

function openDims(dims: readonly (number | string)[], batches: boolean): number[] {
  return (batches ? dims.slice(1) : dims).map((size) => (typeof size === 'number' ? size : -1));
}

function externalFile(
  { pack, pathOf }: LoadedPack,
  folder: string,
  name: string,
): ServedModel['external'][number] {
  const path = join(folder, name);
  const file = Object.entries(pack.files).find(([key]) => pathOf(key) === path);
  if (!file) throw new TypeError(`${path} is no file of the pack ${pack.id}.`);
  return { name, path, sha256: file[1].sha256 };
}

function openPart(part: PackModel) {
  const { bytes, externalFolder } = runnableFile(part);
  return createSession(bytes, { device: 'cpu', ...(externalFolder && { externalFolder }) });
}
