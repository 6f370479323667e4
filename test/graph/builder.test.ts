import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { describeModel, encodeModel, readModel } from '../../src-main/graph/model.ts';
import { expectClose, forward, ids, type Numbers, numbers, runGraph } from './graph-check.ts';

/** The element of a tensor at a place; places outside count as zero. */
function at({ dims, data }: Numbers, ...place: readonly number[]): number {
  let offset = 0;
  for (const [axis, index] of place.entries()) {
    if (index < 0 || index >= dims[axis]!) return 0;
    offset = offset * dims[axis]! + index;
  }
  return data[offset]!;
}

/** A tensor made place by place. */
function tensor(dims: readonly number[], value: (...place: number[]) => number): Numbers {
  const data = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, offset) => {
    let rest = offset;
    const place = dims.toReversed().map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    });
    return value(...place.reverse());
  });
  return { dims, data };
}

/** The error function by its Taylor series, exact enough for |z| < 3. */
function erf(z: number): number {
  let term = z;
  let sum = z;
  for (let n = 1; n < 60; n++) {
    term *= (-z * z) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

describe('element by element', () => {
  const x = numbers([2, 3], 1, 2);
  const positive = numbers([2, 3], 2, 0.9, 1);
  it.each<[string, (b: GraphBuilder, x: Value) => Value, (x: number) => number, Numbers]>([
    ['neg', (b, v) => b.neg(v), (v) => -v, x],
    ['exp', (b, v) => b.exp(v), Math.exp, x],
    ['log', (b, v) => b.log(v), Math.log, positive],
    ['sqrt', (b, v) => b.sqrt(v), Math.sqrt, positive],
    ['sign', (b, v) => b.sign(v), Math.sign, x],
    ['tanh', (b, v) => b.tanh(v), Math.tanh, x],
    ['sigmoid', (b, v) => b.sigmoid(v), (v) => 1 / (1 + Math.exp(-v)), x],
    ['softplus', (b, v) => b.softplus(v), (v) => Math.log1p(Math.exp(v)), x],
    ['relu', (b, v) => b.relu(v), (v) => Math.max(v, 0), x],
    ['gelu', (b, v) => b.gelu(v), (v) => 0.5 * v * (1 + erf(v / Math.SQRT2)), x],
    ['pow', (b, v) => b.pow(v, 1.5), (v) => v ** 1.5, positive],
    ['cast to int64', (b, v) => b.cast(v, 'int64'), Math.trunc, x],
  ])('%s', async (_, op, scalar, feed) => {
    const [y] = await forward((b, v) => op(b, v.x!), [{ x: feed }]);
    expectClose(y!, { dims: feed.dims, data: feed.data.map(scalar) });
  });

  it.each<['add' | 'sub' | 'mul' | 'div', (a: number, b: number) => number]>([
    ['add', (a, b) => a + b],
    ['sub', (a, b) => a - b],
    ['mul', (a, b) => a * b],
    ['div', (a, b) => a / b],
  ])('%s broadcasts, symbols included', async (op, scalar) => {
    const shapes = { a: [1, 2, 'h', 'w'], b: [2, 1, 'w'] };
    const feeds = [
      { a: numbers([1, 2, 3, 4], 3), b: numbers([2, 1, 4], 4, 0.5, 1) },
      { a: numbers([1, 2, 5, 2], 5), b: numbers([2, 1, 2], 6, 0.5, 1) },
    ];
    const results = await forward((b, v) => b[op](v.a!, v.b!), feeds, shapes);
    for (const [set, { a, b }] of feeds.entries()) {
      const expected = tensor(a.dims, (n, c, y, x) => scalar(at(a, n!, c!, y!, x!), at(b, c!, 0, x!)));
      expectClose(results[set]!, expected);
    }
  });

  it('sum adds any number of values', async () => {
    const [y] = await forward((b, v) => b.sum([v.x!, v.x!, v.y!]), [{ x, y: positive }]);
    expectClose(y!, { dims: [2, 3], data: x.data.map((value, i) => 2 * value + positive.data[i]!) });
  });
});

describe('products', () => {
  it('matmul multiplies batches of matrices, symbolic sizes included', async () => {
    const shapes = { a: [2, 1, 'n', 3], b: [4, 3, 'm'] };
    const feeds = [
      { a: numbers([2, 1, 2, 3], 7), b: numbers([4, 3, 5], 8) },
      { a: numbers([2, 1, 6, 3], 9), b: numbers([4, 3, 1], 10) },
    ];
    const results = await forward((g, v) => g.matmul(v.a!, v.b!), feeds, shapes);
    for (const [set, { a, b }] of feeds.entries()) {
      const expected = tensor([2, 4, a.dims[2]!, b.dims[2]!], (i, j, row, column) => {
        let sum = 0;
        for (let k = 0; k < 3; k++) sum += at(a, i!, 0, row!, k) * at(b, j!, k, column!);
        return sum;
      });
      expectClose(results[set]!, expected);
    }
  });

  it.each<[string, number[], number[], number]>([
    ['3x3', [2, 3, 5, 4], [2, 3, 3, 3], 1],
    ['1x1', [1, 3, 2, 3], [4, 3, 1, 1], 1],
    ['1x5', [1, 2, 3, 6], [1, 2, 1, 5], 1],
    ['depthwise 3x3', [2, 3, 4, 5], [3, 1, 3, 3], 3],
  ])('conv %s keeps the size with zero padding', async (_, xDims, wDims, group) => {
    const feeds = { x: numbers(xDims, 11), w: numbers(wDims, 12), b: numbers([wDims[0]!], 13) };
    const shapes = { x: [xDims[0]!, xDims[1]!, 'h', 'w'] };
    const [y] = await forward((b, v) => b.conv(v.x!, v.w!, v.b!, { group }), [feeds], shapes);
    const [, perGroup, kh, kw] = wDims as [number, number, number, number];
    const expected = tensor([xDims[0]!, wDims[0]!, xDims[2]!, xDims[3]!], (n, m, row, column) => {
      let sum = feeds.b.data[m!]!;
      for (let c = 0; c < perGroup; c++) {
        for (let i = 0; i < kh; i++) {
          for (let j = 0; j < kw; j++) {
            const [py, px] = [row! + i - (kh - 1) / 2, column! + j - (kw - 1) / 2];
            sum += at(feeds.x, n!, group > 1 ? m! : c, py, px) * at(feeds.w, m!, c, i, j);
          }
        }
      }
      return sum;
    });
    expectClose(y!, expected);
  });

  it('conv runs along a line', async () => {
    const feeds = { x: numbers([1, 2, 6], 14), w: numbers([3, 2, 3], 15) };
    const [y] = await forward((b, v) => b.conv(v.x!, v.w!), [feeds]);
    const expected = tensor([1, 3, 6], (_, m, place) => {
      let sum = 0;
      for (let c = 0; c < 2; c++) {
        for (let i = 0; i < 3; i++) sum += at(feeds.x, 0, c, place! + i - 1) * at(feeds.w, m!, c, i);
      }
      return sum;
    });
    expectClose(y!, expected);
  });

  it('gather picks rows', async () => {
    const table = numbers([4, 2, 3], 16);
    const [y] = await forward((b, v) => b.gather(v.table!, v.ids!), [{ table, ids: ids([3], [2, 0, 2]) }]);
    expectClose(
      y!,
      tensor([3, 2, 3], (i, j, k) => at(table, [2, 0, 2][i!]!, j!, k!)),
    );
  });
});

describe('shape', () => {
  const x = numbers([2, 3, 4], 20);
  it.each<[string, (b: GraphBuilder, x: Value) => Value, Numbers]>([
    ['transpose', (b, v) => b.transpose(v, [2, 0, 1]), tensor([4, 2, 3], (i, j, k) => at(x, j!, k!, i!))],
    ['reshape', (b, v) => b.reshape(v, [0, -1, 2]), { dims: [2, 6, 2], data: x.data }],
    ['unsqueeze', (b, v) => b.unsqueeze(v, [-1, 0]), { dims: [1, 2, 3, 4, 1], data: x.data }],
    ['squeeze', (b, v) => b.squeeze(b.unsqueeze(v, [1]), [-3]), x],
    ['flip', (b, v) => b.flip(v, [0, 2]), tensor([2, 3, 4], (i, j, k) => at(x, 1 - i!, j!, 3 - k!))],
    ['slice', (b, v) => b.slice(v, 2, 1, 3), tensor([2, 3, 2], (i, j, k) => at(x, i!, j!, k! + 1))],
    ['slice from the end', (b, v) => b.slice(v, 1, -2, -1), tensor([2, 1, 4], (i, _, k) => at(x, i!, 1, k!))],
    ['pad2d', (b, v) => b.pad2d(v, 1, 2, 3, 0), tensor([2, 7, 6], (i, j, k) => at(x, i!, j! - 1, k! - 2))],
    [
      'concat',
      (b, v) => b.concat([v, b.neg(v)], -1),
      tensor([2, 3, 8], (i, j, k) => (k! < 4 ? 1 : -1) * at(x, i!, j!, k! % 4)),
    ],
    [
      'expand',
      (b, v) => b.expand(b.unsqueeze(v, [1]), [2, 2, 3, 4]),
      tensor([2, 2, 3, 4], (i, _, j, k) => at(x, i!, j!, k!)),
    ],
  ])('%s', async (_, op, expected) => {
    const [y] = await forward((b, v) => op(b, v.x!), [{ x }]);
    expectClose(y!, expected, 1e-7);
  });

  it('reshapes a map to tokens and back at sizes known only when it runs', async () => {
    const feeds = [{ x: numbers([1, 2, 3, 4], 21) }, { x: numbers([1, 2, 5, 2], 22) }];
    const shapes = { x: [1, 2, 'h', 'w'] };
    const tokens = await forward(
      (b, v) => b.transpose(b.reshape(v.x!, [0, 0, -1]), [0, 2, 1]),
      feeds,
      shapes,
    );
    expect(tokens.map(({ dims }) => dims)).toEqual([
      [1, 12, 2],
      [1, 10, 2],
    ]);
    const back = await forward(
      (b, v) => b.reshape(b.reshape(v.x!, [2, 'h*w']), [1, 2, 'h', 'w']),
      feeds,
      shapes,
    );
    for (const [set, { x: map }] of feeds.entries()) expectClose(back[set]!, map, 1e-7);
  });

  it('concatenates and crops along a symbolic axis', async () => {
    const feeds = [{ x: numbers([3, 2], 23) }, { x: numbers([6, 2], 24) }];
    const op = (b: GraphBuilder, x: Value) => b.slice(b.concat([b.constant([9, 9], [1, 2]), x], 0), 0, 0, -1);
    const results = await forward((b, v) => op(b, v.x!), feeds, { x: ['n', 2] });
    for (const [set, { x: rows }] of feeds.entries()) {
      expectClose(results[set]!, { dims: rows.dims, data: [9, 9, ...rows.data.slice(0, -2)] });
    }
  });
});

describe('along axes', () => {
  const x = numbers([2, 3, 4], 30, 3);
  const expSum = (i: number, k: number) => [0, 1, 2].reduce((sum, j) => sum + Math.exp(at(x, i, j, k)), 0);

  it('softmax and logSoftmax', async () => {
    const [soft] = await forward((b, v) => b.softmax(v.x!, 1), [{ x }]);
    expectClose(
      soft!,
      tensor(x.dims, (i, j, k) => Math.exp(at(x, i!, j!, k!)) / expSum(i!, k!)),
    );
    const [log] = await forward((b, v) => b.logSoftmax(v.x!, -2), [{ x }]);
    expectClose(
      log!,
      tensor(x.dims, (i, j, k) => at(x, i!, j!, k!) - Math.log(expSum(i!, k!))),
    );
  });

  it('layerNorm', async () => {
    const feeds = { x, gamma: numbers([4], 31), beta: numbers([4], 32) };
    const [y] = await forward((b, v) => b.layerNorm(v.x!, v.gamma!, v.beta!, 0.01), [feeds]);
    const expected = tensor(x.dims, (i, j, k) => {
      const row = [0, 1, 2, 3].map((c) => at(x, i!, j!, c));
      const mean = row.reduce((a, b) => a + b) / 4;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4;
      return ((row[k!]! - mean) / Math.sqrt(variance + 0.01)) * feeds.gamma.data[k!]! + feeds.beta.data[k!]!;
    });
    expectClose(y!, expected);
  });

  it('reduceSum and reduceMean', async () => {
    const sum = (k: number) => [0, 1, 2].reduce((total, j) => total + at(x, 0, j, k) + at(x, 1, j, k), 0);
    const [sums] = await forward((b, v) => b.reduceSum(v.x!, [0, 1], true), [{ x }], { x: ['n', 'm', 4] });
    expectClose(
      sums!,
      tensor([1, 1, 4], (_, __, k) => sum(k!)),
    );
    const [means] = await forward((b, v) => b.reduceMean(v.x!, [0, -2]), [{ x }]);
    expectClose(
      means!,
      tensor([4], (k) => sum(k!) / 6),
    );
    const [total] = await forward((b, v) => b.reduceSum(v.x!), [{ x }]);
    expectClose(total!, { dims: [], data: [x.data.reduce((a, b) => a + b)] });
  });
});

describe('a built model', () => {
  it('reads back with its inputs, outputs, weights and operator set', () => {
    const b = new GraphBuilder();
    const x = b.input('x', 'float32', [1, 'h', 2]);
    const w = b.initializer('w', Float32Array.of(1, 2), [2], { half: true });
    b.output('y', b.mul(x, w));
    const description = describeModel(readModel(encodeModel(b.build('tiny')), 'tiny.onnx'));
    expect(description).toEqual({
      inputs: [{ name: 'x', type: 'float', dims: [1, 'h', 2] }],
      outputs: [{ name: 'y', type: 'float', dims: [1, 'h', 2] }],
      initializers: [{ name: 'w', type: 'float16', dims: [2] }],
      opset: 20,
    });
  });

  it('stores half weights in half the bytes, rounded to float16', async () => {
    const data = numbers([4096], 40).data;
    const build = (half: boolean) => {
      const b = new GraphBuilder();
      b.output('y', b.initializer('w', Float32Array.from(data), [4096], { half }));
      return b;
    };
    const sizes = [false, true].map((half) => encodeModel(build(half).build()).length);
    expect(sizes[0]! - sizes[1]!).toBeGreaterThan(8000);
    const [result] = await runGraph(build(true), [{}]);
    expectClose(
      { dims: [4096], data: Array.from(result!.y!.data as Float32Array) },
      { dims: [4096], data },
      2 ** -11,
    );
  });

  it('shares equal constants', () => {
    const b = new GraphBuilder();
    expect(b.constant(2)).toBe(b.constant(2));
    expect(b.constant(2)).not.toBe(b.constant([2]));
    expect(b.int64s([1, 2])).toBe(b.int64s([1n, 2n]));
  });
});

describe('mistakes are refused while building', () => {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [1, 4, 'h', 'w']);
  const m = b.input('m', 'float32', [3, 5]);
  const n = b.input('n', 'int64', [3, 5]);
  const kernel = (dims: number[]) => b.constant(new Array(dims.reduce((p, q) => p * q)).fill(0), dims);
  it.each<[string, () => unknown, RegExp]>([
    ['shapes that do not broadcast', () => b.add(x, m), /do not broadcast/],
    ['types that do not mix', () => b.add(m, n), /float32 and int64/],
    ['matrices that do not chain', () => b.matmul(m, m), /"m" \[3, 5\] and "m" \[3, 5\] do not chain/],
    ['vectors in matmul', () => b.matmul(m, b.constant([1, 2])), /rank ≥ 2/],
    ['a kernel for other channels', () => b.conv(x, kernel([2, 3, 1, 1])), /does not fit the channels/],
    ['a kernel of another rank', () => b.conv(x, kernel([2, 4, 3])), /does not fit the rank/],
    [
      'a full kernel used depthwise',
      () => b.conv(x, kernel([4, 4, 3, 3]), undefined, { group: 4 }),
      /depthwise/,
    ],
    ['an even kernel', () => b.conv(x, kernel([1, 4, 2, 2])), /odd/],
    ['a wrong bias', () => b.conv(x, kernel([2, 4, 1, 1]), kernel([3])), /conv bias/],
    ['a reshape that loses elements', () => b.reshape(m, [4, 4]), /does not reshape to \[4, 4\]/],
    ['a reshape with an unknown symbol', () => b.reshape(x, [4, 'k']), /does not reshape/],
    ['two inferred sizes', () => b.reshape(m, [-1, -1]), /does not reshape/],
    ['a size that no tensor has', () => b.shapeOf(['k']), /has the dimension "k"/],
    ['an axis outside', () => b.softmax(m, 2), /Axis 2/],
    ['a permutation with a repeat', () => b.transpose(m, [0, 0]), /does not permute/],
    ['squeezing a long axis', () => b.squeeze(m, [0]), /is not 1/],
    ['a slice outside', () => b.slice(m, 0, 2, 9), /outside axis 0/],
    ['a slice to a fixed place of a symbolic axis', () => b.slice(x, 2, 0, 3), /symbolic axis h/],
    ['expanding to less', () => b.expand(m, [3]), /do not broadcast/],
    ['concat of unlike shapes', () => b.concat([m, kernel([3, 4])], 0), /should have the shape \[3, 5\]/],
    ['concat of two symbolic sizes', () => b.concat([x, x], 2), /more than one symbolic/],
    ['a norm of another width', () => b.layerNorm(m, kernel([4]), kernel([5])), /gamma/],
    ['float ids', () => b.gather(m, m), /int64/],
    ['numbers that do not fill a shape', () => b.constant([1, 2, 3], [2]), /do not fill/],
    [
      'weights that do not fill a shape',
      () => b.initializer('w', new Float32Array(3), [2]),
      /"w": 3 numbers/,
    ],
    ['a name used twice', () => b.input('x', 'float32', [1]), /already has a tensor named "x"/],
    ['a graph without outputs', () => b.build(), /no output/],
    ['an empty sum', () => b.sum([]), /at least one/],
    ['an empty concat', () => b.concat([], 0), /at least one/],
  ])('%s', (_, act, message) => {
    expect(act).toThrow(TypeError);
    expect(act).toThrow(message);
  });
});
