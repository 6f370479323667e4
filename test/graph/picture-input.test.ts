import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { encodeModel, type Model, readModel } from '../../src-main/graph/model.ts';
import { ModelProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { PICTURE_INPUT, type PictureFit, withPictureInput } from '../../src-main/graph/picture-input.ts';
import { withStatedOutputs } from '../../src-main/graph/stated-outputs.ts';
import { tensorValue } from '../../src-main/graph/tensor-value.ts';
import { frameTensor } from '../../src-main/pipeline/frame.ts';
import { Random } from '../../src-shared/random.ts';
import { type OrtTensor, runRaw } from '../inference/raw-session.ts';

const FLOAT = 1;
const FLOAT16 = 10;
const SIDE = 24;

const SAM: PictureFit = {
  input: 'input',
  inputSize: SIDE,
  fit: 'longest-side-pad',
  mean: [123.675, 116.28, 103.53],
  std: [58.395, 57.12, 57.375],
};
const CLIP: PictureFit = {
  input: 'pixel_values',
  inputSize: SIDE,
  fit: 'squash',
  mean: [122.7709383, 116.7460125, 104.09373615],
  std: [68.5005327, 66.6321579, 70.32316305],
};

/** A graph that gives back what its input was. */
function echo(
  input: string,
  { type = FLOAT, opset = 12, dims = [1, 3, SIDE, SIDE] as readonly (number | string)[] } = {},
): Model {
  const proto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: BigInt(opset) }],
    graph: {
      name: 'echo',
      node: [{ opType: 'Identity', input: [input], output: ['seen'] }],
      input: [tensorValue(input, type, dims)],
      output: [tensorValue('seen', type, dims)],
    },
  });
  return readModel(encodeModel({ name: 'echo', proto }), 'echo');
}

function picture(width: number, height: number, seed = 'picture'): Uint8Array {
  const random = new Random(seed);
  return Uint8Array.from({ length: width * height * 3 }, () => Math.floor(256 * random.next()));
}

async function seen(model: Model, dims: readonly number[], data: Uint8Array): Promise<OrtTensor> {
  const { seen: answer } = await runRaw(encodeModel(model), {
    [PICTURE_INPUT]: { type: 'uint8', dims, data },
  });
  return answer!;
}

/** The bits, so that −0 and 0 differ. */
const bits = (data: Float32Array) => new Uint32Array(data.buffer, data.byteOffset, data.length);

