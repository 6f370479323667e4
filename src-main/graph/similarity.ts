import { ClipSamError } from '../../src-shared/errors.ts';
import { GraphBuilder } from './builder.ts';
import { graphOf, type Model } from './model.ts';
import type { NodeProto } from './onnx_pb.js';
import { type ReadExternal, type StoredValues, storedFloats, storedValues } from './stored-values.ts';
import { declareSimilarityInputs, similarityMap } from './token-similarity.ts';

/** The end of a CLIP vision tower: from the last block's tokens to the embedding of the image. */
export interface EmbeddingTail {
  /** Name of the tensor [n, rows, C] whose first row becomes the embedding. */
  readonly stream: string;
  readonly width: number;
  readonly textWidth: number;
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
  readonly epsilon: number;
  /** [width, textWidth]. */
  readonly projection: Float32Array;
}

/** Operations that only choose or convert what goes through. */
const PASSING = new Set(['Cast', 'Identity', 'Squeeze', 'Flatten', 'Reshape']);

/**
 * Finds the last norm and the projection that end in the image's embedding, by what they are and not by their names:
 * exporters give the projection a number.
 * @param imageEmbedding output [n, C_t]
 * @param read reads files beside the model
 * @throws ClipSamError `model-tensor-unknown`, telling what was looked for and what was found
 */
export function findEmbeddingTail(model: Model, imageEmbedding: string, read?: ReadExternal): EmbeddingTail {
  const walk = new TailWalk(model, imageEmbedding, read);
  const { rest: projected, matrix } = walk.projection(imageEmbedding);
  const { rest, ...norm } = walk.norm(walk.pass(projected).name);
  const { name: stream, chosen } = walk.pass(rest);
  if (!chosen && !walk.pass(projected).chosen) {
    throw walk.refuse('the class token chosen from the last block (Gather)', stream);
  }
  const [width = 0, textWidth = 0] = matrix.dims;
  if (norm.gamma.length !== width || norm.beta.length !== width) {
    throw walk.refuse(`a layer norm of ${width} channels, as the projection takes them`, rest);
  }
  return { stream, width, textWidth, ...norm, projection: storedFloats(model, matrix) };
}

/**
 * Without a trained head: the tower's own last norm and projection applied to every patch token, as to the class token,
 * and `scale` × cosine with both language tokens.
 *
 * Feeds: `stage_0` [h, w, C], the patch tokens of {@link EmbeddingTail} `stream`; `text` [2, C_t]; `map_rows`,
 * `map_columns` of `mapMatrices(…, 'centres')`. Output: `coarse` [map_h, map_w], 0..1.
 * @param options.stage which of the pack's stages the stream is, for the input's name (default 0)
 * @throws ClipSamError as {@link findEmbeddingTail}
 */
export function buildSimilarityGraph(
  visionModel: Model,
  options: { readonly imageEmbedding: string; readonly scale: number; readonly stage?: number },
  read?: ReadExternal,
): Model {
  const { imageEmbedding, scale, stage = 0 } = options;
  const { width, textWidth, gamma, beta, epsilon, projection } = findEmbeddingTail(
    visionModel,
    imageEmbedding,
    read,
  );
  const b = new GraphBuilder();
  const tokens = b.input(`stage_${stage}`, 'float32', ['h', 'w', width]);
  const inputs = declareSimilarityInputs(b, textWidth);
  const normed = b.layerNorm(
    tokens,
    b.initializer('norm.gain', gamma, [width]),
    b.initializer('norm.bias', beta, [width]),
    epsilon,
  );
  const joint = b.matmul(normed, b.initializer('projection', projection, [width, textWidth]));
  b.output('coarse', similarityMap(b, joint, inputs, scale));
  return b.build('similarity');
}

/** Reads a graph from its end. */
class TailWalk {
  readonly #model: Model;
  readonly #end: string;
  readonly #read: ReadExternal | undefined;
  readonly #producers = new Map<string, NodeProto>();
  readonly #stored = new Map<string, StoredValues>();

  constructor(model: Model, end: string, read: ReadExternal | undefined) {
    this.#model = model;
    this.#end = end;
    this.#read = read;
    for (const node of graphOf(model).node) for (const name of node.output) this.#producers.set(name, node);
  }

  /** What goes into the casts, reshapes and choices of a row that end in a tensor. */
  pass(from: string): { readonly name: string; readonly chosen: boolean } {
    let name = from;
    let chosen = false;
    for (;;) {
      const node = this.#producers.get(name);
      const isChoice = node?.opType === 'Gather' && this.#isFirstRow(node);
      if (!node || !(isChoice || PASSING.has(node.opType))) return { name, chosen };
      chosen ||= isChoice;
      name = node.input[0]!;
    }
  }

