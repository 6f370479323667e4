import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { encodeModel, type Model, readModel } from '../../src-main/graph/model.ts';
import { ModelProtoSchema, StringStringEntryProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { runOnce } from '../twins/twins.ts';

/** Fields on both sides of the graph, and one of a later version of ONNX. */
const MORE = {
  producerName: 'someone',
  docString: 'before the graph',
  domain: 'x',
  metadataProps: [create(StringStringEntryProtoSchema, { key: 'after', value: 'the graph' })],
  $unknown: [{ no: 99, wireType: 0, data: Uint8Array.of(7) }],
};

/** y = x · a · b, with `a` of so many rows and of mixed sizes beside it. */
function product(rows: number): Model {
  const b = new GraphBuilder();
  const x = b.input('x', 'float32', [1, rows]);
  const a = Float32Array.from({ length: rows * 512 }, (_, at) => ((at * 7919) % 101) / 101 - 0.5);
  const tall = b.initializer('a', a, [rows, 512]);
  const half = b.initializer(
    'b',
    Float32Array.from({ length: 512 }, (_, at) => at / 512),
    [512, 1],
    { half: true },
  );
  b.output('y', b.add(b.matmul(b.matmul(x, tall), half), b.constant(0.25)));
  return b.build('product');
}

describe('the bytes of a model', () => {
  it.each([8, 1024])('with %i rows of values are the library’s own', (rows) => {
    const { name, proto } = product(rows);
    const documented = { name, proto: Object.assign(create(ModelProtoSchema), proto, MORE) };
    for (const model of [{ name, proto }, documented]) {
      const own = toBinary(ModelProtoSchema, model.proto);
      expect(Buffer.compare(encodeModel(model), own)).toBe(0);
      expect(Buffer.compare(encodeModel(readModel(own, name)), own)).toBe(0);
    }
  });

  it('run in ONNX Runtime, to the same numbers', async () => {
    const model = product(1024);
    const x = { type: 'float32', dims: [1, 1024], data: new Float32Array(1024).fill(0.125) } as const;
    const [ours, own] = [
      await runOnce(encodeModel(model), { x }),
      await runOnce(toBinary(ModelProtoSchema, model.proto), { x }),
    ];
    expect(ours.y!.data).toEqual(own.y!.data);
    expect(Number.isFinite(Number(ours.y!.data[0]))).toBe(true);
  });
});
