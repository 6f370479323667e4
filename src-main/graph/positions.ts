import { clone, create } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { graphOf, type Model, withGraph } from './model.ts';
import {
  type GraphProto,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorShapeProto_DimensionSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { type BicubicKind, bicubicMatrix, type Matrix } from './resampling.ts';
import {
  initializerValues,
  type ReadExternal,
  type StoredValues,
  storedFloats,
  storedValues,
  storeTensor,
} from './stored-values.ts';

/** A table of positions, and the grid that it is wanted for. */
export interface PositionTable {
  /** Name of the table's initialiser: [leadingTokens + grid², C], with or without axes of 1 before. */
  readonly initializer: string;
  readonly resize: BicubicKind;
  /** Rows before the grid's, which are kept: the class token, registers. */
  readonly leadingTokens: number;
  /** Side of the grid that the table has; default: as its rows say. */
  readonly fromGrid?: number;
  /** Side of the grid that is wanted. */
  readonly toGrid: number;
}

/**
 * The model for another size of image: its table of positions is resampled, and so are the constant positions that
 * are looked up in it. Inputs of a fixed size get the new one. Half precision stays; a table in int8 becomes float32.
 * @param read reads files beside the model, where the table lies there
 * @throws ClipSamError `model-tensor-unknown` when the table, or how it is read, is not found; `model-file-invalid` when
 *   it has not the rows that it should have
 */
export function resizePositions(model: Model, table: PositionTable, read?: ReadExternal): Model {
  const floating = withFloatTable(model, table.initializer, read);
  const stored = initializerValues(floating, table.initializer, read);
  const { rows, channels, fromGrid } = shapeOf(model, table, stored.dims);
  const { leadingTokens, toGrid, initializer } = table;
  if (toGrid === fromGrid) return model;
  const source = storedFloats(model, stored);
  const matrix = bicubicMatrix(toGrid, fromGrid, table.resize);
  const data = new Float32Array((leadingTokens + toGrid ** 2) * channels);
  data.set(source.subarray(0, leadingTokens * channels));
  data.set(resampled(source.subarray(leadingTokens * channels), channels, matrix), leadingTokens * channels);

  const newRows = leadingTokens + toGrid ** 2;
  const dims = stored.dims.with(-2, newRows);
  const resized = storeTensor(
    initializer,
    stored.type === 'float16'
      ? { type: 'float16', dims, data: new Float16Array(data) }
      : { type: 'float32', dims, data },
  );
  const graph = graphOf(floating);
  const { node, ids } = withPositions(floating, initializer, rows, newRows, read);
  const scaled = (size: number) => (size % fromGrid === 0 ? (size / fromGrid) * toGrid : undefined);
  return withGraph(floating, {
    node,
    initializer: [
      ...graph.initializer.map((tensor) => (tensor.name === initializer ? resized : tensor)),
      ...ids,
    ],
    input: graph.input.map((info) => withImageSize(info, scaled)),
    output: graph.output.map((info) => withSizes(info, (size) => (size === rows ? newRows : size))),
    // Their shapes are of the old size; ONNX Runtime infers them.
    valueInfo: [],
  });
}

function shapeOf(model: Model, table: PositionTable, dims: readonly number[]) {
  const { initializer, leadingTokens, fromGrid: stated } = table;
  const [rows = 0, channels = 0] = dims.slice(-2);
  const fromGrid = stated ?? Math.sqrt(rows - leadingTokens);
  const fits = dims.length >= 2 && dims.slice(0, -2).every((size) => size === 1);
  if (fits && fromGrid >= 1 && leadingTokens + fromGrid ** 2 === rows && Number.isInteger(fromGrid)) {
    return { rows, channels, fromGrid };
  }
  const wanted = stated === undefined ? 'a square grid of' : `a ${stated} × ${stated} grid of`;
  throw new ClipSamError(
    'model-file-invalid',
    `"${model.name}": the position table "${initializer}" is [${dims}]; ${wanted} rows after ${leadingTokens} others was looked for. Correct "leadingTokens" and "positions" in the pack's description.`,
  );
}

/** A grid [n, n, C] resampled along both axes. */
function resampled(grid: Float32Array, channels: number, { rows, columns, data }: Matrix): Float32Array {
  const weights = Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)).flatMap((weight, at) =>
      weight === 0 ? [] : [{ weight, at }],
    ),
  );
  const out = new Float32Array(rows * rows * channels);
  const sum = new Float64Array(channels);
  weights.forEach((vertical, y) => {
    weights.forEach((horizontal, x) => {
      sum.fill(0);
      for (const v of vertical)
        for (const u of horizontal) {
          const from = (v.at * columns + u.at) * channels;
          const weight = v.weight * u.weight;
          for (let c = 0; c < channels; c++) sum[c]! += weight * grid[from + c]!;
        }
      out.set(sum, (y * rows + x) * channels);
    });
  });
  return out;
}

