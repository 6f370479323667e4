import { CheckpointRefusal } from './checkpoint-refusal.ts';
import type { TorchDataType, TorchTensor } from './torch-tensor.ts';

/** Reads the value at a byte of a storage. */
const READERS: Readonly<Record<TorchDataType['name'], (view: DataView, at: number) => number>> = {
  float64: (view, at) => view.getFloat64(at, true),
  float32: (view, at) => view.getFloat32(at, true),
  float16: (view, at) => view.getFloat16(at, true),
  bfloat16: (view, at) => fromBfloat16(view.getUint16(at, true)),
  int64: (view, at) => exactNumber(view.getBigInt64(at, true)),
  int32: (view, at) => view.getInt32(at, true),
  int16: (view, at) => view.getInt16(at, true),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => Number(view.getUint8(at) !== 0),
};

/**
 * A tensor's values, row-major, exactly as they were stored.
 * @param bytes the storage's, from the tensor's offset to its end
 * @throws CheckpointRefusal for integers beyond 2⁵³
 */
export function tensorNumbers(
  { storage, shape, strides, elements }: TorchTensor,
  bytes: Uint8Array,
): Float64Array {
  const read = READERS[storage.type.name];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = new Float64Array(elements);
  const index = shape.map(() => 0);
  let from = 0;
  for (let i = 0; i < elements; i++) {
    out[i] = read(view, from * storage.type.bytes);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}

const bits = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function fromBfloat16(upper: number): number {
  bits.setUint32(0, upper * 0x10000);
  return bits.getFloat32(0);
}

function exactNumber(integer: bigint): number {
  const number = Number(integer);
  if (Number.isSafeInteger(number)) return number;
  throw new CheckpointRefusal(`a tensor holds the whole number ${integer}, which would not stay exact`);
}
