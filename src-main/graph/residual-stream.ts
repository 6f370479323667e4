import { ClipSamError } from '../../src-shared/errors.ts';
import { graphOf, type Model } from './model.ts';
import type { NodeProto } from './onnx_pb.js';

/** A sum that adds what a branch of a transformer block says to the stream of tokens. */
export interface ResidualSum {
  /** What the sum is called, and the stream before it. */
  readonly sum: string;
  readonly before: string;
  /** Output of the branch. */
  readonly branch: string;
}

/** Nodes of a graph by what they make. */
export class Producers {
  readonly #byOutput = new Map<string, { readonly node: NodeProto; readonly place: number }>();

  constructor(model: Model) {
    graphOf(model).node.forEach((node, place) => {
      for (const name of node.output) if (name) this.#byOutput.set(name, { node, place });
    });
  }

  of(name: string | undefined): NodeProto | undefined {
    return name === undefined ? undefined : this.#byOutput.get(name)?.node;
  }

  /** The nodes between two tensors, in the order of the graph; none where the first doesn't lead to the second. */
  between(from: string, to: string): readonly NodeProto[] {
    const start = this.#byOutput.get(from)?.place ?? -1;
    const leads = new Map<string, boolean>([[from, true]]);
    const found = new Map<number, NodeProto>();
    const visit = (name: string): boolean => {
      const known = leads.get(name);
      if (known !== undefined) return known;
      const made = this.#byOutput.get(name);
      // Nodes come in the order in which they are computed: what comes before the start does not need it.
      if (!made || made.place <= start) {
        leads.set(name, false);
        return false;
      }
      const isOnTheWay = made.node.input.map(visit).includes(true);
      if (isOnTheWay) found.set(made.place, made.node);
      for (const output of made.node.output) leads.set(output, isOnTheWay);
      return isOnTheWay;
    };
    visit(to);
    return [...found.entries()].sort(([a], [b]) => a - b).map(([, node]) => node);
  }
}

/**
 * Follows the stream of tokens through a tower of pre-norm transformer blocks, by what its sums are and not by their names:
 * each adds something that was made of its other operand.
 * @param end the stream after the last block, as `findEmbeddingTail` finds it
 * @returns the stream before the first block (after positions and, where there is one, the norm before the blocks), and the
 *   sums in the order of computation
 * @throws ClipSamError `model-tensor-unknown` when there are none
 */
export function residualStream(
  model: Model,
  end: string,
): { readonly start: string; readonly sums: readonly ResidualSum[] } {
  const producers = new Producers(model);
  const sums: ResidualSum[] = [];
  let stream = end;
  for (;;) {
    const next = sumAt(producers, stream);
    if (!next) break;
    sums.unshift(next);
    stream = next.before;
  }
  if (sums.length > 0) return { start: stream, sums };
  const node = producers.of(end);
  throw new ClipSamError(
    'model-tensor-unknown',
    `"${model.name}": "${end}" was looked at for the sum that ends a transformer block (an Add of the tokens before it and of what the block makes of them); found: ${node ? `${node.opType} "${node.name}"` : 'nothing that computes it'}.`,
  );
}

function sumAt(producers: Producers, name: string): ResidualSum | undefined {
  const node = producers.of(name);
  if (node?.opType === 'Cast' || node?.opType === 'Identity') {
    const inner = sumAt(producers, node.input[0]!);
    return inner && { ...inner, sum: name };
  }
  if (node?.opType !== 'Add') return undefined;
  const [a = '', b = ''] = node.input;
  if (producers.between(a, b).length > 0) return { sum: name, before: a, branch: b };
  if (producers.between(b, a).length > 0) return { sum: name, before: b, branch: a };
  return undefined;
}
