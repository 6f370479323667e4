import type { Tensor } from '../ort.ts';
import { ServerFailure, type WireTensor } from './model-server.ts';

/** What the protocol calls the types of {@link Tensor}. */
const DATATYPES: Readonly<Record<Tensor['type'], string>> = {
  float32: 'FP32',
  float16: 'FP16',
  int64: 'INT64',
  uint8: 'UINT8',
};

/** A tensor's name for the protocol; the bytes are the tensor's own. All machines that this runs on are little-endian. */
export function toWire(name: string, { type, dims, data }: Tensor): WireTensor {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, datatype: DATATYPES[type], shape: dims, bytes };
}

/**
 * A tensor that came over the line; its values get memory of their own, where they lie as their type wants them.
 * @throws ServerFailure `wrong` for a type that no pack uses, or bytes that are too few or too many for the shape
 */
export function fromWire({ name, datatype, shape, bytes }: WireTensor): Tensor {
  const type = TYPES.get(datatype);
  if (!type) throw new ServerFailure('wrong', `its output "${name}" has the unknown type ${datatype}`);
  const count = countOf(shape);
  const wanted = count * SIZES[type];
  if (bytes.byteLength !== wanted) {
    throw new ServerFailure(
      'wrong',
      `its output "${name}" has ${bytes.byteLength} bytes where ${datatype} [${shape.join(', ')}] takes ${wanted}`,
    );
  }
  // A Buffer's own `slice` would not copy.
  const own = new Uint8Array(bytes).buffer;
  if (type === 'float32') return { type, dims: shape, data: new Float32Array(own) };
  if (type === 'float16') return { type, dims: shape, data: new Float16Array(own) };
  if (type === 'int64') return { type, dims: shape, data: new BigInt64Array(own) };
  return { type, dims: shape, data: new Uint8Array(own) };
}

const TYPES = new Map(
  Object.entries(DATATYPES).map(([type, datatype]) => [datatype, type as Tensor['type']]),
);

/** Bytes of a value. */
const SIZES: Readonly<Record<Tensor['type'], number>> = { float32: 4, float16: 2, int64: 8, uint8: 1 };

/** Values of a tensor. @throws ServerFailure `wrong` when a size is none */
export function countOf(shape: readonly number[]): number {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new ServerFailure(
      'wrong',
      `it answers with a tensor of the impossible shape [${shape.join(', ')}]`,
    );
  }
  return shape.reduce((product, size) => product * size, 1);
}

/** A tensor in the type that a model takes: exports in half precision differ in what their borders are. */
export function inDatatype(tensor: Tensor, datatype: string): Tensor {
  const { type, dims, data } = tensor;
  if (type === 'float32' && datatype === 'FP16')
    return { type: 'float16', dims, data: new Float16Array(data) };
  if (type === 'float16' && datatype === 'FP32')
    return { type: 'float32', dims, data: new Float32Array(data) };
  return tensor;
}
