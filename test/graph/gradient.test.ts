import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { gradients } from '../../src-main/graph/gradient.ts';
import type { Dim } from '../../src-main/graph/shape.ts';
import { expectGradients, type FeedSet, ids, numbers, runGraph } from './graph-check.ts';

type Case = readonly [
  what: string,
  op: (b: GraphBuilder, v: Record<string, Value>) => Value,
  feedSets: readonly FeedSet[],
  shapes?: Readonly<Record<string, readonly Dim[]>>,
];

/** Numbers whose absolute value is at least 0.2: away from the kinks of relu, abs and the like. */
function awayFromZero(dims: readonly number[], seed: number) {
  const { data } = numbers(dims, seed);
  return { dims, data: data.map((value) => value + Math.sign(value) * 0.2) };
}

const x = numbers([2, 3], 1);
const positive = numbers([2, 3], 2, 0.4, 1);

const elementwise: Case[] = [
  ['neg', (b, v) => b.neg(v.x!), [{ x }]],
  ['exp', (b, v) => b.exp(v.x!), [{ x }]],
  ['log', (b, v) => b.log(v.x!), [{ x: positive }]],
  ['sqrt', (b, v) => b.sqrt(v.x!), [{ x: positive }]],
  ['relu', (b, v) => b.relu(v.x!), [{ x: awayFromZero([2, 3], 4) }]],
  ['tanh', (b, v) => b.tanh(v.x!), [{ x }]],
  ['sigmoid', (b, v) => b.sigmoid(v.x!), [{ x: numbers([2, 3], 5, 3) }]],
  ['softplus', (b, v) => b.softplus(v.x!), [{ x: numbers([2, 3], 6, 3) }]],
  ['gelu', (b, v) => b.gelu(v.x!), [{ x: numbers([3, 5], 7, 3) }]],
  ['pow 2', (b, v) => b.pow(v.x!, 2), [{ x }]],
  ['pow 2.5', (b, v) => b.pow(v.x!, 2.5), [{ x: positive }]],
  ['sum', (b, v) => b.sum([v.x!, v.y!, v.x!]), [{ x, y: positive }]],
];

const matrix = numbers([2, 3, 4], 10);
const broadcasts: readonly (readonly [string, readonly number[], readonly number[]])[] = [
  ['equal shapes', [2, 3], [2, 3]],
  ['a scalar', [2, 3], []],
  ['a row', [2, 3], [3]],
  ['a column', [2, 3], [2, 1]],
  ['both sides', [2, 1], [1, 3]],
  ['leading axes and a channel', [2, 3, 2, 2], [3, 1, 1]],
];
const binary: Case[] = broadcasts.flatMap(([what, left, right]): Case[] => {
  const a = numbers(left, 11);
  const b2 = numbers(right, 12, 0.2, 1.5);
  return [
    [`add, ${what}`, (b, v) => b.add(v.a!, v.b!), [{ a, b: b2 }]],
    [`sub, ${what}`, (b, v) => b.sub(v.a!, v.b!), [{ a, b: b2 }]],
    [`mul, ${what}`, (b, v) => b.mul(v.a!, v.b!), [{ a, b: b2 }]],
    [`div, ${what}`, (b, v) => b.div(v.a!, v.b!), [{ a, b: b2 }]],
  ];
});

