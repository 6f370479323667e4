import type { DeviceReport, ServedGraph } from '../../../src-shared/device.ts';
import type { Pack, TowerInput } from '../../../src-shared/pack.ts';
import { encodeModel } from '../../graph/model.ts';
import { buildNearestGraph } from '../../graph/nearest.ts';
import { frameTensor } from '../../pipeline/frame.ts';
import type { ModelSessions } from '../engine-sessions.ts';
import type { OpenGraph } from '../method-graphs.ts';
import type { InferenceContext, Session, SessionInput, Tensor, Tensors } from '../ort.ts';
import type { LoadedPack } from '../pack-loader.ts';
import { type PackSessionOptions, PackSessions } from '../pack-sessions.ts';
import type { ServedModelDescription } from './model-server.ts';
import type { ServerPool } from './server-pool.ts';
import type { WantedModel } from './wanted-models.ts';

/** A pack's sessions on this machine, as they are opened when they have to take over. */
interface LocalSessions {
  readonly sessions: ModelSessions;
  readonly device: DeviceReport;
}

/** What serves when no server answers; undefined: nothing may. */
type TakeOver = (() => Promise<LocalSessions>) | undefined;

/** Which session takes over for a model. */
const SESSION_OF: Readonly<Record<ServedGraph, (sessions: ModelSessions) => Session>> = {
  vision: ({ vision }) => vision,
  text: ({ text }) => text,
  decoder: ({ decoder }) => decoder,
  'segmenter-encoder': ({ segmenterEncoder }) => segmenterEncoder!,
};

/**
 * A pack's sessions: of its large graphs on servers, of the small ones here.
 * @throws ClipSamError as {@link TakeOver}, where no server is ready; `model-file-invalid`, `pack-invalid`
 */
export async function openServedSessions(
  loaded: LoadedPack,
  pool: ServerPool,
  wanted: readonly WantedModel[],
  takeOver: TakeOver,
  options: Omit<PackSessionOptions, 'device' | 'step'>,
): Promise<{ readonly sessions: ModelSessions; readonly openGraph: OpenGraph }> {
  const { pack } = loaded;
  const here = { ...options, device: 'cpu' } as const;
  // Apart, so that what it reads of the vision tower is not kept.
  const head = await new PackSessions(loaded, here).headBytes();
  const parts = new PackSessions(loaded, here);
  const local = pool.records.length > 0 ? undefined : (await takeOver?.())?.sessions;
  const session = (graph: ServedGraph): Session => {
    const model = wanted.find((candidate) => candidate.graph === graph)!;
    const described = pool.describe(model);
    return servedSession(
      { pool, model, takeOver, image: imageOf(pack, graph) },
      described ? signature(described) : SESSION_OF[graph](local!),
    );
  };
  return {
    sessions: {
      vision: session('vision'),
      text: session('text'),
      decoder: session('decoder'),
      ...(pack.segmenter.encoder.kind === 'own' && { segmenterEncoder: session('segmenter-encoder') }),
      head: await parts.openBytes(head),
      nearest: await parts.openBytes(encodeModel(buildNearestGraph({ windowed: false }))),
      nearestInWindow: await parts.openBytes(encodeModel(buildNearestGraph({ windowed: true }))),
    },
    openGraph: (file) => parts.openFile(file),
  };
}

/** How the graph itself wants an image that servers take as its bytes. */
function imageOf({ vision, segmenter }: Pack, graph: ServedGraph): TowerInput | undefined {
  if (graph === 'vision') return vision;
  return graph === 'segmenter-encoder' && segmenter.encoder.kind === 'own' ? segmenter.encoder : undefined;
}

type Signature = Pick<Session, 'inputNames' | 'inputs' | 'inputDims' | 'outputNames'>;

const TYPES: Readonly<Record<string, string>> = {
  FP32: 'float32',
  FP16: 'float16',
  INT64: 'int64',
  UINT8: 'uint8',
};

function signature({ inputs, outputs }: ServedModelDescription): Signature {
  const described = inputs.map(
    ({ name, datatype, shape }): SessionInput => ({
      name,
      type: TYPES[datatype] ?? 'unknown',
      dims: shape.map((size) => (size < 0 ? '' : size)),
    }),
  );
  return {
    inputNames: described.map(({ name }) => name),
    inputs: described,
    inputDims: Object.fromEntries(described.map(({ name, dims }) => [name, dims])),
    outputNames: outputs.map(({ name }) => name),
  };
}

interface Served {
  readonly pool: ServerPool;
  readonly model: WantedModel;
  readonly takeOver: TakeOver;
  readonly image: TowerInput | undefined;
}

function servedSession({ pool, model, takeOver, image }: Served, known: Signature): Session {
  const { inputNames, inputs, inputDims, outputNames } = known;
  const runHere = async (feeds: Tensors) => {
    const { sessions, device } = await takeOver!();
    const session = SESSION_OF[model.graph](sessions);
    const taken = image ? asGraphWants(feeds, image) : feeds;
    const names = session.inputNames.filter((name) => taken[name]);
    const outputs = await session.run(Object.fromEntries(names.map((name) => [name, taken[name]!])));
    return { outputs, device };
  };
  return {
    inputNames,
    inputDims,
    outputNames,
    ...(inputs && { inputs }),
    ...(image && { takesBytes: true as const }),
    async run(feeds, _outputs, { signal, onServed }: InferenceContext = {}) {
      const answer = await pool.infer(model, feeds, signal);
      const { gaveWay } = answer;
      if (answer.tensors) {
        onServed?.({ servers: [answer.server], gaveWay, here: null });
        return answer.tensors;
      }
      if (!takeOver) throw answer.error;
      const { outputs, device } = await runHere(feeds);
      const { running } = device;
      const why = gaveWay.length > 0 ? gaveWay : pool.reasons;
      onServed?.({ servers: [], gaveWay: why, here: running === 'server' ? null : running });
      return outputs;
    },
    async release() {
      pool.close();
    },
  };
}

/** An image's bytes as the graph itself takes them: normalised, in a square, padding zero. */
function asGraphWants(feeds: Tensors, { input, inputSize, mean, std }: TowerInput): Tensors {
  const [bytes] = Object.values(feeds);
  if (bytes?.type !== 'uint8') throw new TypeError('an image goes to servers as its bytes');
  const [height = 0, width = 0] = bytes.dims;
  const square: Tensor = {
    type: 'float32',
    dims: [1, 3, inputSize, inputSize],
    data: frameTensor(bytes.data, { size: inputSize, width, height }, mean, std),
  };
  return { [input]: square };
}
