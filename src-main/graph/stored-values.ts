import { create } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { externalPlace } from './external-data.ts';
import { findTensors, graphOf, type Model } from './model.ts';
import { type TensorProto, TensorProto_DataType, TensorProtoSchema } from './onnx_pb.js';

/** Reads bytes of a file beside a model. */
export type ReadExternal = (location: string, offset: number, length: number) => Uint8Array;

/** Values of a stored tensor, row-major. */
export type StoredValues =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'float16'; readonly dims: readonly number[]; readonly data: Float16Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'uint8'; readonly dims: readonly number[]; readonly data: Uint8Array }
  | { readonly type: 'int8'; readonly dims: readonly number[]; readonly data: Int8Array };

const { FLOAT, FLOAT16, INT64, UINT8, INT8 } = TensorProto_DataType;
const DATA_TYPE = { float32: FLOAT, float16: FLOAT16, int64: INT64, uint8: UINT8, int8: INT8 } as const;

/**
 * The values of an initialiser.
 * @param read reads files beside the model; without it, what lies there is refused
 * @throws ClipSamError `model-tensor-unknown`; `model-file-invalid` when its values are not those that its shape needs
 */
export function initializerValues(model: Model, name: string, read?: ReadExternal): StoredValues {
  const tensor = graphOf(model).initializer.find((candidate) => candidate.name === name);
  if (tensor) return storedValues(model, tensor, read);
  findTensors(model, name);
  throw new ClipSamError(
    'model-tensor-unknown',
    `"${model.name}": "${name}" is computed when the model runs; a stored tensor was looked for.`,
  );
}

/** As {@link initializerValues}, of a tensor that was found. */
export function storedValues(model: Model, tensor: TensorProto, read?: ReadExternal): StoredValues {
  const refuse = (why: string) =>
    new ClipSamError(
      'model-file-invalid',
      `"${model.name}": the tensor "${tensor.name}" cannot be read: ${why}. Fetch or export the model again.`,
    );
  const dims = tensor.dims.map(Number);
  const count = dims.reduce((product, size) => product * size, 1);
  const check = <Values extends StoredValues>(values: Values): Values => {
    if (values.data.length === count) return values;
    throw refuse(`it has ${values.data.length} values, its shape [${dims}] needs ${count}`);
  };
  const place = externalPlace(model, tensor);
  let raw = tensor.rawData;
  if (place) {
    if (!read) throw refuse(`it lies in ${place.location}`);
    raw = read(place.location, place.offset, place.length);
  }
  // Copied, because values need not be aligned in a file.
  const bytes = (size: number): ArrayBuffer => {
    if (raw.length % size === 0) return new Uint8Array(raw).buffer;
    throw refuse(`${raw.length} bytes are no whole number of values`);
  };
  switch (tensor.dataType) {
    case FLOAT: {
      const data = raw.length > 0 ? new Float32Array(bytes(4)) : Float32Array.from(tensor.floatData);
      return check({ type: 'float32', dims, data });
    }
    case FLOAT16: {
      const bits = raw.length > 0 ? bytes(2) : Uint16Array.from(tensor.int32Data).buffer;
      return check({ type: 'float16', dims, data: new Float16Array(bits) });
    }
    case INT64: {
      const data = raw.length > 0 ? new BigInt64Array(bytes(8)) : BigInt64Array.from(tensor.int64Data);
      return check({ type: 'int64', dims, data });
    }
    case UINT8: {
      const data = raw.length > 0 ? new Uint8Array(bytes(1)) : Uint8Array.from(tensor.int32Data);
      return check({ type: 'uint8', dims, data });
    }
    case INT8: {
      const data = raw.length > 0 ? new Int8Array(bytes(1)) : Int8Array.from(tensor.int32Data);
      return check({ type: 'int8', dims, data });
    }
    default:
      throw refuse(
        `values of the type ${TensorProto_DataType[tensor.dataType] ?? tensor.dataType} are not read`,
      );
  }
}

/** Numbers of a stored tensor as float32. @throws ClipSamError `model-file-invalid` when they are whole numbers */
export function storedFloats(model: Model, values: StoredValues): Float32Array {
  if (values.type === 'float32') return values.data;
  if (values.type === 'float16') return new Float32Array(values.data);
  throw new ClipSamError(
    'model-file-invalid',
    `"${model.name}" stores as ${values.type} what must be floating point. Use the file in single or half precision.`,
  );
}

/** A stored tensor with these values. */
export function storeTensor(name: string, { type, dims, data }: StoredValues): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: DATA_TYPE[type],
    dims: dims.map(BigInt),
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
  });
}
