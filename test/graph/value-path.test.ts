import { describe, expect, it } from 'vitest';
import { blockTensor } from '../../src-main/graph/block-stages.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import { residualStream } from '../../src-main/graph/residual-stream.ts';
import { findEmbeddingTail } from '../../src-main/graph/similarity.ts';
import { buildValuePath } from '../../src-main/graph/value-path.ts';
import { BLOCK_TENSOR, CLIP_TWINS, twinModel } from '../twins/clip-twins.ts';
import { MADE_CLIP, makeClip } from '../twins/make-clip.ts';
import { everyNth, expectedOf, expectNear, referenceInput, runOnce } from '../twins/twins.ts';

/** Rows through a tower's last norm and projection. */
function joined(rows: Float32Array, tail: ReturnType<typeof findEmbeddingTail>): Float32Array {
  const { width, textWidth, gamma, beta, epsilon, projection } = tail;
  const out = new Float32Array((rows.length / width) * textWidth);
  for (let row = 0; row < rows.length / width; row++) {
    const values = Array.from(rows.subarray(row * width, (row + 1) * width));
    const mean = values.reduce((sum, value) => sum + value, 0) / width;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width;
    const normed = values.map(
      (value, c) => ((value - mean) / Math.sqrt(variance + epsilon)) * gamma[c]! + beta[c]!,
    );
    for (let t = 0; t < textWidth; t++)
      out[row * textWidth + t] = normed.reduce(
        (sum, value, c) => sum + value * projection[c * textWidth + t]!,
        0,
      );
  }
  return out;
}

describe.each(CLIP_TWINS)('the second path of $twin', ({ twin, size, blocks }) => {
  it('is PyTorch’s at each stage, its class token the tower’s own', async () => {
    const model = twinModel(`${twin}/vision_model.onnx`);
    const tail = findEmbeddingTail(model, 'image_embeds');
    const stages = blocks.map((block) => blockTensor(model, BLOCK_TENSOR, block));
    const path = buildValuePath(model, { end: tail.stream, stages });
    const said = await runOnce(encodeModel(path), { pixel_values: referenceInput(size) });
    for (const [at, block] of blocks.entries()) {
      const expected = expectedOf(twin, `surgery${block}_${size}`);
      const kept = everyNth(said[`path_${at}`], 5);
      const rows = Float32Array.from(kept.data);
      rows.set(said[`whole_${at}`]!.data as Float32Array);
      expectNear({ dims: expected.dims, data: joined(rows, tail) }, expected, 1e-4);
    }
  });
});

describe('a tower of other names', () => {
  const tower = makeClip({ patch: 8, grid: 3, width: 20, heads: 5, blocks: 3, joint: 12 });
  const end = findEmbeddingTail(tower, MADE_CLIP.imageEmbedding).stream;

  it('has one too, which begins anew after each stage', async () => {
    const sums = residualStream(tower, end).sums.map(({ sum }) => sum);
    // Two sums a block.
    const ends = [sums[1]!, sums[3]!, sums[5]!];
    const pixels = { [MADE_CLIP.input]: referenceInput(24) };
    const every = await runOnce(encodeModel(buildValuePath(tower, { end, stages: ends })), pixels);
    const last = await runOnce(encodeModel(buildValuePath(tower, { end, stages: [ends[2]!] })), pixels);
    const sum = (every.path_0!.data as Float32Array).map(
      (value, at) => value + Number(every.path_1!.data[at]) + Number(every.path_2!.data[at]),
    );
    expectNear(last.path_0, { dims: [1, 10, 20], data: sum }, 1e-5);
  });

  it('is refused for stages that are no ends of blocks', () => {
    expect(() => buildValuePath(tower, { end, stages: ['somewhere'] })).toThrow(
      expect.objectContaining({
        code: 'model-tensor-unknown',
        message: expect.stringMatching(/"somewhere"/),
      }),
    );
  });
});
