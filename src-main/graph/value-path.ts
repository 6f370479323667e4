import { clone, create } from '@bufbuild/protobuf';
import { ClipSamError } from '../../src-shared/errors.ts';
import { graphOf, type Model, pruneTo, withGraph } from './model.ts';
import {
  AttributeProto_AttributeType,
  type NodeProto,
  NodeProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import { Producers, residualStream } from './residual-stream.ts';
import { storeTensor } from './stored-values.ts';

/** What of a tower the second path follows. */
export interface ValuePathOptions {
  /** The stream after the last block, as `findEmbeddingTail` finds it. */
  readonly end: string;
  /** Ends of the blocks after which the path is given out and begins anew, in their order. */
  readonly stages: readonly string[];
}

/** Operations that move or convert what goes through. */
const PASSING = new Set(['Cast', 'Identity', 'Dropout', 'Transpose', 'Reshape', 'Squeeze', 'Unsqueeze']);

/**
 * CLIP-AD's second path (arXiv 2311.00453; CLIP Surgery's "architecture surgery", arXiv 2304.05653) beside the tower's own,
 * which stays as it is: in each block attention of the values to themselves, through the block's own last layer, without the
 * second half of the block; summed from one stage to the next.
 *
 * Outputs per stage: `path_0`… [n, rows, C], the sum; `whole_0`… [n, C], the first row (class token) of the stage itself.
 * @throws ClipSamError `model-tensor-unknown` when attention is not found as the exports have it (softmax of a scaled
 *   product, a product with the values), or a stage is no block's end
 */
export function buildValuePath(model: Model, { end, stages }: ValuePathOptions): Model {
  const producers = new Producers(model);
  const writer = new PathWriter(model, producers);
  const outputs: string[] = [];
  let path: string | undefined;
  for (const { sum, before, branch } of residualStream(model, end).sums) {
    const nodes = producers.between(before, branch);
    const softmax = nodes.find(({ opType }) => opType === 'Softmax');
    if (softmax) {
      const said = writer.valuesToValues(nodes, softmax, branch);
      path = path === undefined ? said : writer.node('Add', [path, said]);
    }
    const stage = stages.indexOf(sum);
    if (stage < 0) continue;
    if (path === undefined) throw refuse(model, `no attention was found before "${sum}"`);
    outputs.push(writer.node('Identity', [path], `path_${stage}`));
    outputs.push(writer.node('Gather', [sum, writer.first], `whole_${stage}`, [['axis', 1]]));
    path = undefined;
  }
  const missing = stages.find((_, stage) => !outputs.includes(`path_${stage}`));
  if (missing !== undefined) throw refuse(model, `"${missing}" is not the end of one of its blocks`);
  return pruneTo(writer.model(outputs), outputs);
}

function refuse({ name }: Model, why: string): ClipSamError {
  return new ClipSamError(
    'model-tensor-unknown',
    `"${name}" can't get a second path of values: ${why}. Export the vision tower with its attention spelt out (eager), with blocks' ends as stages, or use another method.`,
  );
}

type Attribute = readonly [name: string, value: number | readonly number[]];

/** Adds nodes to a model. */
class PathWriter {
  readonly first = 'clipsam/first_row';
  readonly #model: Model;
  readonly #producers: Producers;
  readonly #added: NodeProto[] = [];
  #serial = 0;

  constructor(model: Model, producers: Producers) {
    this.#model = model;
    this.#producers = producers;
  }

  /** A node with one output; returns its name. */
  node(
    opType: string,
    input: string[],
    name = this.#fresh(opType),
    attributes: readonly Attribute[] = [],
  ): string {
    const { INT, INTS } = AttributeProto_AttributeType;
    const attribute = attributes.map(([key, value]) =>
      typeof value === 'number'
        ? { name: key, type: INT, i: BigInt(value) }
        : { name: key, type: INTS, ints: value.map(BigInt) },
    );
    this.#added.push(create(NodeProtoSchema, { opType, name, input, output: [name], attribute }));
    return name;
  }

  /** The branch of a block with the attention of values to values in place of its own. */
  valuesToValues(nodes: readonly NodeProto[], softmax: NodeProto, branch: string): string {
    const { values, output } = this.#attended(nodes, softmax);
    const { scalings, rank } = this.#scaling(softmax);
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const turned = this.node('Transpose', [values], undefined, [
      ['perm', axes.with(-2, rank - 1).with(-1, rank - 2)],
    ]);
    let logits = this.node('MatMul', [values, turned]);
    for (const { opType, by } of scalings) logits = this.node(opType, [logits, by]);
    const asks = this.node('Softmax', [logits], undefined, [['axis', rank - 1]]);
    const renamed = new Map([[output, this.node('MatMul', [asks, values])]]);
    for (const node of this.#producers.between(output, branch)) {
      const copy = clone(NodeProtoSchema, node);
      copy.name = this.#fresh(node.opType);
      copy.input = node.input.map((name) => renamed.get(name) ?? name);
      copy.output = node.output.map((name) => {
        const own = this.#fresh(node.opType);
        renamed.set(name, own);
        return own;
      });
      this.#added.push(copy);
    }
    return renamed.get(branch)!;
  }

  /** The product with the values that the attention ends in. */
  #attended(nodes: readonly NodeProto[], softmax: NodeProto) {
    let name = softmax.output[0]!;
    for (;;) {
      const reader = nodes.find(({ input }) => input.includes(name));
      if (reader?.opType === 'MatMul' && reader.input[0] === name) {
        return { values: reader.input[1]!, output: reader.output[0]! };
      }
      if (!reader || !PASSING.has(reader.opType)) {
        throw refuse(
          this.#model,
          `"${softmax.name}" is followed by ${reader?.opType ?? 'nothing'}, not by a product with the values`,
        );
      }
      name = reader.output[0]!;
    }
  }

  /** How a block scales its products before the softmax, and how many axes they have. */
  #scaling(softmax: NodeProto) {
    const asked = this.#stripped(softmax.input[0]!);
    const product = this.#producers.of(asked.name);
    if (product?.opType !== 'MatMul') {
      throw refuse(
        this.#model,
        `"${softmax.name}" is taken of ${product?.opType ?? 'nothing'}, not of a scaled product`,
      );
    }
    const [query, key] = product.input.map((name) => this.#stripped(name));
    const scalings = [asked, query!, key!].flatMap((part) => part.scalings);
    const rank = key!.rank ?? query!.rank;
    if (scalings.length > 0 && rank !== undefined) return { scalings, rank };
    throw refuse(this.#model, `the product of "${softmax.name}" is scaled in a way that is not known`);
  }

  /** What lies before moves, conversions and products with a stored number. */
  #stripped(from: string) {
    const scalings: { readonly opType: string; readonly by: string }[] = [];
    let rank: number | undefined;
    let name = from;
    for (;;) {
      const node = this.#producers.of(name);
      const by = node && this.#isStoredNumber(node.input[1]) ? node.input[1]! : undefined;
      if (node && by !== undefined && (node.opType === 'Mul' || node.opType === 'Div')) {
        scalings.unshift({ opType: node.opType, by });
      } else if (!node || !PASSING.has(node.opType)) {
        return { name, scalings, rank };
      }
      rank ??= node.attribute.find((attribute) => attribute.name === 'perm')?.ints.length;
      name = node.input[0]!;
    }
  }

  #isStoredNumber(name: string | undefined): boolean {
    const constant = this.#producers.of(name);
    const stored =
      constant?.opType === 'Constant'
        ? constant.attribute.find((attribute) => attribute.name === 'value')?.t
        : graphOf(this.#model).initializer.find((tensor) => tensor.name === name);
    return stored?.dims.every((size) => size === 1n) ?? false;
  }

  model(outputs: readonly string[]): Model {
    const graph = graphOf(this.#model);
    const index = storeTensor(this.first, { type: 'int64', dims: [], data: BigInt64Array.of(0n) });
    return withGraph(this.#model, {
      node: [...graph.node, ...this.#added],
      initializer: [...graph.initializer, index],
      output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
    });
  }

  #fresh(stem: string): string {
    return `clipsam/${stem}_${this.#serial++}`;
  }
}
