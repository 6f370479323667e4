import { readFile } from 'node:fs/promises';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { describeModel, type TensorInfo } from '../graph/model.ts';
import type { WeightTensor } from '../graph/safetensors.ts';
import { type Dim, formatShape } from '../graph/shape.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';
import { DECODER_TENSORS } from './decoder-dialects.ts';
import { resolvePackFile } from './pack-files.ts';
import {
  decoderModel,
  headModel,
  headParameters,
  headWeights,
  layerParameters,
  type PathOf,
  readVisionPart,
  segmenterEncoderModel,
  textModel,
  visionModel,
  weightsOf,
} from './pack-models.ts';
import { openTokenizer } from './tokenizer.ts';

/** A pack's description and where its files lie. */
export interface PackContents {
  readonly pack: Pack;
  readonly folder: string;
  /** Absolute paths by the files' keys in pack.json. */
  readonly paths: ReadonlyMap<string, string>;
}

/**
 * Opens every file of a pack and checks that the models have the tensors and shapes that pack.json states. The files
 * may be anything: this runs only where it can be ended (see `packExaminer`).
 * @throws ClipSamError `pack-invalid`, `path-denied`, `pack-file-missing`, `model-file-invalid`, `model-tensor-unknown`,
 *   `model-opset-unsupported`
 */
export async function checkContents({ pack, folder, paths }: PackContents): Promise<void> {
  const pathOf = (key: string) => paths.get(key)!;
  // The card is prose: it needs no hash, but it must be there and in the pack.
  await resolvePackFile(`pack:${pack.card}`, folder);
  await checkTowers(pack, pathOf);
  await checkText(pack, pathOf);
  await checkHead(pack, pathOf);
}

async function checkTowers(pack: Pack, pathOf: PathOf): Promise<void> {
  const { vision, segmenter } = pack;
  const tower = await checkVision(pack, pathOf);
  const embeddings = await checkDecoder(pack, pathOf);
  const { encoder } = segmenter;
  if (encoder.kind === 'vision') {
    expectTensor(pack, vision.file, tower.outputs, encoder.tensor, embeddings[0]);
  } else {
    const own = describeModel((await segmenterEncoderModel(pack, pathOf))!.model);
    const square = encoder.inputSize;
    expectTensor(pack, encoder.file, own.inputs, encoder.input, ['?', 3, square, square]);
    encoder.outputs.forEach((name, i) => {
      expectTensor(pack, encoder.file, own.outputs, name, embeddings[i]);
    });
  }
}

/** The vision tower, and the map that its own end makes where there is no trained head. */
async function checkVision(pack: Pack, pathOf: PathOf) {
  const { vision, head } = pack;
  const part = await readVisionPart(pack, pathOf);
  const tower = describeModel((await visionModel(pack, pathOf, part)).model);
  const side = vision.inputSize;
  expectTensor(pack, vision.file, tower.inputs, vision.input, ['?', 3, side, side]);
  for (const stage of vision.stages) {
    const rows = vision.leadingTokens + stage.grid ** 2;
    expectTensor(pack, vision.file, tower.outputs, stageTensor(vision, stage), ['?', rows, stage.width]);
  }
  if (head.kind === 'none') await headModel(pack, pathOf, part);
  return tower;
}

/**
 * SAM's decoder.
 * @returns the sizes of the embeddings that it takes, where it states them
 */
async function checkDecoder(pack: Pack, pathOf: PathOf): Promise<readonly (readonly Dim[] | undefined)[]> {
  const { decoder, dialect, boxes, masks, qualities } = pack.segmenter;
  const tensors = DECODER_TENSORS[dialect];
  const { inputs, outputs } = describeModel((await decoderModel(pack, pathOf)).model);
  const wanted = [...tensors.embeddings, ...tensors.prompts];
  const forBoxes = tensors.boxes === undefined ? [] : [tensors.boxes];
  for (const name of boxes ? [...wanted, ...forBoxes] : wanted) expectTensor(pack, decoder, inputs, name);
  const known = new Set([...wanted, ...forBoxes, ...tensors.others]);
  const strange = inputs.find(({ name }) => !known.has(name));
  if (strange) {
    throw new ClipSamError(
      'pack-invalid',
      `Pack ${pack.id}: file "${decoder}" has the input "${strange.name}", which decoders of the dialect "${dialect}" have not (they have ${[...known].join(', ')}). Correct "dialect" in pack.json, or use the file that the pack was made with.`,
    );
  }
  expectTensor(pack, decoder, outputs, masks, tensors.masks);
  expectTensor(pack, decoder, outputs, qualities, tensors.qualities);
  return tensors.embeddings.map((embedding) => inputs.find(({ name }) => name === embedding)?.dims);
}

async function checkText(pack: Pack, pathOf: PathOf): Promise<void> {
  const { text } = pack;
  openTokenizer(await readFile(pathOf(text.tokenizer), 'utf8'), text.tokenizer);
  const encoder = describeModel((await textModel(pack, pathOf)).model);
  for (const name of [text.ids, ...(text.mask === undefined ? [] : [text.mask])]) {
    expectTensor(pack, text.encoder, encoder.inputs, name, ['?', text.contextLength]);
  }
  expectTensor(pack, text.encoder, encoder.outputs, text.output, ['?', text.width]);
}

async function checkHead(pack: Pack, pathOf: PathOf): Promise<void> {
  const { head, methodWeights = {} } = pack;
  const file = head.kind === 'none' ? pack.vision.file : head.file;
  checkWeights(pack, file, await headWeights(pack, pathOf), headParameters(pack));
  for (const layers of Object.values(methodWeights)) {
    checkWeights(pack, layers.file, await weightsOf(layers.file, pathOf), layerParameters(pack));
  }
}

function checkWeights(
  pack: Pack,
  file: string,
  weights: ReadonlyMap<string, WeightTensor>,
  specs: readonly WeightSpec[],
): void {
  for (const { name, shape } of specs) {
    const { shape: dims, data } = weights.get(name) ?? {};
    expectTensor(pack, file, dims ? [{ name, type: 'float', dims }] : [], name, shape);
    if (data?.every(Number.isFinite)) continue;
    throw new ClipSamError(
      'model-file-invalid',
      `Pack ${pack.id}: tensor "${name}" of file "${file}" holds values that are no numbers. Train it again, or use the file that the pack was made with.`,
    );
  }
}

/** Refuses the pack unless the tensor is there with these sizes, as far as both sides state them ('?': any). */
function expectTensor(
  pack: Pack,
  file: string,
  tensors: readonly TensorInfo[],
  name: string,
  expected?: readonly Dim[],
): void {
  const tensor = tensors.find((candidate) => candidate.name === name);
  if (!tensor) {
    const there = tensors.map((candidate) => `"${candidate.name}"`).join(', ');
    throw new ClipSamError(
      'model-tensor-unknown',
      `Pack ${pack.id}: file "${file}" has no tensor "${name}"${there && ` (there are ${there})`}. Use the file that the pack was made with.`,
    );
  }
  const { dims } = tensor;
  if (!dims || !expected) return;
  const contradicts = expected.some((size, axis) => {
    const found = dims[axis];
    return typeof size === 'number' && typeof found === 'number' && size !== found;
  });
  if (dims.length === expected.length && !contradicts) return;
  throw new ClipSamError(
    'pack-invalid',
    `Pack ${pack.id}: tensor "${name}" of file "${file}" has the shape ${formatShape(dims)}, pack.json says ${formatShape(expected)}. Correct pack.json, or use the file that the pack was made with.`,
  );
}
