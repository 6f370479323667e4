import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import type { Device } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { ServedBy } from './server/served-by.ts';

/** Version of ONNX Runtime: the same model gives slightly other values from one to another. */
export const ORT_VERSION = ort.env.versions.node ?? ort.env.versions.common;

/** Where the libraries of this build lie; those of providers that it loads when they are asked for belong beside them. */
export const ORT_FOLDER = join(
  dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json')),
  'bin',
  'napi-v6',
  process.platform,
  process.arch,
);

/** A tensor as the rest of the code base sees it; `data` is row-major. */
export type Tensor =
  | { readonly type: 'float32'; readonly dims: readonly number[]; readonly data: Float32Array }
  | { readonly type: 'float16'; readonly dims: readonly number[]; readonly data: Float16Array }
  | { readonly type: 'int64'; readonly dims: readonly number[]; readonly data: BigInt64Array }
  | { readonly type: 'uint8'; readonly dims: readonly number[]; readonly data: Uint8Array };

export type Tensors = Readonly<Record<string, Tensor>>;

/** What a graph wants to be fed. */
export interface SessionInput {
  readonly name: string;
  /** `float32`, `float16`, `int64`, …; `unknown` of what is no tensor. */
  readonly type: string;
  /** Sizes, or the names of those that are open. */
  readonly dims: readonly (number | string)[];
}

/** Whom a run is for. Sessions of this machine can't be stopped, and are served by nobody. */
export interface InferenceContext {
  /** Where others compute, they are told to stop. */
  readonly signal?: AbortSignal | undefined;
  /** Hears who computed, where that is not this session's device alone. */
  readonly onServed?: ((by: ServedBy) => void) | undefined;
}

/**
 * An ONNX Runtime session on one device, or a model on inference servers. `run` blocks its thread while it computes. It takes float32 where the graph
 * wants float16, and the other way round: exports in half precision differ in what their borders are.
 */
export interface Session {
  readonly inputNames: readonly string[];
  readonly inputs?: readonly SessionInput[];
  readonly outputNames: readonly string[];
  /** Sizes of each input; what the graph leaves open has a name, or none. */
  readonly inputDims: Readonly<Record<string, readonly (number | string)[]>>;
  /** Images go in as bytes, [height, width, 3], within the encoder's square: normalisation and padding are in the model. */
  readonly takesBytes?: true;
  run(feeds: Tensors, outputs?: readonly string[], context?: InferenceContext): Promise<Tensors>;
  release(): Promise<void>;
}

/** Execution providers that the installed ONNX Runtime was built with (their libraries may still be missing). */
export function providersOfThisBuild(): readonly string[] {
  return ort.listSupportedBackends().map(({ name }) => name);
}

/** How much ONNX Runtime changes a graph before it runs it; `disabled` is for one that it has changed already. */
type GraphLevel = 'all' | 'basic' | 'disabled';

export interface SessionOptions {
  readonly device: Device;
  readonly threads?: number;
  /** Where the files lie that a model given as bytes refers to. */
  readonly externalFolder?: string;
  /** Default `all`. */
  readonly level?: GraphLevel;
  /** Folder that gets the changed graph as {@link SAVED_GRAPH}, with its weights beside it. */
  readonly saveTo?: string;
}

/** The file of a graph that was saved, and that of its weights. */
export const SAVED_GRAPH = { graph: 'graph.onnx', weights: 'graph.data' } as const;

/**
 * Opens a session.
 * @param model path of an ONNX file, or its bytes
 * @throws ClipSamError `model-file-invalid` when ONNX Runtime refuses the model
 */
export async function createSession(model: string | Uint8Array, options: SessionOptions): Promise<Session> {
  const { device, threads, level = 'all', saveTo, externalFolder } = options;
  const config: ort.InferenceSession.SessionOptions = {
    executionProviders: [device],
    graphOptimizationLevel: level,
    // Its pre-planned block comes on top of the arena: 200 MB for MobileSAM's encoder, and no time saved.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      session: {
        // Between two runs its threads would go on spinning, on cores that decoding, fusing and sending need.
        force_spinning_stop: '1',
        ...(externalFolder && { model_external_initializers_file_folder_path: externalFolder }),
        ...(saveTo !== undefined && {
          optimized_model_external_initializers_file_name: SAVED_GRAPH.weights,
          optimized_model_external_initializers_min_size_in_bytes: '1024',
        }),
      },
    },
    ...(saveTo !== undefined && { optimizedModelFilePath: join(saveTo, SAVED_GRAPH.graph) }),
    ...(threads ? { intraOpNumThreads: threads } : {}),
  };
  let session: ort.InferenceSession;
  try {
    session =
      typeof model === 'string'
        ? await ort.InferenceSession.create(model, config)
        : await ort.InferenceSession.create(model, config);
  } catch (cause) {
    throw new ClipSamError('model-file-invalid', `ONNX Runtime refused the model: ${String(cause)}`, {
      cause,
    });
  }
  const described = session.inputMetadata.map(describeInput);
  const types = new Map(described.map(({ name, type }) => [name, type]));
  return {
    inputNames: session.inputNames,
    inputs: described,
    outputNames: session.outputNames,
    inputDims: Object.fromEntries(
      session.inputMetadata.map((input) => [input.name, input.isTensor ? input.shape : []]),
    ),
    async run(feeds, outputs) {
      const inputs: Record<string, ort.Tensor> = {};
      for (const [name, tensor] of Object.entries(feeds))
        inputs[name] = toOrt(inPrecision(tensor, types.get(name)));
      const results = outputs ? await session.run(inputs, [...outputs]) : await session.run(inputs);
      return Object.fromEntries(Object.entries(results).map(([name, value]) => [name, fromOrt(name, value)]));
    },
    release: () => session.release(),
  };
}

function describeInput(value: ort.InferenceSession.ValueMetadata): SessionInput {
  if (!value.isTensor) return { name: value.name, type: 'unknown', dims: [] };
  return { name: value.name, type: value.type, dims: value.shape };
}

/** A tensor as a graph of another precision takes it. */
function inPrecision(tensor: Tensor, wanted: string | undefined): Tensor {
  const { type, dims, data } = tensor;
  if (type === 'float32' && wanted === 'float16') return { type: wanted, dims, data: new Float16Array(data) };
  if (type === 'float16' && wanted === 'float32') return { type: wanted, dims, data: new Float32Array(data) };
  return tensor;
}

function toOrt(tensor: Tensor): ort.Tensor {
  if (tensor.type === 'float32') return new ort.Tensor('float32', tensor.data, tensor.dims);
  if (tensor.type === 'int64') return new ort.Tensor('int64', tensor.data, tensor.dims);
  if (tensor.type === 'uint8') return new ort.Tensor('uint8', tensor.data, tensor.dims);
  const bits = new Uint16Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.length);
  // ORT's native side cannot read a Float16Array, which its own float16 tensors hold since Node has that type.
  return Object.assign(new ort.Tensor('uint16', bits, tensor.dims), { type: 'float16' as const });
}

function fromOrt(name: string, tensor: ort.Tensor): Tensor {
  const { dims, data } = tensor;
  if (data instanceof Float32Array) return { type: 'float32', dims, data };
  if (data instanceof BigInt64Array) return { type: 'int64', dims, data };
  if (tensor.type === 'float16' && ArrayBuffer.isView(data)) {
    return { type: 'float16', dims, data: new Float16Array(data.buffer, data.byteOffset, data.length) };
  }
  throw new ClipSamError('inference-failed', `Output "${name}" has the unsupported type ${tensor.type}.`);
}
