import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { blockTensor } from '../../src-main/graph/block-stages.ts';
import { encodeModel, type Model, promoteTensors, withGraph } from '../../src-main/graph/model.ts';
import { NodeProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { resizePositions } from '../../src-main/graph/positions.ts';
import { buildSimilarityGraph, findEmbeddingTail } from '../../src-main/graph/similarity.ts';
import { storeTensor } from '../../src-main/graph/stored-values.ts';
import { mapMatrices } from '../../src-main/graph/umci-feeds.ts';
import type { Tensor } from '../../src-main/inference/ort.ts';
import { BLOCK_TENSOR, CLIP_TWINS, twinModel } from '../twins/clip-twins.ts';
import { MADE_CLIP, makeClip } from '../twins/make-clip.ts';
import { expectedOf, expectNear, referenceInput, runOnce } from '../twins/twins.ts';
import { numbers } from './graph-check.ts';

function floats(dims: readonly number[], data: ArrayLike<number>): Tensor & { readonly type: 'float32' } {
  return { type: 'float32', dims, data: Float32Array.from(data) };
}

/** Patch tokens [grid, grid, C] of a stream [1, 1 + grid², C]. */
function patches(stream: Tensor | undefined, grid: number) {
  const width = stream!.dims[2]!;
  return floats([grid, grid, width], (stream!.data as Float32Array).subarray(width));
}

/** Identity: the map is the grid. */
function plainMatrices(grid: number) {
  const identity = floats(
    [grid, grid],
    Array.from({ length: grid * grid }, (_, at) => (at % (grid + 1) === 0 ? 1 : 0)),
  );
  return { map_rows: identity, map_columns: identity };
}

/** What the map has to be at a token, from that token in the joint space. */
function naiveSimilarity(token: ArrayLike<number>, text: ArrayLike<number>, scale: number): number {
  const values = Array.from(token);
  const length = Math.hypot(...values);
  const cosine = (row: number) =>
    values.reduce((sum, value, c) => sum + (value / length) * text[row * values.length + c]!, 0);
  const [normal, abnormal] = [Math.exp(scale * cosine(0)), Math.exp(scale * cosine(1))];
  return abnormal / (normal + abnormal);
}

describe.each(CLIP_TWINS)('the similarity map of $twin', ({ twin, size, patch, blocks }) => {
  const grid = size / patch;
  const imageEmbedding = 'image_embeds';

  it.each(['vision_model', 'vision_model_fp16'])(
    'of %s is made of PyTorch’s dense tokens',
    async (variant) => {
      const whole = twinModel(`${twin}/vision_model.onnx`);
      const stream = blockTensor(whole, BLOCK_TENSOR, blocks[3]);
      const encoded = await runOnce(encodeModel(promoteTensors(whole, [stream])), {
        pixel_values: referenceInput(size),
      });
      const model = twinModel(`${twin}/${variant}.onnx`);
      expect(findEmbeddingTail(model, imageEmbedding)).toMatchObject({ stream, width: 32, textWidth: 24 });
      const text = floats([2, 24], numbers([2, 24], 7, 0.3).data);
      const head = buildSimilarityGraph(model, { imageEmbedding, scale: 5, stage: 3 });
      const { coarse } = await runOnce(encodeModel(head), {
        stage_3: patches(encoded[stream], grid),
        text,
        ...plainMatrices(grid),
      });
      expect(coarse!.dims).toEqual([grid, grid]);
      // The reference keeps every fifth row, the class token first.
      const dense = expectedOf(twin, `dense_${size}`);
      const rows = dense.dims[1]!;
      const wanted = Float32Array.from({ length: rows - 1 }, (_, at) =>
        naiveSimilarity(dense.data.subarray((at + 1) * 24, (at + 2) * 24), text.data, 5),
      );
      const found = Float32Array.from(
        { length: rows - 1 },
        (_, at) => (coarse!.data as Float32Array)[5 * at + 4]!,
      );
      expectNear(
        { dims: [rows - 1], data: found },
        { dims: [rows - 1], data: wanted },
        variant.endsWith('fp16') ? 5e-3 : 1e-5,
      );
      expect(Math.max(...wanted) - Math.min(...wanted)).toBeGreaterThan(0.05);
    },
  );
});

describe('the similarity map of a tower of other widths', () => {
  const shape = { patch: 8, grid: 5, width: 20, heads: 5, blocks: 3, joint: 12 };
  const tower = makeClip(shape);
  const { imageEmbedding, input } = MADE_CLIP;

  it('is found although its norm is one node, before the class token is chosen', () => {
    expect(findEmbeddingTail(tower, imageEmbedding)).toMatchObject({
      width: 20,
      textWidth: 12,
      epsilon: expect.closeTo(1e-5, 9),
    });
  });

  it('makes of the first row the embedding of the image, at another size too', async () => {
    const grid = 7;
    const resized = resizePositions(tower, {
      initializer: MADE_CLIP.positions,
      resize: 'bicubic',
      leadingTokens: 1,
      toGrid: grid,
    });
    const { stream } = findEmbeddingTail(resized, imageEmbedding);
    const encoded = await runOnce(encodeModel(promoteTensors(resized, [stream])), {
      [input]: referenceInput(shape.patch * grid),
    });
    expect(encoded[stream]!.dims).toEqual([1, 50, 20]);
    const head = encodeModel(buildSimilarityGraph(resized, { imageEmbedding, scale: 3 }));
    const text = floats([2, 12], numbers([2, 12], 3, 0.4).data);
    const whole = floats([1, 50, 20], encoded[stream]!.data as Float32Array);
    const { coarse } = await runOnce(head, {
      stage_0: whole,
      text,
      map_rows: floats([1, 1], [1]),
      map_columns: floats(
        [50, 1],
        Array.from({ length: 50 }, (_, at) => (at === 0 ? 1 : 0)),
      ),
    });
    const embedding = encoded[imageEmbedding]!.data as Float32Array;
    expect(coarse!.data[0]).toBeCloseTo(naiveSimilarity(embedding, text.data, 3), 5);
    const map = await runOnce(head, {
      stage_0: patches(whole, grid),
      text,
      ...mapMatrices({ height: grid, width: grid, mapHeight: 28, mapWidth: 28 }, 'centres'),
    });
    expect(map.coarse!.dims).toEqual([28, 28]);
  });
});

describe('a graph without that end', () => {
  const refusal = (model: Model, imageEmbedding: string, looked: RegExp) =>
    expect(() => findEmbeddingTail(model, imageEmbedding)).toThrow(
      expect.objectContaining({ code: 'model-tensor-unknown', message: expect.stringMatching(looked) }),
    );

  it('is refused, telling what was looked for and what was found', () => {
    refusal(twinModel('clip-b16/vision_model_hidden.onnx'), 'last_hidden_state', /stored matrix.*found: Add/);
    refusal(twinModel('clip-b16/vision_model_quantized.onnx'), 'image_embeds', /stored matrix.*found: Mul/);
    refusal(twinModel('clip-b16/vision_model.onnx'), 'embeds', /found: nothing/);
    const unnormed = makeClip({ patch: 4, grid: 2, width: 8, heads: 2, blocks: 1, joint: 4 });
    const nodes = unnormed.proto.graph!.node.filter(({ opType }) => opType !== 'LayerNormalization');
    refusal(withGraph(unnormed, { node: nodes }), MADE_CLIP.imageEmbedding, /layer norm/);
  });
});

it('the projection may be stored the other way round, as Gemm takes it', () => {
  const tower = makeClip({ patch: 4, grid: 2, width: 3, heads: 1, blocks: 1, joint: 2 });
  const { node, initializer } = tower.proto.graph!;
  const { projection } = findEmbeddingTail(tower, MADE_CLIP.imageEmbedding);
  const [a, b, c, d, e, f] = projection;
  const transposed = storeTensor('projection', {
    type: 'float32',
    dims: [2, 3],
    data: Float32Array.of(a!, c!, e!, b!, d!, f!),
  });
  const turned = withGraph(tower, {
    initializer: initializer.map((tensor) => (tensor.name === 'projection' ? transposed : tensor)),
    node: node.map((each) =>
      each.input[1] === 'projection'
        ? create(NodeProtoSchema, {
            opType: 'Gemm',
            input: each.input,
            output: each.output,
            attribute: [{ name: 'transB', type: 2, i: 1n }],
          })
        : each,
    ),
  });
  expect(findEmbeddingTail(turned, MADE_CLIP.imageEmbedding).projection).toEqual(projection);
});
