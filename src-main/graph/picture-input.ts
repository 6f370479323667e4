import { create } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { describeModel, graphOf, type Model, type TensorInfo, withGraph } from './model.ts';
import {
  AttributeProto_AttributeType,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProto_DataType,
  TensorProtoSchema,
} from './onnx_pb.js';
import { freeName, renameTensor } from './rename-tensor.ts';
import { tensorValue } from './tensor-value.ts';

/** Name of the input that takes a picture's samples. */
export const PICTURE_INPUT = 'image';

/** How a graph wants its picture; the same as a pack says of a tower. */
export interface PictureFit {
  /** Name of the graph's own input, [n, 3, inputSize, inputSize], float or float16. */
  readonly input: string;
  readonly inputSize: number;
  readonly fit: 'longest-side-pad' | 'squash';
  /** Per channel, on the 0..255 scale. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** ConstantOfShape, which padding needs, came with it. */
const FIRST_OPSET = 9;

/**
 * A model that takes a picture as it is: input {@link PICTURE_INPUT}, uint8 [height, width, 3], in place of the graph's
 * own. What `frameTensor` does before a local run is done in the graph, by the same operations in the same order and
 * precision (64 bits, rounded once to 32), so that what follows gets the same bits: a mean is taken off, the difference
 * multiplied by 1 / deviation, and zeros fill the square to the right and below. A picture that is larger than the square
 * is refused when the graph runs: the padding's size would be negative. Of a square that the picture fills, the sizes are
 * left open: what is known of the graph's own input stays what it was, since an engine that knows more would join other
 * operations, and round otherwise.
 * @param batched the input is [n, inputSize, inputSize, 3]; only for pictures that fill the square
 * @throws ClipSamError `model-opset-unsupported`
 */
export function withPictureInput(model: Model, fit: PictureFit, batched = false): Model {
  const { opset, inputs } = describeModel(model);
  if (opset < FIRST_OPSET) {
    throw new ClipSamError(
      'model-opset-unsupported',
      `"${model.name}" is written for operator set ${opset}; a model that pads its pictures itself needs ${FIRST_OPSET} or newer. Export it again with one of those.`,
    );
  }
  if (batched && fit.fit !== 'squash') throw new TypeError('pictures of different sizes are no batch');
  const own = inputs.find(({ name }) => name === fit.input);
  if (!own) throw new TypeError(`"${model.name}" has no input "${fit.input}".`);
  // Its own input may be called so, or a tensor inside.
  const moved = freeName(model, `${fit.input}.normalised`);
  const named = renameTensor(model, fit.input, moved);
  const clear = renameTensor(named, PICTURE_INPUT, freeName(named, `${PICTURE_INPUT}.inner`));
  const before = preparation(fit, { ...own, name: moved }, batched);
  const graph = graphOf(clear);
  return withGraph(clear, {
    node: [...before.nodes, ...graph.node],
    initializer: [...graph.initializer, ...before.constants],
    input: [pictureInfo(batched), ...graph.input.filter(({ name }) => name !== moved)],
    valueInfo: [...graph.valueInfo, ...graph.input.filter(({ name }) => name === moved)],
  });
}

const { UINT8, DOUBLE, FLOAT, FLOAT16, INT64 } = TensorProto_DataType;

/** From samples to what the graph's own input was. */
function preparation(
  { inputSize, fit, mean, std }: PictureFit,
  { name: target, type, dims = [] }: TensorInfo,
  batched: boolean,
): { readonly nodes: NodeProto[]; readonly constants: TensorProto[] } {
  const steps = new Steps(target);
  const planes = steps.add('Transpose', [PICTURE_INPUT], { perm: batched ? [0, 3, 1, 2] : [2, 0, 1] });
  const wide = steps.add('Cast', [planes], { to: DOUBLE });
  const centred = steps.add('Sub', [wide, steps.doubles('mean', mean)]);
  const gain = std.map((deviation) => 1 / deviation);
  const scaled = steps.add('Mul', [centred, steps.doubles('gain', gain)]);
  let result = steps.add('Cast', [scaled], { to: FLOAT });
  if (fit === 'longest-side-pad') result = padded(steps, result, inputSize);
  const items = typeof dims[0] === 'number' ? dims[0] : -1;
  const isSized = typeof dims.at(-1) === 'number';
  const square = isSized
    ? steps.sizes('square', [items, 3, inputSize, inputSize])
    : steps.add('Concat', [steps.sizes('items', [items, 3]), sidesOf(steps, result, batched)], { axis: 0 });
  result = steps.add('Reshape', [result, square]);
  if (type === 'float16') result = steps.add('Cast', [result], { to: FLOAT16 });
  steps.nodes.at(-1)!.output = [target];
  return steps;
}

/** Height and width, known when the graph runs. */
function sidesOf(steps: Steps, planes: string, batched: boolean): string {
  const places = steps.sizes('sides', batched ? [2, 3] : [1, 2]);
  return steps.add('Gather', [steps.add('Shape', [planes]), places]);
}

/** [3, h, w] → [3, side, side], content in the top left corner. */
function padded(steps: Steps, content: string, side: number): string {
  const shape = steps.add('Shape', [content]);
  const missing = steps.add('Sub', [steps.sizes('full', [3, side, side]), shape]);
  const all = steps.add('Concat', [shape, missing, steps.sizes('side', [side])], { axis: 0 });
  // Of [3, h, w, 0, side − h, side − w, side].
  const zeros = (name: string, places: readonly number[]) =>
    steps.add('ConstantOfShape', [steps.add('Gather', [all, steps.sizes(name, places)])]);
  const tall = steps.add('Concat', [content, zeros('below', [0, 4, 2])], { axis: 1 });
  return steps.add('Concat', [tall, zeros('beside', [0, 6, 5])], { axis: 2 });
}

/** Nodes one after another, and the constants that they read; all names begin with one that is free. */
class Steps {
  readonly nodes: NodeProto[] = [];
  readonly constants: TensorProto[] = [];
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  add(
    opType: string,
    input: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
  ): string {
    const name = `${this.#prefix}/${this.nodes.length}_${opType}`;
    const { INT, INTS } = AttributeProto_AttributeType;
    const attribute = Object.entries(attributes).map(([key, value]) =>
      typeof value === 'number'
        ? { name: key, type: INT, i: BigInt(value) }
        : { name: key, type: INTS, ints: value.map(BigInt) },
    );
    this.nodes.push(create(NodeProtoSchema, { opType, name, input: [...input], output: [name], attribute }));
    return name;
  }

  /** A number per channel, [3, 1, 1]. */
  doubles(name: string, values: readonly number[]): string {
    return this.#store(name, DOUBLE, [3, 1, 1], Float64Array.from(values));
  }

  sizes(name: string, values: readonly number[]): string {
    return this.#store(name, INT64, [values.length], BigInt64Array.from(values, BigInt));
  }

  #store(
    name: string,
    dataType: number,
    dims: readonly number[],
    data: Float64Array | BigInt64Array,
  ): string {
    const full = `${this.#prefix}/${name}`;
    const rawData = new Uint8Array(data.buffer);
    this.constants.push(create(TensorProtoSchema, { name: full, dataType, dims: dims.map(BigInt), rawData }));
    return full;
  }
}

function pictureInfo(batched: boolean) {
  return tensorValue(PICTURE_INPUT, UINT8, [...(batched ? ['n'] : []), 'height', 'width', 3]);
}