const shapes: Case[] = [
  ['transpose', (b, v) => b.transpose(v.x!, [2, 0, 1]), [{ x: matrix }]],
  ['reshape', (b, v) => b.reshape(v.x!, [0, -1]), [{ x: matrix }]],
  ['unsqueeze', (b, v) => b.unsqueeze(v.x!, [0, 2]), [{ x: matrix }]],
  ['squeeze', (b, v) => b.squeeze(v.x!, [0, -1]), [{ x: numbers([1, 3, 1], 13) }]],
  ['expand', (b, v) => b.expand(v.x!, [4, 2, 3]), [{ x: numbers([2, 1], 14) }]],
  ['flip', (b, v) => b.flip(v.x!, [0, 2]), [{ x: matrix }]],
  ['concat', (b, v) => b.concat([v.x!, v.y!, v.x!], 1), [{ x: matrix, y: numbers([2, 1, 4], 15) }]],
  ['slice', (b, v) => b.slice(v.x!, 2, 1, 3), [{ x: matrix }]],
  ['slice from the end', (b, v) => b.slice(v.x!, -1, -2), [{ x: matrix }]],
  ['pad2d', (b, v) => b.pad2d(v.x!, 1, 2, 0, 1), [{ x: matrix }]],
  ['reduceSum of an axis', (b, v) => b.reduceSum(v.x!, [1]), [{ x: matrix }]],
  ['reduceSum of all', (b, v) => b.reduceSum(v.x!), [{ x: matrix }]],
  ['reduceMean of axes', (b, v) => b.reduceMean(v.x!, [0, -1], true), [{ x: matrix }]],
  ['reduceMean of all', (b, v) => b.reduceMean(v.x!), [{ x: matrix }]],
  ['softmax of the last axis', (b, v) => b.softmax(v.x!, -1), [{ x: matrix }]],
  ['softmax of the first axis', (b, v) => b.softmax(v.x!, 0), [{ x: matrix }]],
  ['logSoftmax', (b, v) => b.logSoftmax(v.x!, 1), [{ x: matrix }]],
  [
    'layerNorm',
    (b, v) => b.layerNorm(v.x!, v.gamma!, v.beta!),
    [{ x: numbers([2, 3, 6], 16), gamma: numbers([6], 17, 0.5, 1), beta: numbers([6], 18) }],
  ],
  [
    'gather',
    (b, v) => b.gather(v.x!, v.ids!),
    [{ x: numbers([4, 3], 19), ids: ids([2, 3], [1, 3, 1, 0, 1, 3]) }],
  ],
];

const products: Case[] = [
  ['two matrices', (b, v) => b.matmul(v.a!, v.b!), [{ a: numbers([2, 3], 20), b: numbers([3, 4], 21) }]],
  [
    'a batch with one matrix',
    (b, v) => b.matmul(v.a!, v.b!),
    [{ a: numbers([2, 2, 3], 22), b: numbers([3, 2], 23) }],
  ],
  [
    'one matrix with a batch',
    (b, v) => b.matmul(v.a!, v.b!),
    [{ a: numbers([2, 3], 24), b: numbers([2, 3, 2], 25) }],
  ],
  ['two batches', (b, v) => b.matmul(v.a!, v.b!), [{ a: numbers([2, 2, 3], 26), b: numbers([2, 3, 2], 27) }]],
  [
    'broadcast batches',
    (b, v) => b.matmul(v.a!, v.b!),
    [{ a: numbers([2, 1, 2, 3], 28), b: numbers([1, 3, 3, 2], 29) }],
  ],
];

const convolve: Case[1] = (b, v) => b.conv(v.x!, v.w!, v.b);
const depthwise: Case[1] = (b, v) => b.conv(v.x!, v.w!, v.b, { group: v.w!.shape[0] as number });
const convolutions: Case[] = [
  ['3x3', convolve, [{ x: numbers([1, 2, 4, 5], 30), w: numbers([3, 2, 3, 3], 31), b: numbers([3], 32) }]],
  ['3x3 on two images', convolve, [{ x: numbers([2, 2, 3, 4], 33), w: numbers([2, 2, 3, 3], 34) }]],
  ['1x1', convolve, [{ x: numbers([2, 3, 3, 2], 35), w: numbers([2, 3, 1, 1], 36), b: numbers([2], 37) }]],
  ['5x3', convolve, [{ x: numbers([1, 2, 4, 4], 38), w: numbers([1, 2, 5, 3], 39) }]],
  ['along a line', convolve, [{ x: numbers([2, 2, 6], 40), w: numbers([3, 2, 3], 41), b: numbers([3], 42) }]],
  [
    'depthwise 3x3',
    depthwise,
    [{ x: numbers([1, 3, 4, 5], 43), w: numbers([3, 1, 3, 3], 44), b: numbers([3], 45) }],
  ],
  [
    'depthwise 3x3 on two images',
    depthwise,
    [{ x: numbers([2, 3, 3, 4], 46), w: numbers([3, 1, 3, 3], 47) }],
  ],
  ['depthwise 5x5', depthwise, [{ x: numbers([1, 2, 6, 5], 48), w: numbers([2, 1, 5, 5], 49) }]],
  ['depthwise along a line', depthwise, [{ x: numbers([1, 2, 6], 50), w: numbers([2, 1, 3], 51) }]],
];

