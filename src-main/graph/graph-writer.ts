import { clone, create } from '@bufbuild/protobuf';
import type { Model } from './model.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ValueInfoProto,
} from './onnx_pb.js';
import { formatShape, productOf, type TensorShape } from './shape.ts';
import type { Operation, TapeEntry } from './tape.ts';
import { tensorValue } from './tensor-value.ts';
import type { ElementType, Value } from './value.ts';

const OPSET = 20n;
const IR_VERSION = 9n;

const ONNX_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, int64: 7, float16: 10 };

type Attribute = number | readonly number[] | { readonly float: number };

type TypedData = Float32Array | Float16Array | BigInt64Array;

/** What an ONNX graph consists of: inputs, constants, nodes, outputs; and the tape of what was computed. */
export class GraphWriter {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Value>();
  /** Where the size of a symbolic dimension can be read when the graph runs. */
  readonly #symbols = new Map<string, { readonly value: Value; readonly axis: number; size?: Value }>();
  readonly #tape: TapeEntry[] = [];
  #serial = 0;

  /** The tape: every recorded op in the order of computation. */
  get tape(): readonly TapeEntry[] {
    return this.#tape;
  }

  input(name: string, type: ElementType, shape: TensorShape): Value {
    const value = this.#value(this.#reserve(name), type, shape);
    this.#inputs.push(value);
    return value;
  }

  /**
   * A named weight kept in the model.
   * @param options.half store it as float16 (half the bytes, 11 bits of precision); the graph sees float32
   */
  initializer(
    name: string,
    data: Float32Array,
    shape: readonly number[],
    options: { readonly half?: boolean } = {},
  ): Value {
    if (data.length !== productOf(shape)) {
      throw new TypeError(`"${name}": ${data.length} numbers do not fill the shape ${formatShape(shape)}.`);
    }
    if (!options.half) return this.#store(this.#reserve(name), 'float32', shape, data);
    return this.cast(this.#store(this.#reserve(name), 'float16', shape, new Float16Array(data)), 'float32');
  }

  /**
   * A named float32 weight whose numbers lie in a file beside the model.
   * @param at place in the file that the model names by `location`, in bytes
   */
  externalInitializer(
    name: string,
    shape: readonly number[],
    at: { readonly location: string; readonly offset: number },
  ): Value {
    const count = productOf(shape);
    if (typeof count !== 'number') throw new TypeError(`"${name}": the shape must be known.`);
    const entries = { location: at.location, offset: at.offset, length: 4 * count };
    this.#initializers.push(
      create(TensorProtoSchema, {
        name: this.#reserve(name),
        dataType: ONNX_TYPE.float32,
        dims: shape.map(BigInt),
        dataLocation: TensorProto_DataLocation.EXTERNAL,
        externalData: Object.entries(entries).map(([key, value]) => ({ key, value: String(value) })),
      }),
    );
    return this.#value(name, 'float32', shape);
  }

  /** A float32 constant: a scalar, or numbers with a shape (a vector when none is given). */
  constant(data: number | readonly number[], shape?: readonly number[]): Value {
    const numbers = typeof data === 'number' ? [data] : data;
    const dims = shape ?? (typeof data === 'number' ? [] : [data.length]);
    if (numbers.length !== productOf(dims)) {
      throw new TypeError(`${numbers.length} numbers do not fill the shape ${formatShape(dims)}.`);
    }
    return this.#constant('float32', dims, numbers.join(), () => Float32Array.from(numbers));
  }

  /** An int64 vector. */
  int64s(values: readonly (number | bigint)[]): Value {
    const data = values.map(BigInt);
    return this.#constant('int64', [data.length], data.join(), () => BigInt64Array.from(data));
  }

