import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import { createSession, type Tensor } from '../../src-main/inference/ort.ts';
import { floats } from '../../src-main/inference/tensor-values.ts';

/** y = 3 x in single precision, with borders in these types. */
function tripling(type: 'float32' | 'float16'): Uint8Array {
  const b = new GraphBuilder();
  const x = b.cast(b.input('x', type, ['n']), 'float32');
  b.output('y', b.cast(b.mul(x, b.constant(3)), type));
  return encodeModel(b.build());
}

const FEEDS: readonly Tensor[] = [
  { type: 'float32', dims: [3], data: Float32Array.of(1, -0.5, 1 / 3) },
  { type: 'float16', dims: [3], data: Float16Array.of(1, -0.5, 1 / 3) },
];

describe.each(['float32', 'float16'] as const)('a graph with %s borders', (type) => {
  it.each(FEEDS)('takes $type and gives values that are read as float32', async (x) => {
    const session = await createSession(tripling(type), { device: 'cpu' });
    const answer = await session.run({ x });
    await session.release();
    expect(answer.y!.type).toBe(type);
    const values = floats(answer, 'y');
    expect(values).toBeInstanceOf(Float32Array);
    expect(values[1]).toBe(-1.5);
    expect(values[2]).toBeCloseTo(1, 3);
  });
});

it('a feed that the graph has no input for is passed over', async () => {
  const session = await createSession(tripling('float32'), { device: 'cpu' });
  const answer = await session.run({ x: FEEDS[0]!, more: FEEDS[0]! });
  await session.release();
  expect(Array.from(floats(answer, 'y')).slice(0, 2)).toEqual([3, -1.5]);
});
