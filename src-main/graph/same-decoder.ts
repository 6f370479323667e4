import type { Model } from './model.ts';
import { type TensorProto, TensorProto_DataType } from './onnx_pb.js';

/** What a comparison of two exports of SAM's mask decoder found. */
export interface DecoderComparison {
  /** Names (as Meta's export has them) of the tensors that both hold. */
  readonly compared: readonly string[];
  /** Those that differ, with the largest difference of a value; `Infinity`: another shape or type. */
  readonly different: readonly { readonly name: string; readonly by: number }[];
  /** Of {@link DECIDING} those that could not be compared. */
  readonly missing: readonly string[];
}

/** What has to be compared before two decoders count as the same. */
const DECIDING = [
  'mask_decoder.iou_prediction_head',
  'mask_decoder.output_hypernetworks_mlps.0',
  'mask_decoder.output_hypernetworks_mlps.1',
  'mask_decoder.output_hypernetworks_mlps.2',
  'mask_decoder.output_hypernetworks_mlps.3',
  'mask_decoder.output_upscaling',
  'mask_decoder.transformer.layers.0.norm1',
  'mask_decoder.transformer.layers.1.norm4',
  'mask_decoder.transformer.norm_final_attn',
] as const;

/** Names of Hugging Face's export, as expressions, and what Meta's calls the same; the first that fits counts. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/\.layer_norm_final_attn\./, '.norm_final_attn.'],
  [/\.layer_norm(\d)\./, '.norm$1.'],
  [/\.upscale_conv1\./, '.output_upscaling.0.'],
  [/\.upscale_layer_norm\./, '.output_upscaling.1.'],
  [/\.upscale_conv2\./, '.output_upscaling.3.'],
  [/(\.output_hypernetworks_mlps\.\d|\.iou_prediction_head)\.proj_in\./, '$1.layers.0.'],
  [/(\.output_hypernetworks_mlps\.\d|\.iou_prediction_head)\.layers\.0\./, '$1.layers.1.'],
  [/(\.output_hypernetworks_mlps\.\d|\.iou_prediction_head)\.proj_out\./, '$1.layers.2.'],
  [/^prompt_encoder\.shared_embedding\.positional_embedding$/, 'prompt_encoder.positional_encoding'],
];

const META_POSITIONS = 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix';

interface Weights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * Compares the weights that two exports of a SAM v1 mask decoder have in common: one in Hugging Face's dialect, one in
 * Meta's. Equal ones are bit-equal: exports copy weights. Matrices without a name of their own are known by the node
 * that multiplies by them.
 */
export function compareDecoders(huggingFace: Model, meta: Model): DecoderComparison {
  const theirs = weightsOf(huggingFace, fromHuggingFace);
  const ours = weightsOf(meta, fromMeta);
  const compared = [...theirs.keys()].filter((name) => ours.has(name)).sort();
  const different = compared.flatMap((name) => {
    const by = largestDifference(theirs.get(name)!, ours.get(name)!);
    return by === 0 ? [] : [{ name, by }];
  });
  const missing = DECIDING.filter((part) => !compared.some((name) => name.startsWith(`${part}.`)));
  return { compared, different, missing };
}

function fromHuggingFace(name: string): string {
  const [pattern, ours] = NAMES.find(([expression]) => expression.test(name)) ?? [];
  return pattern ? name.replace(pattern, ours!) : name;
}

function fromMeta(name: string): string {
  const bare = name.replace(/^model\./, '');
  if (bare === META_POSITIONS) return 'prompt_encoder.positional_encoding';
  return bare.startsWith('prompt_encoder.') || bare.startsWith('mask_decoder.')
    ? bare
    : `mask_decoder.${bare}`;
}

function weightsOf({ proto }: Model, ourName: (name: string) => string): Map<string, Weights> {
  const stored = new Map((proto.graph?.initializer ?? []).map((tensor) => [tensor.name, tensor]));
  const found = new Map<string, Weights>();
  for (const [name, tensor] of stored) {
    const weights = readWeights(tensor);
    if (/^(model\.)?(mask_decoder|prompt_encoder)\./.test(name) && weights) found.set(ourName(name), weights);
  }
  for (const { opType, name, input } of proto.graph?.node ?? []) {
    const tensor = stored.get(input[1] ?? '');
    const layer = /^\/(.+)\/MatMul$/.exec(name)?.[1];
    const weights =
      opType === 'MatMul' && tensor?.name.startsWith('onnx::') ? readWeights(tensor) : undefined;
    // A layer's matrix is stored as it is multiplied by: transposed.
    if (layer !== undefined && weights?.shape.length === 2) {
      found.set(ourName(`${layer.replaceAll('/', '.')}.weight`), transposed(weights));
    }
  }
  return found;
}

function readWeights({ dataType, dims, rawData, floatData }: TensorProto): Weights | undefined {
  if (dataType !== TensorProto_DataType.FLOAT) return undefined;
  const shape = dims.map(Number);
  const count = shape.reduce((product, size) => product * size, 1);
  if (rawData.byteLength === 4 * count)
    return { shape, values: new Float32Array(new Uint8Array(rawData).buffer) };
  return floatData.length === count ? { shape, values: Float32Array.from(floatData) } : undefined;
}

function transposed({ shape, values }: Weights): Weights {
  const [rows, columns] = shape as [number, number];
  const turned = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      turned[column * rows + row] = values[row * columns + column]!;
    }
  }
  return { shape: [columns, rows], values: turned };
}

function largestDifference(a: Weights, b: Weights): number {
  if (a.shape.join() !== b.shape.join()) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.values.length; i++) {
    const difference = Math.abs(a.values[i]! - b.values[i]!);
    // A value that is no number equals nothing.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }
  return largest;
}
