import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { type Model, withGraph } from '../../src-main/graph/model.ts';
import { numbers } from '../graph/graph-check.ts';

/** What the vision tower that {@link makeClip} builds is like. */
export interface MadeClip {
  readonly patch: number;
  /** Side of the grid that the table of positions has. */
  readonly grid: number;
  readonly width: number;
  readonly heads: number;
  readonly blocks: number;
  /** C_t. */
  readonly joint: number;
}

/** Names in the towers that {@link makeClip} builds, as packs state them; `{}` stands for the block counted from 0. */
export const MADE_CLIP = {
  input: 'image',
  imageEmbedding: 'embedding',
  blockTensor: 'blocks.{}/end',
  positions: 'positions.table',
} as const;

/** What the graph toolkit has no need of but here. */
class ClipBuilder extends GraphBuilder {
  patches(image: Value, weight: Value): Value {
    const [width, , side] = weight.shape as readonly number[];
    return this.emit('Conv', [image, weight], image.type, [1, width!, 'rows', 'columns'], {
      strides: [side!, side!],
    });
  }

  /** The first row of every item: [n, rows, C] to [n, C]. */
  firstRow(x: Value): Value {
    const [items, , width] = x.shape;
    const rows = this.emit('Gather', [x, this.int64s([0])], x.type, [items!, 1, width!], { axis: 1 });
    return this.squeeze(rows, [1]);
  }

  /** `b` may be larger than the builder can know `a` to be. */
  sumOf(a: Value, b: Value): Value {
    return this.emit('Add', [a, b], a.type, a.shape);
  }
}

/**
 * A vision tower of CLIP's structure (class token, positions looked up, pre-norm blocks with quick GELU, last norm and
 * projection) with random weights, of any widths; the same shape gives the same weights. Its names are others than those
 * of the public exports, its norms are nodes of their own, and its last norm comes before the class token is chosen.
 */
export function makeClip(shape: MadeClip): Model {
  const { patch, grid, width, heads, blocks, joint } = shape;
  const b = new ClipBuilder();
  let seed = 1;
  const stored = (name: string, dims: readonly number[], scale: number, shift = 0) =>
    b.initializer(name, Float32Array.from(numbers(dims, seed++, scale, shift).data), dims);
  const linear = (x: Value, name: string, inputs: number, outputs: number) =>
    b.add(
      b.matmul(x, stored(`${name}.weight`, [inputs, outputs], 1.7 / Math.sqrt(inputs))),
      stored(`${name}.bias`, [outputs], 0.1),
    );
  const norm = (x: Value, name: string) =>
    b.layerNorm(x, stored(`${name}.gain`, [width], 0.2, 1), stored(`${name}.bias`, [width], 0.1), 1e-5);

  const image = b.input(MADE_CLIP.input, 'float32', [1, 3, 'height', 'width']);
  const patches = b.patches(image, stored('patches.weight', [width, 3, patch, patch], 1.7 / patch));
  const tokens = b.transpose(b.reshape(patches, [1, width, -1]), [0, 2, 1]);
  const rows = 1 + grid * grid;
  const ids = b.int64s(Array.from({ length: rows }, (_, at) => at));
  const table = b.gather(stored(MADE_CLIP.positions, [rows, width], 0.5), ids);
  let x = norm(b.sumOf(b.concat([stored('class', [1, 1, width], 1), tokens], 1), table), 'first');

  const split = (y: Value, perm: readonly number[]) =>
    b.transpose(b.reshape(y, [1, 0, heads, width / heads]), perm);
  for (let block = 0; block < blocks; block++) {
    const at = `blocks.${block}`;
    const y = norm(x, `${at}.norm1`);
    const query = split(linear(y, `${at}.query`, width, width), [0, 2, 1, 3]);
    const key = split(linear(y, `${at}.key`, width, width), [0, 2, 3, 1]);
    const value = split(linear(y, `${at}.value`, width, width), [0, 2, 1, 3]);
    const asks = b.softmax(b.div(b.matmul(query, key), b.constant(Math.sqrt(width / heads))), 3);
    const answers = b.reshape(b.transpose(b.matmul(asks, value), [0, 2, 1, 3]), [1, 0, width]);
    const attended = b.add(x, linear(answers, `${at}.out`, width, width));
    const wide = linear(norm(attended, `${at}.norm2`), `${at}.wide`, width, 3 * width);
    const gelu = b.mul(wide, b.sigmoid(b.mul(wide, b.constant(1.702))));
    x = b.add(attended, linear(gelu, `${at}.narrow`, 3 * width, width));
    b.output(MADE_CLIP.blockTensor.replace('{}', String(block)), x);
  }
  const last = b.firstRow(norm(x, 'last'));
  b.output(MADE_CLIP.imageEmbedding, b.matmul(last, stored('projection', [width, joint], 1)));
  const model = b.build('made-clip');
  // As in an export, the ends of blocks are inner tensors.
  const { output } = model.proto.graph!;
  return withGraph(model, { output: output.filter(({ name }) => name === MADE_CLIP.imageEmbedding) });
}
