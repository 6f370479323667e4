import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import {
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './onnx_pb.js';

/** From this size of a tensor on, in bytes, its values are copied once; below, the library writes it all. */
const LARGE = 1 << 20;

/**
 * A model as protobuf, fields in the order of their numbers. The library copies values once per level of nesting, which
 * for a gigabyte of them takes three more and many seconds; here they are copied once.
 */
export function modelBytes(proto: ModelProto): Uint8Array {
  const { graph } = proto;
  const initializers = graph?.initializer ?? [];
  if (!graph || initializers.every(({ rawData }) => rawData.length < LARGE)) {
    return toBinary(ModelProtoSchema, proto);
  }
  const { initializer, rawData } = { ...GraphProtoSchema.field, ...TensorProtoSchema.field };
  const tensors = initializers.flatMap((tensor: TensorProto) => {
    const values = tensor.rawData.length > 0 ? field(rawData.number, [tensor.rawData]) : [];
    return field(initializer.number, around(TensorProtoSchema, tensor, rawData.number, values));
  });
  const inner = field(
    ModelProtoSchema.field.graph.number,
    around(GraphProtoSchema, graph, initializer.number, tensors),
  );
  const pieces = around(ModelProtoSchema, proto, ModelProtoSchema.field.graph.number, inner);
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** A message whose field of this number is written already. */
function around<Desc extends DescMessage>(
  schema: Desc,
  message: MessageShape<Desc>,
  number: number,
  written: readonly Uint8Array[],
): Uint8Array[] {
  const values = message as MessageShape<Desc> & Readonly<Record<string, unknown>>;
  const part = (isPart: (other: number) => boolean, more: object = {}) => {
    // Defaults lie in the message's prototype: taken from there they would be written.
    const isSet = (name: string) => Object.hasOwn(values, name) && values[name] !== undefined;
    const kept = schema.fields.filter((each) => isPart(each.number) && isSet(each.localName));
    const fields = Object.fromEntries(kept.map(({ localName }) => [localName, values[localName]]));
    return toBinary(schema, Object.assign(create(schema), fields, more));
  };
  // Fields of later versions of ONNX come last, as the library writes them.
  const unknown = message.$unknown ? { $unknown: message.$unknown } : {};
  return [part((other) => other < number), ...written, part((other) => other > number, unknown)];
}

/** A field of which the bytes are known: its number with wire type 2, their length, and they. */
function field(number: number, content: readonly Uint8Array[]): Uint8Array[] {
  const bytes = [(number << 3) | 2];
  let rest = lengthOf(content);
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return [Uint8Array.from(bytes), ...content];
}

function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
