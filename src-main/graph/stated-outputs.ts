import { create } from '@bufbuild/protobuf';
import { graphOf, type Model, withGraph } from './model.ts';
import { AttributeProto_AttributeType, NodeProtoSchema, TensorProto_DataType } from './onnx_pb.js';
import { freeName, renameTensor } from './rename-tensor.ts';
import type { Dim } from './shape.ts';
import { tensorValue } from './tensor-value.ts';

/** An output as the graph gives it. */
export interface GivenOutput {
  readonly name: string;
  readonly type: 'float32' | 'float16' | 'int64' | 'uint8';
  /** Sizes, or symbols of open ones. */
  readonly dims: readonly Dim[];
}

const ONNX_TYPE = {
  float32: TensorProto_DataType.FLOAT,
  float16: TensorProto_DataType.FLOAT16,
  int64: TensorProto_DataType.INT64,
  uint8: TensorProto_DataType.UINT8,
} as const;

/**
 * The model with types and shapes of its outputs stated, for programs that read the file and infer nothing; inner tensors
 * that were made outputs have none.
 * @param outputs all of them, in the graph's order
 * @param half float32 is rounded to float16, under the same name
 */
export function withStatedOutputs(model: Model, outputs: readonly GivenOutput[], half = false): Model {
  let stated = model;
  for (const { name, type } of outputs) if (half && type === 'float32') stated = withHalf(stated, name);
  return withGraph(stated, {
    output: outputs.map(({ name, type, dims }) =>
      tensorValue(name, ONNX_TYPE[half && type === 'float32' ? 'float16' : type], dims),
    ),
  });
}

function withHalf(model: Model, name: string): Model {
  const inner = freeName(model, `${name}.float32`);
  const renamed = renameTensor(model, name, inner);
  const to = { name: 'to', type: AttributeProto_AttributeType.INT, i: BigInt(ONNX_TYPE.float16) };
  const cast = create(NodeProtoSchema, {
    opType: 'Cast',
    name: freeName(renamed, `${name}.rounded`),
    input: [inner],
    output: [name],
    attribute: [to],
  });
  return withGraph(renamed, { node: [...graphOf(renamed).node, cast] });
}
