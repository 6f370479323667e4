import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { CUT_INPUT, cutGraph } from '../../src-main/graph/cut-graph.ts';
import { encodeModel, graphOf, type Model, pruneTo, withGraph } from '../../src-main/graph/model.ts';
import { NodeProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { residualStream } from '../../src-main/graph/residual-stream.ts';
import { findEmbeddingTail } from '../../src-main/graph/similarity.ts';
import { storeTensor } from '../../src-main/graph/stored-values.ts';
import { CLIP_TWINS, twinModel } from '../twins/clip-twins.ts';
import { MADE_CLIP, makeClip } from '../twins/make-clip.ts';
import { expectedOf, expectNear, referenceInput, runOnce } from '../twins/twins.ts';

const SHAPE = { patch: 8, grid: 5, width: 20, heads: 5, blocks: 3, joint: 12 };
const ROWS = 26;

function startOf(model: Model, imageEmbedding: string): string {
  return residualStream(model, findEmbeddingTail(model, imageEmbedding).stream).start;
}

/** Rows of [1, rows, C], chosen per item: [sets.length, sets[0].length, C]. */
function chosen(stream: Float32Array, width: number, sets: readonly (readonly number[])[]) {
  const rows = sets.flat().flatMap((at) => [...stream.subarray(at * width, (at + 1) * width)]);
  const dims = [sets.length, sets[0]!.length, width];
  return { type: 'float32', dims, data: Float32Array.from(rows) } as const;
}

describe.each(CLIP_TWINS)('$twin cut behind its positions', ({ twin, size, patch }) => {
  const grid = size / patch;

  // In half precision the smaller one alone: a CPU computes it slowly.
  it.each([
    ['vision_model', 1e-4],
    ...(twin === 'clip-b16' ? [['vision_model_fp16', 2e-2] as const] : []),
  ] as const)('gives PyTorch’s embeddings of windows alone (%s)', async (variant, tolerance) => {
    const model = twinModel(`${twin}/${variant}.onnx`);
    const start = startOf(model, 'image_embeds');
    const front = await runOnce(encodeModel(pruneTo(model, [start])), { pixel_values: referenceInput(size) });
    const stream = Float32Array.from(front[start]!.data as Float32Array);
    const cut = { tensor: start, outputs: ['image_embeds'], rows: grid ** 2 + 1 };
    const back = encodeModel(cutGraph(model, cut));
    for (const side of [2, 3]) {
      const across = grid - side + 1;
      const windows = Array.from({ length: across ** 2 }, (_, at) => {
        const inside = Array.from({ length: side ** 2 }, (__, i) => {
          const row = Math.floor(at / across) + Math.floor(i / side);
          return 1 + row * grid + (at % across) + (i % side);
        });
        return [0, ...inside];
      });
      // The reference keeps every fifth window.
      const kept = windows.filter((_, at) => at % 5 === 0);
      const { image_embeds } = await runOnce(back, { [CUT_INPUT]: chosen(stream, 32, kept) });
      expectNear(image_embeds, expectedOf(twin, `windows_${side}_${size}`), tolerance);
    }
  });
});

describe('a tower with one image and its rows written into it', () => {
  const tower = makeClip(SHAPE);
  const start = startOf(tower, MADE_CLIP.imageEmbedding);
  const cut = { tensor: start, outputs: [MADE_CLIP.imageEmbedding], rows: ROWS };

  /** The tower with other targets of its reshapes behind the cut. */
  function reshaped(change: (target: number[]) => number[]): Model {
    const { node, initializer } = graphOf(tower);
    const behind = new Set(graphOf(cutGraph(tower, cut)).node.map(({ name }) => name));
    const targets = new Set(
      node
        .filter(({ opType, name }) => opType === 'Reshape' && behind.has(name))
        .map(({ input }) => input[1]),
    );
    return withGraph(tower, {
      initializer: initializer.map((stored) => {
        if (!targets.has(stored.name)) return stored;
        const old = Array.from(new BigInt64Array(stored.rawData.slice().buffer), Number);
        const data = BigInt64Array.from(change(old), BigInt);
        return storeTensor(stored.name, { type: 'int64', dims: [data.length], data });
      }),
    });
  }

  async function embeddings(model: Model) {
    const whole = await runOnce(encodeModel(pruneTo(tower, [start, MADE_CLIP.imageEmbedding])), {
      [MADE_CLIP.input]: referenceInput(SHAPE.patch * SHAPE.grid),
    });
    const stream = whole[start]!.data as Float32Array;
    const back = encodeModel(cutGraph(model, cut));
    const run = async (sets: readonly (readonly number[])[]) =>
      (await runOnce(back, { [CUT_INPUT]: chosen(stream, SHAPE.width, sets) }))[MADE_CLIP.imageEmbedding]!;
    const all = Array.from({ length: ROWS }, (_, at) => at);
    return { expected: whole[MADE_CLIP.imageEmbedding]!, all, run };
  }

  it.each<[string, (target: number[]) => number[]]>([
    ['items alone', (target) => target],
    ['items and rows', (target) => target.with(1, ROWS)],
    ['rows beside an inferred size', (target) => target.with(1, ROWS).with(-1, -1)],
  ])('takes any number of windows: %s', async (_, change) => {
    const { expected, all, run } = await embeddings(reshaped(change));
    expectNear(await run([all]), { dims: expected.dims, data: expected.data as Float32Array }, 1e-5);
    const sets = [
      [0, 1, 2, 6, 7],
      [0, 19, 20, 24, 25],
      [0, 3, 4, 8, 9],
    ];
    const together = await run(sets);
    for (const [at, set] of sets.entries()) {
      const alone = (await run([set])).data as Float32Array;
      const row = (together.data as Float32Array).subarray(at * SHAPE.joint, (at + 1) * SHAPE.joint);
      expectNear({ dims: [SHAPE.joint], data: row }, { dims: [SHAPE.joint], data: alone }, 1e-5);
    }
  });

  const refusal = (model: Model, why: RegExp, other: Partial<typeof cut> = {}) =>
    expect(() => cutGraph(model, { ...cut, ...other })).toThrow(
      expect.objectContaining({ code: 'model-tensor-unknown', message: expect.stringMatching(why) }),
    );

  it('is refused where rows and items are one size, or rows are in what is no reshape', () => {
    refusal(
      reshaped((target) => [ROWS, ...target.slice(2)]),
      /26 rows and its items written into it/,
    );
    const mask = storeTensor('mask', {
      type: 'float32',
      dims: [1, 1, ROWS, ROWS],
      data: new Float32Array(ROWS ** 2),
    });
    const { node, initializer } = graphOf(tower);
    const masked = node.flatMap((each) => {
      if (each.opType !== 'Softmax') return [each];
      const sum = create(NodeProtoSchema, {
        opType: 'Add',
        name: `${each.name}.mask`,
        input: [each.input[0]!, 'mask'],
        output: [`${each.name}.masked`],
      });
      return [sum, Object.assign(create(NodeProtoSchema), each, { input: [`${each.name}.masked`] })];
    });
    refusal(
      withGraph(tower, { node: masked, initializer: [...initializer, mask] }),
      /26 rows written into "mask"/,
    );
  });

  it('is refused where something before the cut is needed behind it', () => {
    const inBlock = graphOf(tower).node.find(({ opType }) => opType === 'Softmax')!.output[0]!;
    refusal(tower, /is needed behind "Softmax.*too/, { tensor: inBlock });
  });

  it('is refused where no block ends', () => {
    expect(() => residualStream(tower, MADE_CLIP.imageEmbedding)).toThrow(/found: /);
  });
});
