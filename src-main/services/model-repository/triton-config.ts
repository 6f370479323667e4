import type { ServedModel, ServedTensor } from '../../inference/served-graphs.ts';

/** The engine that runs the graphs in the server. */
export type TritonBackend = 'onnxruntime' | 'python';

/** Where a model's instances compute: on a GPU where the server has one (`auto`), or always there. */
export type TritonPlace = 'auto' | 'gpu' | 'cpu';

/** How the models of a repository are run. */
export interface TritonOptions {
  readonly backend: TritonBackend;
  readonly place: TritonPlace;
  /** Copies of each graph that compute side by side, per GPU where they are on GPUs. */
  readonly instances: number;
  /** Pictures, or questions to SAM's decoder, that the server may join; 1: nothing is joined, sentences neither. */
  readonly batch: number;
  /** Threads of each on a CPU; default: the engine's own choice. */
  readonly threads?: number | undefined;
}

/** File of a model's graph, in the folder of its version. */
export const GRAPH_FILE = 'model.onnx';

/** Strings that a client compares before it asks; of parameters of others the names can't be. */
interface TritonParameters {
  readonly clipsam_pack: string;
  readonly clipsam_pack_hash: string;
  readonly clipsam_graph: string;
  /** SHA-256 of the model's ONNX file. */
  readonly clipsam_graph_sha256: string;
  readonly clipsam_format: '1';
}

const DATA_TYPE: Readonly<Record<ServedTensor['type'], string>> = {
  uint8: 'TYPE_UINT8',
  float32: 'TYPE_FP32',
  float16: 'TYPE_FP16',
  int64: 'TYPE_INT64',
};

const KIND: Readonly<Record<TritonPlace, string>> = { auto: 'KIND_AUTO', gpu: 'KIND_GPU', cpu: 'KIND_CPU' };

/**
 * `config.pbtxt` of a graph, as Triton's model configuration has it
 * (https://github.com/triton-inference-server/common/blob/main/protobuf/model_config.proto).
 */
export function tritonConfig(
  model: string,
  graph: Pick<ServedModel, 'inputs' | 'outputs' | 'batch' | 'unbatched' | 'usual'>,
  options: TritonOptions,
  parameters: TritonParameters,
): string {
  const { backend, place, instances, threads } = options;
  const { batch, unbatched } = graph;
  const all = {
    ...parameters,
    ...(backend === 'python' && { clipsam_file: GRAPH_FILE }),
    ...(threads !== undefined && { intra_op_thread_count: `${threads}` }),
  };
  const lines = [
    `name: ${quoted(model)}`,
    `backend: ${quoted(backend)}`,
    ...(backend === 'onnxruntime' ? [`default_model_filename: ${quoted(GRAPH_FILE)}`] : []),
    ...(unbatched === undefined ? [] : [`# Requests are not joined: ${unbatched}.`]),
    `max_batch_size: ${batch}`,
    ...(batch > 0 && options.batch > 1
      ? ['# What waits is joined; nothing waits for more.', 'dynamic_batching { }']
      : []),
    ...list('input', graph.inputs.map(tensor)),
    ...list('output', graph.outputs.map(tensor)),
    ...list('instance_group', [`count: ${instances} kind: ${KIND[place]}`]),
    ...list('model_warmup', [warmUp(graph)]),
    ...list(
      'parameters',
      Object.entries(all).map(
        ([key, value]) => `key: ${quoted(key)} value { string_value: ${quoted(value)} }`,
      ),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function tensor({ name, type, dims }: ServedTensor): string {
  return `name: ${quoted(name)} data_type: ${DATA_TYPE[type]} dims: [ ${dims.join(', ')} ]`;
}

/** One request before the server says that it is ready: the first one takes longest. */
function warmUp({ inputs, usual, batch }: Pick<ServedModel, 'inputs' | 'usual' | 'batch'>): string {
  const values = inputs.map(({ name, type }) => {
    const dims = usual[name]?.map((size) => ` dims: ${size}`).join('') ?? '';
    // Random ids and labels are none.
    const data = type === 'int64' ? 'zero_data: true' : 'random_data: true';
    return `    inputs { key: ${quoted(name)} value { data_type: ${DATA_TYPE[type]}${dims} ${data} } }`;
  });
  return `name: "usual" batch_size: ${batch > 0 ? 1 : 0}\n${values.join('\n')}\n  `;
}

function list(name: string, items: readonly string[]): string[] {
  return [`${name} [`, items.map((item) => `  { ${item} }`).join(',\n'), ']'];
}

/** A string of protobuf's text format. */
function quoted(text: string): string {
  const escaped = text.replace(/[\\"]/g, '\\$&').replace(/\p{Cc}/gu, (sign) => {
    return `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}
