import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import { type WeightTensor, writeSafetensors } from '../graph/safetensors.ts';
import { type OpenCheckpoint, readTorchCheckpoint } from './read-checkpoint.ts';
import { TorchTensor } from './torch-tensor.ts';

/** What a linear head has to fit. */
export interface LinearHeadShape {
  /** Channels of each stage's patch tokens. */
  readonly stageWidths: readonly number[];
  /** Length of a sentence's embedding. */
  readonly textWidth: number;
}

/** The dictionary that APRIL-GAN keeps its layers in. */
const ENTRY = 'trainable_linearlayer';
const FLOATS = new Set(['float64', 'float32', 'float16', 'bfloat16']);

/**
 * The weights of a linear head from a checkpoint in APRIL-GAN's format: `trainable_linearlayer` with `fc.{i}.weight`
 * [C_t, C_i] and `fc.{i}.bias` [C_t], names with or without `module.` before them. Shapes are checked before any value
 * is read.
 * @returns a safetensors file (float32) with `stage{i}.weight` and `stage{i}.bias`, of the same shapes
 * @throws ClipSamError `pack-invalid` when the head is for another tower, `model-file-invalid` when its values are no
 *   weights; those of {@link readTorchCheckpoint}
 * @see https://github.com/ByChelsea/VAND-APRIL-GAN/blob/f13b8a634e04f9fde8fa03db125b25af5695d8e1/model.py
 */
export function convertLinearHead(checkpointPath: string, shape: LinearHeadShape): Promise<Uint8Array> {
  return readTorchCheckpoint(checkpointPath, async (checkpoint) => {
    const wanted = wantedTensors(shape);
    const layers = layersOf(checkpoint, checkpointPath);
    checkLayers(layers, wanted, checkpointPath);
    const tensors = new Map<string, WeightTensor>();
    for (const { name, layer, dims } of wanted) {
      const data = Float32Array.from(await checkpoint.numbers(layers.get(layer)!));
      if (!data.every(Number.isFinite))
        throw notWeights(checkpointPath, layer, 'holds values that are no numbers');
      tensors.set(name, { shape: dims, data });
    }
    return writeSafetensors(tensors, { half: false });
  });
}

/** A tensor of the head's file: what the checkpoint calls it, and its shape. */
interface WantedTensor {
  readonly name: string;
  readonly layer: string;
  readonly dims: readonly number[];
}

function wantedTensors({ stageWidths, textWidth }: LinearHeadShape): WantedTensor[] {
  return stageWidths.flatMap((width, stage) => [
    { name: `stage${stage}.weight`, layer: `fc.${stage}.weight`, dims: [textWidth, width] },
    { name: `stage${stage}.bias`, layer: `fc.${stage}.bias`, dims: [textWidth] },
  ]);
}

/** The tensors of the checkpoint's entry, `module.` (of training on several GPUs) taken off their names. */
function layersOf({ content }: OpenCheckpoint, path: string): Map<string, TorchTensor> {
  const entry = content instanceof Map ? content.get(ENTRY) : undefined;
  if (!(entry instanceof Map)) {
    const keys = content instanceof Map ? [...content.keys()].slice(0, 8).join(', ') : 'no dictionary';
    throw notWeights(path, ENTRY, `is not there (there is: ${keys || 'nothing'})`);
  }
  const layers = new Map<string, TorchTensor>();
  for (const [key, value] of entry as ReadonlyMap<unknown, unknown>) {
    const layer = String(key).replace(/^module\./, '');
    if (!(value instanceof TorchTensor)) throw notWeights(path, layer, 'is no tensor');
    if (layers.has(layer)) throw notWeights(path, layer, 'is there twice');
    layers.set(layer, value);
  }
  return layers;
}

/** @throws ClipSamError unless the layers are those that are wanted, in floating point */
function checkLayers(
  layers: ReadonlyMap<string, TorchTensor>,
  wanted: readonly WantedTensor[],
  path: string,
): void {
  const own = new Set(wanted.map(({ layer }) => layer));
  for (const layer of layers.keys()) {
    if (!own.has(layer)) throw otherTower(path, layer, 'is more than this tower has stages for');
  }
  for (const { layer, dims } of wanted) {
    const tensor = layers.get(layer);
    if (!tensor) throw otherTower(path, layer, 'is missing');
    if (tensor.shape.join() !== dims.join()) {
      throw otherTower(path, layer, `has the shape [${tensor.shape}], this tower needs [${dims}]`);
    }
    const { name } = tensor.storage.type;
    if (!FLOATS.has(name)) throw notWeights(path, layer, `holds whole numbers (${name})`);
  }
}

function otherTower(file: string, tensor: string, problem: string): ClipSamError {
  return failure(
    'head-of-other-tower',
    { file, tensor },
    `The head in ${file} does not fit this pack's tower: ${tensor} ${problem}. Use the head that was trained on this tower.`,
  );
}

function notWeights(file: string, tensor: string, problem: string): ClipSamError {
  return failure(
    'head-not-weights',
    { file, tensor },
    `The head in ${file} can't be used: ${tensor} ${problem}. Download it again, or use another head.`,
  );
}
