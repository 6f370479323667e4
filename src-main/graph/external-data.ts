import { clone } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { graphOf, type Model } from './model.ts';
import {
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProto_DataType,
} from './onnx_pb.js';

/** A file beside a model that holds values of its tensors. */
export interface ExternalLocation {
  /** As the model writes it: the plain name of a file beside it. */
  readonly location: string;
  /** The least size that the file must have. */
  readonly bytes: number;
}

/** Where the values of a tensor lie. */
export interface ExternalPlace {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

const { EXTERNAL } = TensorProto_DataLocation;

/** Bits per element. Types that are not here cannot lie in a file of their own. */
const BITS: Readonly<Record<string, number>> = {
  FLOAT: 32,
  UINT8: 8,
  INT8: 8,
  UINT16: 16,
  INT16: 16,
  INT32: 32,
  INT64: 64,
  BOOL: 8,
  FLOAT16: 16,
  DOUBLE: 64,
  UINT32: 32,
  UINT64: 64,
  BFLOAT16: 16,
  UINT4: 4,
  INT4: 4,
};

/**
 * The files that a model's tensors refer to, sorted by name. Nothing of them is read.
 * @throws ClipSamError `model-file-invalid` where a location leads elsewhere than beside the model, or a place is none
 */
export function externalLocations(model: Model): ExternalLocation[] {
  const sizes = new Map<string, number>();
  for (const tensor of storedTensors(model)) {
    const place = externalPlace(model, tensor);
    if (!place) continue;
    const { location, offset, length } = place;
    sizes.set(location, Math.max(sizes.get(location) ?? 0, offset + length));
  }
  return [...sizes]
    .map(([location, bytes]) => ({ location, bytes }))
    .sort((a, b) => (a.location < b.location ? -1 : 1));
}

/**
 * The model with its data in other files.
 * @param rename the new name of a location
 * @throws ClipSamError `model-file-invalid`, as {@link externalLocations}
 */
export function withExternalLocations(model: Model, rename: (location: string) => string): Model {
  if (externalLocations(model).every(({ location }) => rename(location) === location)) return model;
  const renamed = { name: model.name, proto: clone(ModelProtoSchema, model.proto) };
  for (const { dataLocation, externalData } of storedTensors(renamed)) {
    if (dataLocation !== EXTERNAL) continue;
    for (const entry of externalData) if (entry.key === 'location') entry.value = rename(entry.value);
  }
  return renamed;
}

/**
 * Where a tensor's values lie; undefined when they are in the model itself.
 * @throws ClipSamError `model-file-invalid`
 */
export function externalPlace(model: Model, tensor: TensorProto): ExternalPlace | undefined {
  if (tensor.dataLocation !== EXTERNAL) return undefined;
  const refuse = (why: string) =>
    new ClipSamError(
      'model-file-invalid',
      `"${model.name}": the tensor "${tensor.name}" lies in another file, but ${why}. Fetch or export the model again.`,
    );
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const location = entries.get('location') ?? '';
  if (!isPlainName(location)) throw refuse(`"${location}" is no name of a file beside the model`);
  const length = storedBytes(tensor);
  if (length === undefined)
    throw refuse(`its type (${tensor.dataType}) or size [${tensor.dims}] is none that can`);
  const offset = byteCount(entries.get('offset') ?? '0');
  if (offset === undefined) throw refuse(`"${entries.get('offset')}" is no place in it`);
  const stated = entries.get('length');
  if (stated !== undefined && byteCount(stated) !== length) {
    throw refuse(`"${stated}" bytes there are not the ${length} that its shape [${tensor.dims}] needs`);
  }
  return { location, offset, length };
}

/** Bytes that a tensor's values take; undefined for types without a fixed size, and for sizes that are none. */
function storedBytes({ dataType, dims }: TensorProto): number | undefined {
  const bits = BITS[TensorProto_DataType[dataType] ?? ''];
  const count = dims.reduce((product, size) => product * size, 1n);
  if (bits === undefined || dims.some((size) => size < 0n)) return undefined;
  const bytes = (count * BigInt(bits) + 7n) / 8n;
  return bytes <= Number.MAX_SAFE_INTEGER ? Number(bytes) : undefined;
}

function byteCount(text: string): number | undefined {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(count) ? count : undefined;
}

/** A name that leads to no other folder on any system. */
function isPlainName(name: string): boolean {
  return /^[^\s\\/:*?"<>|\p{Cc}][^\\/:*?"<>|\p{Cc}]{0,254}$/u.test(name) && !/^\.{1,2}$|[. ]$/.test(name);
}

/** Every stored tensor: initialisers, and those in the attributes of nodes, of graphs inside them and of functions. */
function* storedTensors(model: Model): Generator<TensorProto> {
  yield* tensorsOf(graphOf(model));
  for (const { node } of model.proto.functions) for (const each of node) yield* attributeTensors(each);
}

function* tensorsOf(graph: GraphProto): Generator<TensorProto> {
  yield* graph.initializer;
  for (const { values, indices } of graph.sparseInitializer) {
    if (values) yield values;
    if (indices) yield indices;
  }
  for (const node of graph.node) yield* attributeTensors(node);
}

function* attributeTensors({ attribute }: NodeProto): Generator<TensorProto> {
  for (const { t, tensors, g, graphs } of attribute) {
    if (t) yield t;
    yield* tensors;
    for (const inner of [...(g ? [g] : []), ...graphs]) yield* tensorsOf(inner);
  }
}
