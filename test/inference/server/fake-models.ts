import { DECODER_TENSORS } from '../../../src-main/inference/decoder-dialects.ts';
import { openSessions } from '../../../src-main/inference/engine-sessions.ts';
import type { Session, Tensor, Tensors } from '../../../src-main/inference/ort.ts';
import type { LoadedPack } from '../../../src-main/inference/pack-loader.ts';
import type {
  ServedModelDescription,
  TensorDescription,
  WireTensor,
} from '../../../src-main/inference/server/model-server.ts';
import { fromWire, toWire } from '../../../src-main/inference/server/wire-tensors.ts';
import { frameTensor } from '../../../src-main/pipeline/frame.ts';
import type { ServedGraph } from '../../../src-shared/device.ts';
import { type Pack, stageTensor, type TowerInput } from '../../../src-shared/pack.ts';

/** A pack's graphs as a server has them, computed in this process by ONNX Runtime. */
export interface FakeModels {
  readonly names: readonly string[];
  describe(model: string): ServedModelDescription;
  infer(model: string, inputs: readonly WireTensor[], outputs: readonly string[]): Promise<WireTensor[]>;
}

interface FakeModel {
  readonly session: Session;
  readonly image?: TowerInput;
  readonly description: ServedModelDescription;
}

/** @param parameters instead of those that name the pack and its hash */
export async function fakeModels(
  loaded: LoadedPack,
  parameters?: Readonly<Record<string, string>>,
): Promise<FakeModels> {
  const { pack, packHash } = loaded;
  const { sessions } = await openSessions(loaded, { device: 'cpu', threads: 1 });
  const { vision, text, decoder, segmenterEncoder } = sessions;
  const { encoder } = pack.segmenter;
  const models = new Map<string, FakeModel>();
  const add = (graph: ServedGraph, session: Session, ranks: Record<string, number>, image?: TowerInput) => {
    const own = {
      ...{ clipsam_pack: pack.id, clipsam_pack_hash: packHash, clipsam_graph: graph, clipsam_format: '1' },
      clipsam_graph_sha256: 'ab'.repeat(32),
    };
    const description: ServedModelDescription = {
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: image ? [imageInput(image)] : (session.inputs ?? []).map(described),
      outputs: Object.entries(ranks).map(([name, rank]) => open(name, 'FP32', rank)),
      parameters: parameters ?? own,
    };
    models.set(`${pack.id}-${graph}`, { session, description, ...(image && { image }) });
  };
  const stages = pack.vision.stages.map((stage) => [stageTensor(pack.vision, stage), 3]);
  const embedding = encoder.kind === 'vision' ? [[encoder.tensor, 4]] : [];
  add('vision', vision, Object.fromEntries([...stages, ...embedding]), pack.vision);
  add('text', text, { [pack.text.output]: 2 });
  const { masks, qualities } = DECODER_TENSORS[pack.segmenter.dialect];
  add('decoder', decoder, {
    [pack.segmenter.masks]: masks.length,
    [pack.segmenter.qualities]: qualities.length,
  });
  if (segmenterEncoder && encoder.kind === 'own') {
    add('segmenter-encoder', segmenterEncoder, embeddingRanks(encoder), encoder);
  }
  return {
    names: [...models.keys()],
    describe: (name) => models.get(name)!.description,
    async infer(name, inputs, outputs) {
      const { session, image } = models.get(name)!;
      const feeds = Object.fromEntries(inputs.map((wire) => [wire.name, fromWire(wire)]));
      const answer = await session.run(image ? normalised(feeds, image) : feeds, outputs);
      return outputs.map((output) => toWire(output, answer[output]!));
    },
  };
}

function embeddingRanks({ outputs }: Extract<Pack['segmenter']['encoder'], { kind: 'own' }>) {
  return Object.fromEntries(outputs.map((name) => [name, 4]));
}

function normalised(feeds: Tensors, { input, inputSize: size, mean, std }: TowerInput): Tensors {
  const { image } = feeds;
  if (image?.type !== 'uint8') throw new TypeError('the image is no image');
  const [height = 0, width = 0] = image.dims;
  const data = frameTensor(image.data, { size, width, height }, mean, std);
  const square: Tensor = { type: 'float32', dims: [1, 3, size, size], data };
  return { [input]: square };
}

function imageInput({ fit, inputSize }: TowerInput): TensorDescription {
  const side = fit === 'squash' ? inputSize : -1;
  return { name: 'image', datatype: 'UINT8', shape: [side, side, 3] };
}

const open = (name: string, datatype: string, rank: number): TensorDescription => ({
  ...{ name, datatype },
  shape: Array.from({ length: rank }, () => -1),
});

const DATATYPES: Readonly<Record<string, string>> = { float32: 'FP32', int64: 'INT64' };

function described({ name, type, dims }: NonNullable<Session['inputs']>[number]): TensorDescription {
  const shape = dims.map((size) => (typeof size === 'number' ? size : -1));
  return { name, datatype: DATATYPES[type] ?? type, shape };
}