const map = { x: [1, 2, 'h', 'w'] };
const sizes = (seed: number) => [{ x: numbers([1, 2, 3, 4], seed) }, { x: numbers([1, 2, 5, 2], seed + 1) }];
const withKernel = (w: readonly number[], seed: number) =>
  sizes(seed).map((feeds) => ({ ...feeds, w: numbers(w, seed + 2) }));
const symbolic: Case[] = [
  ['mul with a channel', (b, v) => b.mul(v.x!, b.constant([2, 3], [2, 1, 1])), sizes(60), map],
  [
    'map to tokens and back',
    (b, v) => {
      const tokens = b.transpose(b.reshape(v.x!, [1, 2, -1]), [0, 2, 1]);
      const back = b.reshape(b.transpose(b.tanh(tokens), [0, 2, 1]), [1, 2, 'h', 'w']);
      return b.mul(back, v.x!);
    },
    sizes(62),
    map,
  ],
  ['reduceMean', (b, v) => b.reduceMean(v.x!, [2, 3]), sizes(64), map],
  ['reduceMean of a row, spread again', (b, v) => b.add(b.reduceMean(v.x!, [3], true), v.x!), sizes(66), map],
  ['expand', (b, v) => b.mul(b.expand(b.reduceSum(v.x!, [2], true), [3, 2, 'h', 'w']), v.x!), sizes(68), map],
  ['softmax', (b, v) => b.softmax(v.x!, 3), sizes(70), map],
  ['slice', (b, v) => b.slice(v.x!, 2, 1, -1), sizes(72), map],
  ['pad2d', (b, v) => b.mul(b.pad2d(v.x!, 1, 0, 2, 1), b.constant(2)), sizes(74), map],
  [
    'concat beside a known size',
    (b, v) => b.concat([v.y!, v.x!, v.y!, v.y!], 2),
    sizes(76).map((feeds) => ({ ...feeds, y: numbers([1, 2, 1, feeds.x.dims[3]!], 78) })),
    { ...map, y: [1, 2, 1, 'w'] },
  ],
  ['self product', (b, v) => b.matmul(v.x!, b.transpose(v.x!, [0, 1, 3, 2])), sizes(80), map],
  ['conv 3x3', convolve, withKernel([2, 2, 3, 3], 82), map],
  ['depthwise conv 3x3', depthwise, withKernel([2, 1, 3, 3], 84), map],
  ['conv 1x1', convolve, withKernel([3, 2, 1, 1], 86), map],
];

const groups: readonly (readonly [string, readonly Case[]])[] = [
  ['element by element', elementwise],
  ['broadcasting', binary],
  ['shape and reduction', shapes],
  ['matmul', products],
  ['conv', convolutions],
  ['symbolic sizes, two in one session', symbolic],
];

for (const [group, cases] of groups) {
  describe(`gradients agree with finite differences: ${group}`, () => {
    for (const [what, op, feedSets, shapes] of cases) {
      it(what, () => expectGradients(op, feedSets, shapes ? { shapes } : {}));
    }
  });
}

async function evaluate(b: GraphBuilder, values: readonly Value[], feeds: FeedSet = {}): Promise<number[][]> {
  for (const [at, value] of values.entries()) b.output(`value ${at}`, value);
  const [results] = await runGraph(b, [feeds]);
  return values.map((_, at) => Array.from(results![`value ${at}`]!.data as Float32Array));
}

