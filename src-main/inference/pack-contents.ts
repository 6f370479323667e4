import { readFile } from 'node:fs/promises';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { describeModel, promoteTensors, readModel, type TensorInfo } from '../graph/model.ts';
import { readSafetensors } from '../graph/safetensors.ts';
import { type Dim, formatShape } from '../graph/shape.ts';
import { umciParameters } from '../graph/umci.ts';
import { resolvePackFile } from './pack-files.ts';
import { openTokenizer } from './tokenizer.ts';

/** What SAM's decoder is fed in the Meta dialect. */
const META_INPUTS = ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input'];

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
  const read = (key: string) => readFile(paths.get(key)!);
  const { vision, text, umci, sam } = pack;
  // The card is prose: it needs no hash, but it must be there and in the pack.
  await resolvePackFile(`pack:${pack.card}`, folder);

  const encoder = readModel(await read(vision.file), vision.file);
  const side = vision.inputSize;
  expectTensor(pack, vision.file, describeModel(encoder).inputs, vision.input, ['?', 3, side, side]);
  const wanted = [vision.samEmbedding, ...vision.stages.map(({ tensor }) => tensor)];
  const { outputs: fromVision } = describeModel(promoteTensors(encoder, wanted));
  for (const { tensor, grid, width } of vision.stages) {
    expectTensor(pack, vision.file, fromVision, tensor, ['?', grid * grid, width]);
  }

  const decoder = readModel(await read(sam.decoder), sam.decoder);
  const { inputs } = describeModel(decoder);
  for (const name of META_INPUTS) expectTensor(pack, sam.decoder, inputs, name);
  const embedding = inputs.find(({ name }) => name === META_INPUTS[0])?.dims;
  expectTensor(pack, vision.file, fromVision, vision.samEmbedding, embedding);
  const { outputs } = describeModel(promoteTensors(decoder, [sam.masks, sam.qualities]));
  expectTensor(pack, sam.decoder, outputs, sam.masks, ['?', 4, '?', '?']);
  expectTensor(pack, sam.decoder, outputs, sam.qualities, ['?', 4]);

  openTokenizer((await read(text.tokenizer)).toString('utf8'), text.tokenizer);
  const textEncoder = describeModel(readModel(await read(text.encoder), text.encoder));
  const [sentences] = textEncoder.outputs;
  expectTensor(pack, text.encoder, textEncoder.outputs, sentences?.name ?? 'output', ['?', text.width]);

  const weights = readSafetensors(await read(umci.file), umci.file);
  const stageWidths = vision.stages.map(({ width }) => width);
  for (const { name, shape } of umciParameters({ ...umci, stageWidths, textWidth: text.width })) {
    const { shape: dims, data } = weights.get(name) ?? {};
    expectTensor(pack, umci.file, dims ? [{ name, type: 'float', dims }] : [], name, shape);
    if (data?.every(Number.isFinite)) continue;
    throw new ClipSamError(
      'model-file-invalid',
      `Pack ${pack.id}: tensor "${name}" of file "${umci.file}" holds values that are no numbers. Train it again, or use the file that the pack was made with.`,
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
