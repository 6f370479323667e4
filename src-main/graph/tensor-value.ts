import { create } from '@bufbuild/protobuf';
import { type ValueInfoProto, ValueInfoProtoSchema } from './onnx_pb.js';
import type { Dim } from './shape.ts';

/** What a graph says of an input or output. @param type of ONNX's `TensorProto_DataType`; @param dims sizes, or symbols of open ones */
export function tensorValue(name: string, type: number, dims: readonly Dim[]): ValueInfoProto {
  const dim = dims.map((size) => ({
    value:
      typeof size === 'number'
        ? ({ case: 'dimValue', value: BigInt(size) } as const)
        : ({ case: 'dimParam', value: size } as const),
  }));
  const value = { elemType: type, shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value } } });
}