describe('gradients', () => {
  it('are zeros of the right shape where the loss does not depend on the value', async () => {
    const b = new GraphBuilder();
    const used = b.input('used', 'float32', [1, 'n']);
    const unused = b.input('unused', 'float32', ['n', 2]);
    const grads = gradients(b, b.reduceSum(b.mul(used, used)), [used, unused]);
    const feeds = { used: numbers([1, 3], 1), unused: numbers([3, 2], 2) };
    const [ofUsed, ofUnused] = await evaluate(b, grads, feeds);
    expect(ofUsed!.map((value, at) => Math.abs(value - 2 * feeds.used.data[at]!) < 1e-6)).toEqual([
      true,
      true,
      true,
    ]);
    expect(ofUnused).toEqual([0, 0, 0, 0, 0, 0]);
    expect(grads[1]!.shape).toEqual(['n', 2]);
  });

  it('reach initialisers, inner values and the loss itself', async () => {
    const b = new GraphBuilder();
    const weight = b.initializer('weight', Float32Array.of(2, -3), [2]);
    const inner = b.mul(weight, b.constant([5, 7]));
    const loss = b.reduceSum(b.pow(inner, 2));
    const [ofWeight, ofInner, ofLoss] = await evaluate(b, gradients(b, loss, [weight, inner, loss]));
    expect(ofInner).toEqual([20, -42]);
    expect(ofWeight).toEqual([100, -294]);
    expect(ofLoss).toEqual([1]);
  });

  it('pass through weights stored as float16', async () => {
    const b = new GraphBuilder();
    const weight = b.initializer('weight', Float32Array.of(0.5, 2), [2], { half: true });
    const grads = gradients(b, b.reduceSum(b.mul(weight, weight)), [weight]);
    expect(await evaluate(b, grads)).toEqual([[1, 4]]);
  });

  it.each<[string, (b: GraphBuilder, x: Value) => Value]>([
    ['softmax', (b, x) => b.softmax(x, 0)],
    ['logSoftmax', (b, x) => b.logSoftmax(x, 0)],
    ['softplus', (b, x) => b.softplus(x)],
    ['sigmoid', (b, x) => b.sigmoid(x)],
    ['gelu', (b, x) => b.gelu(x)],
    ['tanh', (b, x) => b.tanh(x)],
  ])('of %s stay finite far from zero', async (_, op) => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [4]);
    const y = op(b, x);
    const grads = gradients(b, b.reduceSum(b.mul(y, b.constant([1, -2, 3, 4]))), [x]);
    const [gradient] = await evaluate(b, grads, { x: { dims: [4], data: [-900, 900, 0, 80] } });
    expect(gradient!.every(Number.isFinite)).toBe(true);
    expect(Math.max(...gradient!.map(Math.abs))).toBeLessThan(10);
  });

  it('can be differentiated again', async () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    const [first] = gradients(b, b.reduceSum(b.pow(x, 3)), [x]);
    const [second] = gradients(b, b.reduceSum(first!), [x]);
    const [values] = await evaluate(b, [second!], { x: { dims: [2], data: [2, -1] } });
    expect(values![0]).toBeCloseTo(12, 4);
    expect(values![1]).toBeCloseTo(-6, 4);
  });

  it('emit only what the wanted values need', () => {
    const convolutionsFor = (want: 'x' | 'w'): number => {
      const b = new GraphBuilder();
      const v = { x: b.input('x', 'float32', [1, 2, 8, 8]), w: b.input('w', 'float32', [2, 2, 3, 3]) };
      const before = b.conv(v.x, v.w);
      gradients(b, b.reduceSum(before), [v[want]]);
      b.output('y', before);
      return b.build().proto.graph!.node!.filter(({ opType }) => opType === 'Conv').length;
    };
    expect(convolutionsFor('w')).toBe(1);
    expect(convolutionsFor('x')).toBe(2);
  });

  it('are refused for a loss of more than one number', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [2]);
    expect(() => gradients(b, x, [x])).toThrow(/one float32 number, not float32 \[2\]/);
  });
});