describe('a model that takes pictures as they are', () => {
  it.each([
    ['a wide one', 24, 7],
    ['a high one', 5, 24],
    ['one of a pixel', 1, 1],
    ['a full square', 24, 24],
  ])('gets the bits of a local run, padding included: %s', async (_, width, height) => {
    const rgb = picture(width, height);
    const answer = await seen(withPictureInput(echo('input'), SAM), [height, width, 3], rgb);
    const local = frameTensor(rgb, { size: SIDE, width, height }, SAM.mean, SAM.std);
    expect(answer.dims).toEqual([1, 3, SIDE, SIDE]);
    expect(bits(answer.data as Float32Array)).toEqual(bits(local));
  });

  it('sees each sample less the mean over the deviation, and zeros beside the picture', async () => {
    const [width, height] = [9, 4];
    const rgb = picture(width, height);
    const { data } = await seen(withPictureInput(echo('input'), SAM), [height, width, 3], rgb);
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < SIDE; y++)
        for (let x = 0; x < SIDE; x++) {
          const sample = rgb[(y * width + x) * 3 + c]!;
          const naive = x < width && y < height ? (sample - SAM.mean[c]!) / SAM.std[c]! : 0;
          expect(Number(data[(c * SIDE + y) * SIDE + x])).toBeCloseTo(naive, 5);
        }
  });

  it('has every sample value in every channel right', async () => {
    const rgb = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => Math.floor(i / 3) % 256);
    const answer = await seen(withPictureInput(echo('pixel_values'), CLIP), [SIDE, SIDE, 3], rgb);
    const local = frameTensor(rgb, { size: SIDE, width: SIDE, height: SIDE }, CLIP.mean, CLIP.std);
    expect(bits(answer.data as Float32Array)).toEqual(bits(local));
  });

  it('takes several squares at once', async () => {
    const rgb = picture(SIDE, 2 * SIDE);
    const model = withPictureInput(echo('pixel_values', { dims: ['n', 3, SIDE, SIDE] }), CLIP, true);
    const answer = await seen(model, [2, SIDE, SIDE, 3], rgb);
    const size = { size: SIDE, width: SIDE, height: SIDE };
    const half = rgb.length / 2;
    const local = [rgb.subarray(0, half), rgb.subarray(half)].flatMap((one) => [
      ...frameTensor(one, size, CLIP.mean, CLIP.std),
    ]);
    expect(answer.dims).toEqual([2, 3, SIDE, SIDE]);
    expect([...answer.data]).toEqual(local);
  });

  it.each([
    ['pictures', ['n', 3, SIDE, SIDE]],
    ['pictures and sizes', ['n', 'channels', 'height', 'width']],
  ])('leaves open what the graph left open, since more knowledge rounds otherwise: %s', async (_, dims) => {
    for (const fit of [SAM, CLIP]) {
      const rgb = picture(SIDE, SIDE);
      const model = withPictureInput(echo(fit.input, { dims }), fit);
      expect(model.proto.graph!.valueInfo).toContainEqual(
        tensorValue(`${fit.input}.normalised`, FLOAT, dims),
      );
      const answer = await seen(model, [SIDE, SIDE, 3], rgb);
      const local = frameTensor(rgb, { size: SIDE, width: SIDE, height: SIDE }, fit.mean, fit.std);
      expect(answer.dims).toEqual([1, 3, SIDE, SIDE]);
      expect(bits(answer.data as Float32Array)).toEqual(bits(local));
    }
  });

  it.each([9, 13, 20])('is written in the operator set of the model: %i', async (opset) => {
    const rgb = picture(3, 20);
    const answer = await seen(withPictureInput(echo('input', { opset }), SAM), [20, 3, 3], rgb);
    const local = frameTensor(rgb, { size: SIDE, width: 3, height: 20 }, SAM.mean, SAM.std);
    expect(bits(answer.data as Float32Array)).toEqual(bits(local));
  });

  it('may have called its own input so', async () => {
    const rgb = picture(2, 2);
    const answer = await seen(withPictureInput(echo('image'), { ...SAM, input: 'image' }), [2, 2, 3], rgb);
    const local = frameTensor(rgb, { size: SIDE, width: 2, height: 2 }, SAM.mean, SAM.std);
    expect([...answer.data]).toEqual([...local]);
  });

  it('rounds to half precision where the graph takes that', async () => {
    const rgb = picture(10, 10);
    const model = withPictureInput(echo('input', { type: FLOAT16 }), SAM);
    const answer = await seen(model, [10, 10, 3], rgb);
    const local = frameTensor(rgb, { size: SIDE, width: 10, height: 10 }, SAM.mean, SAM.std);
    expect([...answer.data]).toEqual([...new Float16Array(local)]);
  });

  it.each([
    ['wide', SIDE + 1, 3],
    ['high', 3, SIDE + 1],
  ])('refuses a picture that is too %s, instead of cutting it', async (_, width, height) => {
    const model = withPictureInput(echo('input'), SAM);
    await expect(seen(model, [height, width, 3], picture(width, height))).rejects.toThrow();
  });

  it('is refused by name in an operator set without padding', () => {
    expect(() => withPictureInput(echo('input', { opset: 8 }), SAM)).toThrow(/operator set 8/);
  });
});

describe('stated outputs', () => {
  const dims = ['n', 3, SIDE, SIDE];

  it('are rounded to half precision under the same name', async () => {
    const model = withStatedOutputs(echo('input'), [{ name: 'seen', type: 'float32', dims }], true);
    const data = Float32Array.from({ length: 3 * SIDE * SIDE }, (_, i) => Math.sin(i) * 10);
    const shape = [1, 3, SIDE, SIDE];
    const { seen: answer } = await runRaw(encodeModel(model), {
      input: { type: 'float32', dims: shape, data },
    });
    expect(answer!.type).toBe('float16');
    expect([...answer!.data]).toEqual([...new Float16Array(data)]);
  });

  it('keep their precision otherwise', async () => {
    const model = withStatedOutputs(echo('input'), [{ name: 'seen', type: 'float32', dims }]);
    expect(model.proto.graph!.output).toEqual([tensorValue('seen', FLOAT, dims)]);
    expect(model.proto.graph!.node).toHaveLength(1);
  });
});
