import { openSessions } from '../../src-main/inference/engine-sessions.ts';
import { decoderTrials } from '../../src-main/inference/graph-trials.ts';
import type { Session, Tensor, Tensors } from '../../src-main/inference/ort.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import type { ServedGraphName } from '../../src-main/inference/served-graphs.ts';
import { towerFrame } from '../../src-main/pipeline/fit.ts';
import { frameTensor } from '../../src-main/pipeline/frame.ts';
import type { TowerInput } from '../../src-shared/pack.ts';
import { Random } from '../../src-shared/random.ts';
import type { OrtTensor } from './raw-session.ts';

/** A request to a served graph, and what the engine's local session answers to the same. */
export interface LocalAnswer {
  readonly graph: ServedGraphName;
  readonly title: string;
  readonly feeds: Readonly<Record<string, OrtTensor>>;
  readonly expected: Tensors;
}

/** Asks every graph of a pack what the engine asks it, locally on the CPU. */
export async function localAnswers(which: string): Promise<{ loaded: LoadedPack; answers: LocalAnswer[] }> {
  const loaded = await loadPack(which);
  const { pack } = loaded;
  const { sessions } = await openSessions(loaded, { device: 'cpu' });
  const answers: LocalAnswer[] = [];
  try {
    const { encoder, dialect } = pack.segmenter;
    const vision = await tower('vision', pack.vision, sessions.vision);
    answers.push(vision);
    let embedded = [encoder.kind === 'vision' ? vision.expected[encoder.tensor]! : undefined];
    if (encoder.kind === 'own') {
      const sam = await tower('segmenter-encoder', encoder, sessions.segmenterEncoder!);
      answers.push(sam);
      embedded = encoder.outputs.map((name) => sam.expected[name]!);
    }
    const embeddings = embeddingFeeds(dialect, embedded as Tensor[]);
    const trials = decoderTrials(pack, sessions.decoder.inputNames, embeddings);
    for (const [at, feeds] of trials.entries()) {
      const title = `decoder, ${at === 0 ? 'one prompt' : 'several points'}`;
      answers.push({ graph: 'decoder', title, feeds, expected: await sessions.decoder.run(feeds) });
    }
    for (const count of [1, 3]) answers.push(await sentences(loaded, sessions.text, count));
  } finally {
    for (const session of Object.values(sessions)) await session.release();
  }
  return { loaded, answers };
}

function embeddingFeeds(dialect: string, tensors: readonly Tensor[]): Tensors {
  const names = {
    meta: ['image_embeddings'],
    'hugging-face': ['image_embeddings', 'image_positional_embeddings'],
    sam2: ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'],
  }[dialect]!;
  return Object.fromEntries(names.map((name, at) => [name, tensors[at]!]));
}

async function tower(
  graph: 'vision' | 'segmenter-encoder',
  fit: TowerInput,
  session: Session,
): Promise<LocalAnswer> {
  const size = fit.inputSize;
  const content = towerFrame({ size, width: size, height: Math.round(size * 0.67) }, fit);
  const { width, height } = content;
  const random = new Random(graph);
  const data = Uint8Array.from({ length: 3 * width * height }, () => Math.floor(256 * random.next()));
  const pixels = frameTensor(data, content, fit.mean, fit.std);
  const expected = await session.run({
    [fit.input]: { type: 'float32', dims: [1, 3, size, size], data: pixels },
  });
  return {
    graph,
    title: graph,
    feeds: { image: { type: 'uint8', dims: [height, width, 3], data } },
    expected,
  };
}

async function sentences({ pack }: LoadedPack, session: Session, count: number): Promise<LocalAnswer> {
  const { text } = pack;
  const dims = [count, text.contextLength];
  const rows = (data: BigInt64Array): Tensor => ({ type: 'int64', dims, data });
  const ids = BigInt64Array.from({ length: count * text.contextLength }, (_, i) => BigInt(1 + ((i * 7) % 9)));
  const feeds: Record<string, Tensor> = { [text.ids]: rows(ids) };
  if (text.mask !== undefined) feeds[text.mask] = rows(new BigInt64Array(ids.length).fill(1n));
  return { graph: 'text', title: `text, ${count}`, feeds, expected: await session.run(feeds) };
}