/** The nodes that read the table, with the positions of the new rows where they look some up. */
function withPositions(
  model: Model,
  table: string,
  rows: number,
  newRows: number,
  read: ReadExternal | undefined,
): { readonly node: NodeProto[]; readonly ids: TensorProto[] } {
  const graph = graphOf(model);
  const ids: TensorProto[] = [];
  const node = graph.node.map((reader) => {
    if (!reader.input.includes(table)) return reader;
    if (reader.opType !== 'Gather') return reader;
    const positions = constantIds(model, graph, reader.input[1]!, read);
    const axis = positions?.dims.indexOf(rows) ?? -1;
    if (!positions || axis < 0 || positions.data.some((id, at) => id !== BigInt(at))) {
      throw new ClipSamError(
        'model-tensor-unknown',
        `"${model.name}": the positions that "${reader.name}" looks up in "${table}" should be the constants 0 to ${rows - 1} ("${reader.input[1]}" was looked at). Export the model for one size of image.`,
      );
    }
    const data = BigInt64Array.from({ length: newRows }, (_, at) => BigInt(at));
    const name = `${table}.positions_${ids.length}`;
    ids.push(storeTensor(name, { type: 'int64', dims: positions.dims.with(axis, newRows), data }));
    const changed = clone(NodeProtoSchema, reader);
    changed.input[1] = name;
    return changed;
  });
  return { node, ids };
}

/** An int64 initialiser or constant; undefined for what is neither. */
function constantIds(model: Model, graph: GraphProto, name: string, read: ReadExternal | undefined) {
  const stored =
    graph.initializer.find((tensor) => tensor.name === name) ??
    graph.node
      .find(({ opType, output }) => opType === 'Constant' && output[0] === name)
      ?.attribute.find((attribute) => attribute.name === 'value')?.t;
  const values = stored && storedValues(model, stored, read);
  return values?.type === 'int64' ? values : undefined;
}

/**
 * The model with a table that dynamic quantisation stored in int8 (`…_quantized`, `…_scale`, `…_zero_point`) in single
 * precision again.
 */
function withFloatTable(model: Model, table: string, read: ReadExternal | undefined): Model {
  const graph = graphOf(model);
  const quantised = `${table}_quantized`;
  const has = (name: string) => graph.initializer.some((tensor) => tensor.name === name);
  if (has(table) || !has(quantised)) return model;
  const { dims, data } = initializerValues(model, quantised, read);
  const number = (name: string) => Number(initializerValues(model, name, read).data[0]);
  const scale = number(`${table}_scale`);
  const zero = number(`${table}_zero_point`);
  const floats: StoredValues = {
    type: 'float32',
    dims,
    data: Float32Array.from(data as ArrayLike<number>, (value) => (value - zero) * scale),
  };
  const widened = new Map<NodeProto, NodeProto>();
  for (const lookup of graph.node.filter(({ input }) => input[0] === quantised)) {
    const isWidening = ({ opType, input }: NodeProto) =>
      opType === 'DequantizeLinear' && input[0] === lookup.output[0];
    const widening = graph.node.find(isWidening);
    // Then the table is read in a way that is not known, and its name is not found.
    if (!widening) return model;
    widened.set(lookup, widening);
  }
  const widenings = new Set(widened.values());
  return withGraph(model, {
    node: graph.node.flatMap((node) => {
      if (widenings.has(node)) return [];
      const widening = widened.get(node);
      if (!widening) return [node];
      const changed = clone(NodeProtoSchema, node);
      changed.input[0] = table;
      changed.output[0] = widening.output[0]!;
      return [changed];
    }),
    initializer: [...graph.initializer, storeTensor(table, floats)],
  });
}

/** An input [n, C, height, width] of a fixed size with another one. */
function withImageSize(info: ValueInfoProto, scaled: (size: number) => number | undefined): ValueInfoProto {
  const { value } = info.type ?? {};
  const dims = value?.case === 'tensorType' ? (value.value.shape?.dim ?? []) : [];
  if (dims.length !== 4) return info;
  return withSizes(info, (size, axis) => (axis < 2 ? size : (scaled(size) ?? size)));
}

/** A tensor's description with its known sizes changed. */
function withSizes(info: ValueInfoProto, change: (size: number, axis: number) => number): ValueInfoProto {
  const changed = clone(ValueInfoProtoSchema, info);
  const { value } = changed.type ?? {};
  const shape = value?.case === 'tensorType' ? value.value.shape : undefined;
  if (shape) {
    shape.dim = shape.dim.map((dim, axis) =>
      dim.value.case === 'dimValue'
        ? create(TensorShapeProto_DimensionSchema, {
            value: { case: 'dimValue', value: BigInt(change(Number(dim.value.value), axis)) },
          })
        : dim,
    );
  }
  return changed;
}