  /** float32 ↔ float16 ↔ int64. Gradients pass between the float types only. */
  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    return this.record({ op: 'cast' }, [x], this.emit('Cast', [x], type, x.shape, { to: ONNX_TYPE[type] }));
  }

  /** A shape as an int64 vector. */
  shapeOf(shape: TensorShape): Value {
    if (shape.every((dim) => typeof dim === 'number')) return this.int64s(shape);
    const parts: Value[] = [];
    for (const dim of shape) parts.push(typeof dim === 'number' ? this.int64s([dim]) : this.#sizeOf(dim));
    return parts.length === 1 ? parts[0]! : this.emit('Concat', parts, 'int64', [shape.length], { axis: 0 });
  }

  /** The number of elements of a shape as a float32 scalar. */
  elementCount(shape: TensorShape): Value {
    const count = productOf(shape);
    if (typeof count === 'number') return this.constant(count);
    const product = this.emit('ReduceProd', [this.shapeOf(shape)], 'int64', [], { keepdims: 0 });
    return this.emit('Cast', [product], 'float32', [], { to: ONNX_TYPE.float32 });
  }

  output(name: string, value: Value): void {
    const y = this.#value(this.#reserve(name), value.type, value.shape);
    this.#nodes.push(
      create(NodeProtoSchema, { opType: 'Identity', name, input: [value.name], output: [name] }),
    );
    this.#outputs.push(y);
  }

  /** The graph so far as a model (opset 20). The builder can go on and build again. */
  build(name = 'clipsam'): Model {
    if (this.#outputs.length === 0) throw new TypeError(`Graph "${name}" has no output.`);
    const proto = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'clipsam',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name,
        node: this.#nodes.map((node) => clone(NodeProtoSchema, node)),
        initializer: [...this.#initializers],
        input: this.#inputs.map(valueInfo),
        output: this.#outputs.map(valueInfo),
      },
    });
    return { name, proto };
  }

  /** Appends a node with one output. */
  protected emit(
    opType: string,
    inputs: readonly Value[],
    type: ElementType,
    shape: TensorShape,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const name = this.#fresh(opType);
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType,
        name,
        input: inputs.map((value) => value.name),
        output: [name],
        attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
      }),
    );
    return this.#value(name, type, shape);
  }

  /**
   * Optional outputs of the node emitted last, after its first. They cost time, so each appears only when it is asked
   * for, with those before it.
   * @param stems of their names, in order
   */
  protected optionalOutputs(
    y: Value,
    stems: readonly string[],
    shape: TensorShape,
  ): (place: number) => Value {
    const names = this.#nodes.at(-1)!.output;
    return (place) => {
      while (names.length <= stems.length) names.push(this.#reserve(`${y.name}_${stems[names.length - 1]}`));
      return this.#value(names[place]!, y.type, shape);
    };
  }

  /** Puts an operation on the tape. */
  protected record(operation: Operation, inputs: readonly Value[], output: Value): Value {
    this.#tape.push({ ...operation, inputs, output });
    return output;
  }

  #sizeOf(symbol: string): Value {
    const source = this.#symbols.get(symbol);
    if (!source) throw new TypeError(`No tensor of the graph has the dimension "${symbol}".`);
    source.size ??= this.emit('Shape', [source.value], 'int64', [1], {
      start: source.axis,
      end: source.axis + 1,
    });
    return source.size;
  }

  #constant(type: ElementType, shape: readonly number[], key: string, data: () => TypedData): Value {
    const id = `${type}[${shape}]${key}`;
    const known = this.#constants.get(id);
    if (known) return known;
    const value = this.#store(this.#fresh('constant'), type, shape, data());
    this.#constants.set(id, value);
    return value;
  }

  #store(name: string, type: ElementType, shape: readonly number[], data: TypedData): Value {
    this.#initializers.push(
      create(TensorProtoSchema, {
        name,
        dataType: ONNX_TYPE[type],
        dims: shape.map(BigInt),
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
      }),
    );
    return this.#value(name, type, shape);
  }

  #value(name: string, type: ElementType, shape: TensorShape): Value {
    const value: Value = { name, type, shape: [...shape] };
    for (const [axis, dim] of shape.entries()) {
      if (typeof dim === 'string' && !this.#symbols.has(dim)) this.#symbols.set(dim, { value, axis });
    }
    return value;
  }

  #fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.#serial++}`;
    while (this.#names.has(name));
    return this.#reserve(name);
  }

  #reserve(name: string): string {
    if (this.#names.has(name)) throw new TypeError(`The graph already has a tensor named "${name}".`);
    this.#names.add(name);
    return name;
  }
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  const types = AttributeProto_AttributeType;
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: types.INT, i: BigInt(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: types.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: types.INTS, ints: value.map(BigInt) });
}

function valueInfo({ name, type, shape }: Value): ValueInfoProto {
  return tensorValue(name, ONNX_TYPE[type], shape);
}
