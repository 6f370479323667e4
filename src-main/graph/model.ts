import { create, fromBinary } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { modelBytes } from './model-bytes.ts';
import {
  type GraphProto,
  GraphProtoSchema,
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  TensorProto_DataType,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import type { Dim } from './shape.ts';

/** The versions of ONNX's default operator set that this code and ONNX Runtime understand. */
const OPSETS = { first: 7, last: 25 };

/** An ONNX model in memory. Functions here never change one, they return another. */
export interface Model {
  /** What messages call it: a file name, or the name given to the graph. */
  readonly name: string;
  readonly proto: ModelProto;
}

export interface TensorInfo {
  readonly name: string;
  /** ONNX's name in lower case (`float`, `float16`, `int64`, …), or `unknown` where the model doesn't say. */
  readonly type: string;
  /** Sizes, symbols, or `?` for a nameless unknown; undefined where the model doesn't say. */
  readonly dims: readonly Dim[] | undefined;
}

export interface ModelDescription {
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly initializers: readonly TensorInfo[];
  /** Version of the default operator set. */
  readonly opset: number;
}

/**
 * Reads the bytes of an ONNX file.
 * @param name what messages call the model
 * @throws ClipSamError `model-file-invalid` when the bytes are not an ONNX model, `model-opset-unsupported`
 */
export function readModel(bytes: Uint8Array, name: string): Model {
  const refuse = (why: string, cause?: unknown) =>
    new ClipSamError(
      'model-file-invalid',
      `"${name}" (${bytes.length} bytes) is not a complete ONNX model: ${why}. Fetch or export the file again.`,
      { cause },
    );
  let proto: ModelProto;
  try {
    proto = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw refuse('its protobuf cannot be read', cause);
  }
  if (!proto.graph?.node.length) throw refuse('it holds no graph');
  const model = { name, proto };
  const opset = opsetOf(model);
  if (opset === undefined || opset < OPSETS.first || opset > OPSETS.last) {
    const found = opset === undefined ? 'no version of the ONNX operator set' : `operator set ${opset}`;
    throw new ClipSamError(
      'model-opset-unsupported',
      `"${name}" asks for ${found}; versions ${OPSETS.first} to ${OPSETS.last} are supported. Export the model again with one of those.`,
    );
  }
  return model;
}

/** The model as the bytes of an ONNX file. */
export function encodeModel(model: Model): Uint8Array {
  return modelBytes(model.proto);
}

/** What goes in, what comes out and what is stored. Initialisers that are also listed as inputs count as stored. */
export function describeModel(model: Model): ModelDescription {
  const graph = graphOf(model);
  const initializers = graph.initializer.map(({ name, dataType, dims }) => ({
    name,
    type: typeName(dataType),
    dims: dims.map(Number),
  }));
  const stored = new Set(initializers.map(({ name }) => name));
  return {
    inputs: graph.input.map(tensorInfo).filter(({ name }) => !stored.has(name)),
    outputs: graph.output.map(tensorInfo),
    initializers,
    opset: opsetOf(model) ?? 0,
  };
}

/**
 * Makes inner tensors outputs of the graph, after those it has.
 * @param patterns exact names, or expressions of which each must match at least one tensor
 * @throws ClipSamError `model-tensor-unknown`, naming what was looked for and the nearest names there are
 */
export function promoteTensors(model: Model, patterns: readonly (string | RegExp)[]): Model {
  const graph = graphOf(model);
  const present = new Set(graph.output.map(({ name }) => name));
  const promoted = new Set(patterns.flatMap((pattern) => findTensors(model, pattern)));
  const added = [...promoted].filter((name) => !present.has(name)).map((name) => valueInfoOf(graph, name));
  return withGraph(model, { output: [...graph.output, ...added] });
}

/**
 * Keeps what the named tensors need and drops every other node, initialiser, input and output. The tensors become
 * the outputs, in the order given; they may be inner ones.
 * @throws ClipSamError `model-tensor-unknown`
 */
export function pruneTo(model: Model, outputs: readonly string[]): Model {
  const graph = graphOf(model);
  for (const name of outputs) findTensors(model, name);
  const producers = new Map<string, NodeProto>();
  for (const node of graph.node) {
    for (const name of node.output) if (name) producers.set(name, node);
  }
  const needed = new Set<string>();
  const keptNodes = new Set<NodeProto>();
  const pending = [...outputs];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (needed.has(name)) continue;
    needed.add(name);
    const node = producers.get(name);
    if (!node || keptNodes.has(node)) continue;
    keptNodes.add(node);
    pending.push(...namesReadBy(node));
  }
  const isNeeded = ({ name }: { readonly name: string }) => needed.has(name);
  const isProduced = new Set([...keptNodes].flatMap((node) => node.output));
  return withGraph(model, {
    node: graph.node.filter((node) => keptNodes.has(node)),
    initializer: graph.initializer.filter(isNeeded),
    sparseInitializer: graph.sparseInitializer.filter(({ values }) => values && isNeeded(values)),
    input: graph.input.filter(isNeeded),
    output: outputs.map((name) => valueInfoOf(graph, name)),
    valueInfo: graph.valueInfo.filter(({ name }) => isProduced.has(name)),
  });
}

