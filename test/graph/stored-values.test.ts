import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src-main/graph/model.ts';
import { ModelProtoSchema, type TensorProto, TensorProtoSchema } from '../../src-main/graph/onnx_pb.js';
import {
  initializerValues,
  type StoredValues,
  storedFloats,
  storeTensor,
} from '../../src-main/graph/stored-values.ts';

const GRAPH = { node: [{ opType: 'Relu', input: ['w'], output: ['computed'] }] };

function modelOf(tensor: TensorProto): Model {
  return {
    name: 'made.onnx',
    proto: create(ModelProtoSchema, { graph: { ...GRAPH, initializer: [tensor] } }),
  };
}

const VALUES: readonly StoredValues[] = [
  { type: 'float32', dims: [2, 2], data: Float32Array.of(1, -2, 0.1, 4) },
  { type: 'float16', dims: [3], data: Float16Array.of(1, -2, 0.1) },
  { type: 'int64', dims: [2], data: BigInt64Array.of(-1n, 2n ** 40n) },
  { type: 'uint8', dims: [2], data: Uint8Array.of(0, 255) },
  { type: 'int8', dims: [2], data: Int8Array.of(-128, 127) },
  { type: 'float32', dims: [], data: Float32Array.of(7) },
];

describe('values of a stored tensor', () => {
  it.each(VALUES)('of $type $dims are read as they were stored', (values) => {
    expect(initializerValues(modelOf(storeTensor('w', values)), 'w')).toEqual(values);
  });

  it('are read from typed fields as from raw bytes', () => {
    const read = (fields: Partial<TensorProto>) =>
      initializerValues(
        modelOf(Object.assign(create(TensorProtoSchema, { name: 'w', dims: [2n] }), fields)),
        'w',
      ).data;
    expect(read({ dataType: 1, floatData: [1.5, -2] })).toEqual(Float32Array.of(1.5, -2));
    // The bits of 1 and −2 in half precision.
    expect(read({ dataType: 10, int32Data: [0x3c00, 0xc000] })).toEqual(Float16Array.of(1, -2));
    expect(read({ dataType: 7, int64Data: [3n, -4n] })).toEqual(BigInt64Array.of(3n, -4n));
    expect(read({ dataType: 2, int32Data: [3, 200] })).toEqual(Uint8Array.of(3, 200));
    expect(read({ dataType: 3, int32Data: [3, -4] })).toEqual(Int8Array.of(3, -4));
  });

  it('that are not what the shape needs are refused, naming the tensor', () => {
    const [values] = VALUES as readonly [StoredValues];
    for (const change of [
      { dims: [5n] },
      { rawData: new Uint8Array(15) },
      { dataType: 8 },
      { dataType: 99 },
    ]) {
      const tensor = Object.assign(storeTensor('w', values), change);
      expect(() => initializerValues(modelOf(tensor), 'w')).toThrow(
        expect.objectContaining({ code: 'model-file-invalid', message: expect.stringContaining('"w"') }),
      );
    }
  });

  it('of a tensor that is computed, or not there, are not found', () => {
    const model = modelOf(storeTensor('w', VALUES[0]!));
    expect(() => initializerValues(model, 'computed')).toThrow(/computed when the model runs/);
    expect(() => initializerValues(model, 'v')).toThrow(
      expect.objectContaining({ code: 'model-tensor-unknown', message: expect.stringContaining('"w"') }),
    );
  });

  it('are widened to float32, but not made of whole numbers', () => {
    const [single, half, whole] = VALUES as readonly [StoredValues, StoredValues, StoredValues];
    const model = modelOf(storeTensor('w', single));
    expect(storedFloats(model, single)).toBe(single.data);
    expect(storedFloats(model, half)).toEqual(new Float32Array(half.data as Float16Array));
    expect(() => storedFloats(model, whole)).toThrow(
      expect.objectContaining({ code: 'model-file-invalid', message: expect.stringContaining('int64') }),
    );
  });
});
