import { describe, expect, it } from 'vitest';
import { blockTensor } from '../../src-main/graph/block-stages.ts';
import { BLOCK_TENSOR, twinModel } from '../twins/clip-twins.ts';

const model = twinModel('clip-b16/vision_model.onnx');

describe('the end of a block', () => {
  it('is counted from 1, and never that of another block or of a norm within it', () => {
    expect([1, 2, 11, 12].map((block) => blockTensor(model, BLOCK_TENSOR, block))).toEqual(
      [0, 1, 10, 11].map((layer) => `/vision_model/encoder/layers.${layer}/Add_1_output_0`),
    );
  });

  it('of a block that is not there names what was looked for, and the blocks there are', () => {
    for (const block of [0, 13]) {
      expect(() => blockTensor(model, BLOCK_TENSOR, block)).toThrow(
        expect.objectContaining({
          code: 'model-tensor-unknown',
          message: expect.stringMatching(new RegExp(`layers\\.${block - 1}/Add_1_output_0.*blocks 1 to 12`)),
        }),
      );
    }
  });

  it('by a pattern that fits nothing names the nearest tensors', () => {
    expect(() => blockTensor(model, '/vision/encoder/layers.{}/Add_1_output_0', 3)).toThrow(
      expect.objectContaining({
        code: 'model-tensor-unknown',
        message: expect.stringContaining('"/vision_model/encoder/layers.2/Add_1_output_0"'),
      }),
    );
  });

  it('may have its number in several places, and a name without one stands for itself', () => {
    const name = '/vision_model/encoder/layers.4/Add_1_output_0';
    expect(blockTensor(model, name, 9)).toBe(name);
    expect(() => blockTensor(model, '/vision_model/{}/layers.{}/Add_1_output_0', 1)).toThrow(/layers\.0/);
  });
});