  /** The product with a stored matrix that ends in a tensor. */
  projection(from: string): { readonly rest: string; readonly matrix: StoredValues } {
    const { name } = this.pass(from);
    const node = this.#producers.get(name);
    const matrix = node && this.#constant(node.input[1]);
    const isPlain = node?.opType === 'MatMul' || (node?.opType === 'Gemm' && isPlainGemm(node));
    if (!node || !isPlain || matrix?.dims.length !== 2)
      throw this.refuse('a product with a stored matrix', name);
    const isTransposed = node.attribute.some(
      (attribute) => attribute.name === 'transB' && attribute.i === 1n,
    );
    return { rest: node.input[0]!, matrix: isTransposed ? this.#transposed(matrix) : matrix };
  }

  /** The layer norm that ends in a tensor, as one node or spelt out. */
  norm(name: string) {
    const node = this.#producers.get(name);
    if (node?.opType === 'LayerNormalization') {
      const epsilon = node.attribute.find((attribute) => attribute.name === 'epsilon')?.f ?? 1e-5;
      const [rest = '', gamma, beta] = node.input;
      return { rest, epsilon, gamma: this.#floats(gamma, name), beta: this.#floats(beta, name) };
    }
    const shifted = this.#withConstant(name, 'Add');
    const scaled = this.#withConstant(shifted.rest, 'Mul');
    const [centred = '', deviation = ''] = this.#inputs(scaled.rest, 'Div');
    const [variance = ''] = this.#inputs(deviation, 'Sqrt');
    const { values: epsilon } = this.#withConstant(variance, 'Add');
    const [rest = ''] = this.#inputs(this.pass(centred).name, 'Sub');
    return { rest, epsilon: epsilon[0]!, gamma: scaled.values, beta: shifted.values };
  }

  refuse(looked: string, at: string): ClipSamError {
    const node = this.#producers.get(at);
    const found = node ? `${node.opType} "${node.name}"` : 'nothing that computes it';
    return new ClipSamError(
      'model-tensor-unknown',
      `"${this.#model.name}": on the way back from "${this.#end}", ${looked} was looked for at "${at}"; found: ${found}. ` +
        'Without a head, a pack needs CLIP’s export with the projection, in single or half precision.',
    );
  }

  #inputs(name: string, opType: string): readonly string[] {
    const node = this.#producers.get(name);
    if (node?.opType !== opType) throw this.refuse(`a layer norm (${opType})`, name);
    return node.input;
  }

  /** A node of two operands, one of them stored. */
  #withConstant(name: string, opType: string): { readonly rest: string; readonly values: Float32Array } {
    const [a = '', b = ''] = this.#inputs(name, opType);
    const second = this.#constant(b);
    const stored = second ?? this.#constant(a);
    if (!stored) throw this.refuse(`a layer norm (${opType} of something stored)`, name);
    return { rest: second ? a : b, values: storedFloats(this.#model, stored) };
  }

  #floats(name: string | undefined, at: string): Float32Array {
    const stored = this.#constant(name);
    if (!stored) throw this.refuse('a layer norm with stored weights', at);
    return storedFloats(this.#model, stored);
  }

  #isFirstRow({ input, attribute }: NodeProto): boolean {
    const index = this.#constant(input[1]);
    const axis = attribute.find(({ name }) => name === 'axis')?.i ?? 0n;
    return axis === 1n && index?.data.length === 1 && Number(index.data[0]) === 0;
  }

  /** An initialiser or a constant; undefined for what is computed. */
  #constant(name: string | undefined): StoredValues | undefined {
    if (!name) return undefined;
    const known = this.#stored.get(name);
    if (known) return known;
    const producer = this.#producers.get(name);
    const isWidened = producer && (producer.opType === 'Cast' || producer.opType === 'Identity');
    if (isWidened) return this.#constant(producer.input[0]);
    if (producer?.opType === 'Transpose') {
      const inner = this.#constant(producer.input[0]);
      return inner?.dims.length === 2 ? this.#transposed(inner) : undefined;
    }
    const tensor =
      graphOf(this.#model).initializer.find((candidate) => candidate.name === name) ??
      (producer?.opType === 'Constant'
        ? producer.attribute.find((attribute) => attribute.name === 'value')?.t
        : undefined);
    const values = tensor && storedValues(this.#model, tensor, this.#read);
    if (values) this.#stored.set(name, values);
    return values;
  }

  #transposed(matrix: StoredValues): StoredValues {
    const [rows = 0, columns = 0] = matrix.dims;
    const from = storedFloats(this.#model, matrix);
    const data = new Float32Array(from.length);
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        data[column * rows + row] = from[row * columns + column]!;
    return { type: 'float32', dims: [columns, rows], data };
  }
}

/** A Gemm that is a product alone: no bias, no factor. */
function isPlainGemm({ input, attribute }: NodeProto): boolean {
  const factors = attribute.filter(({ name }) => name === 'alpha' || name === 'transA');
  return !input[2] && factors.every(({ name, f, i }) => (name === 'alpha' ? f === 1 : i === 0n));
}