/** Everything a node reads, including what the graphs inside it (If, Loop, Scan) read from around them. */
function namesReadBy(node: NodeProto): string[] {
  const inner = node.attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]);
  const captured = inner.flatMap((graph) => [
    ...graph.node.flatMap(namesReadBy),
    ...graph.output.map(({ name }) => name),
  ]);
  return [...node.input, ...captured].filter((name) => name !== '');
}

/**
 * Names of the tensors that a pattern matches, in the order of the graph.
 * @throws ClipSamError `model-tensor-unknown`, naming what was looked for and the nearest names there are
 */
export function findTensors(model: Model, pattern: string | RegExp): string[] {
  const graph = graphOf(model);
  const names = [
    ...graph.input.map(({ name }) => name),
    ...graph.initializer.map(({ name }) => name),
    ...graph.node.flatMap(({ output }) => output),
  ].filter((name) => name !== '');
  const found = [...new Set(names)].filter((name) =>
    typeof pattern === 'string' ? name === pattern : name.search(pattern) >= 0,
  );
  if (found.length > 0) return found;
  const looked = typeof pattern === 'string' ? pattern : pattern.source;
  const near = nearestNames(looked, names).map((name) => `"${name}"`);
  throw new ClipSamError(
    'model-tensor-unknown',
    `"${model.name}" has no tensor ${typeof pattern === 'string' ? `named "${pattern}"` : `that matches ${pattern}`}. ` +
      `The nearest of its ${names.length} tensors: ${near.join(', ')}.`,
  );
}

/** The names that share most letter pairs with the one looked for (Dice's coefficient), best first. */
function nearestNames(looked: string, names: readonly string[], count = 5): string[] {
  const wanted = letterPairs(looked);
  const score = (name: string): number => {
    const pairs = letterPairs(name);
    const shared = [...pairs].filter((pair) => wanted.has(pair)).length;
    return (2 * shared) / (pairs.size + wanted.size || 1);
  };
  return [...new Set(names)]
    .map((name) => ({ name, score: score(name) }))
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ name }) => name);
}

function letterPairs(text: string): Set<string> {
  // The place of a pair's repetition is part of it, so that `blocks.1` and `blocks.11` differ.
  const seen = new Map<string, number>();
  const pairs = new Set<string>();
  for (let at = 0; at < text.length - 1; at++) {
    const pair = text.slice(at, at + 2).toLowerCase();
    const times = (seen.get(pair) ?? 0) + 1;
    seen.set(pair, times);
    pairs.add(pair + times);
  }
  return pairs;
}

/** A model's graph; empty where it has none. */
export function graphOf({ proto }: Model): GraphProto {
  return proto.graph ?? create(GraphProtoSchema);
}

/** The model with some parts of its graph changed. */
export function withGraph({ name, proto }: Model, parts: Partial<GraphProto>): Model {
  // Unlike a spread, this keeps the defaults, which lie in a message's prototype.
  const graph = Object.assign(create(GraphProtoSchema), proto.graph, parts);
  return { name, proto: Object.assign(create(ModelProtoSchema), proto, { graph }) };
}

function opsetOf({ proto }: Model): number | undefined {
  const main = proto.opsetImport.find(({ domain }) => !domain || domain === 'ai.onnx');
  return main && Number(main.version);
}

/** What the model says of a tensor; only its name when it says nothing (ONNX Runtime infers the rest). */
function valueInfoOf(graph: GraphProto, name: string): ValueInfoProto {
  const known = [...graph.output, ...graph.valueInfo, ...graph.input];
  return known.find((info) => info.name === name) ?? create(ValueInfoProtoSchema, { name });
}

function tensorInfo({ name, type }: ValueInfoProto): TensorInfo {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  return {
    name,
    type: typeName(tensor?.elemType),
    dims: tensor?.shape?.dim.map(({ value: size }) =>
      size.case === 'dimValue' ? Number(size.value) : size.value || '?',
    ),
  };
}

function typeName(type: number | undefined): string {
  const name = type ? TensorProto_DataType[type] : undefined;
  return name?.toLowerCase() ?? 'unknown';
}
