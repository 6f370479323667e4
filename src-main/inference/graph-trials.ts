import type { Pack } from '../../src-shared/pack.ts';
import type { GivenOutput } from '../graph/stated-outputs.ts';
import type { PlacedPrompts } from '../pipeline/decoder-prompts.ts';
import { decoderRuns } from './decoder-dialects.ts';
import type { Session, Tensor, Tensors } from './ort.ts';
import { distanceOf } from './variant-choice.ts';

/** Largest distance, as {@link distanceOf}, between answers to two inputs together and to each alone. */
const TOGETHER = 1e-3;

/** What a graph gives: sizes that differ from answer to answer are open. @param names of the outputs, in the graph's order */
export function givenOutputs(names: readonly string[], answers: readonly Tensors[]): GivenOutput[] {
  return names.map((name) => {
    const [first, ...others] = answers.map((answer) => answer[name]!);
    const { type, dims } = first!;
    const isFixed = (size: number, axis: number) => others.every((other) => other.dims[axis] === size);
    return { name, type, dims: dims.map((size, axis) => (isFixed(size, axis) ? size : `${name}.${axis}`)) };
  });
}

/**
 * Whether a graph takes several inputs along a first axis, and answers each as if it were alone. Exports may have a first
 * axis that is open and a batch of one written into them.
 * @param one an input of one item
 * @param answer to it
 */
export async function answersTogether(session: Session, one: Tensors, answer: Tensors): Promise<boolean> {
  const inputs = session.inputs ?? [];
  if (!inputs.every(({ dims }) => typeof dims[0] === 'string')) return false;
  if (!Object.values(one).every(({ dims }) => dims[0] === 1)) return false;
  const other = Object.fromEntries(Object.entries(one).map(([name, tensor]) => [name, turned(tensor)]));
  const both = Object.fromEntries(
    Object.entries(one).map(([name, tensor]) => [name, joined(tensor, other[name]!)]),
  );
  try {
    const alone = await session.run(other);
    const expected = Object.fromEntries(
      Object.entries(answer).map(([name, tensor]) => [name, joined(tensor, alone[name]!)]),
    );
    const together = await session.run(both);
    return distanceOf(together, expected) <= TOGETHER;
  } catch {
    return false;
  }
}

/** Values in the reverse order, where they are numbers: another input of the same shape. */
function turned(tensor: Tensor): Tensor {
  return tensor.type === 'float32' ? { ...tensor, data: tensor.data.toReversed() } : tensor;
}

function joined(a: Tensor, b: Tensor): Tensor {
  const dims = [a.dims[0]! + b.dims[0]!, ...a.dims.slice(1)];
  if (a.type === 'float32' && b.type === 'float32') {
    return { type: 'float32', dims, data: concat(a.data, b.data) };
  }
  if (a.type === 'int64' && b.type === 'int64') {
    const data = new BigInt64Array(a.data.length + b.data.length);
    data.set(a.data);
    data.set(b.data, a.data.length);
    return { type: 'int64', dims, data };
  }
  throw new TypeError(`tensors of ${a.type} and ${b.type} are not joined`);
}

function concat(a: Float32Array, b: Float32Array): Float32Array {
  const data = new Float32Array(a.length + b.length);
  data.set(a);
  data.set(b, a.length);
  return data;
}

/** Inputs of SAM's decoder, as the engine asks it: one prompt, and where it takes several at once, two with two points each. */
export function decoderTrials(
  { segmenter, vision }: Pick<Pack, 'segmenter' | 'vision'>,
  inputNames: readonly string[],
  embeddings: Tensors,
): readonly [one: Tensors, several: Tensors] {
  const { encoder, dialect, boxes } = segmenter;
  const side = (encoder.kind === 'own' ? encoder : vision).inputSize;
  const size = { imageWidth: side, imageHeight: side };
  const box = boxes ? ([side / 4, side / 4, side / 2, side / 2] as const) : null;
  const one: PlacedPrompts = { coords: [side / 3, side / 3], labels: [1], box };
  const two: PlacedPrompts = { coords: [side / 3, side / 3, side / 2, side / 3], labels: [1, 0], box };
  const feedsOf = (prompts: readonly PlacedPrompts[]) => {
    const all: Tensors = { ...embeddings, ...decoderRuns(dialect, prompts, size)[0]!.feeds };
    return Object.fromEntries(inputNames.map((name) => [name, all[name]!]));
  };
  return [feedsOf([one]), feedsOf([two, two])];
}
