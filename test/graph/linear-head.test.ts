import { describe, expect, it } from 'vitest';
import { blockTensor } from '../../src-main/graph/block-stages.ts';
import { buildLinearHeadGraph, linearHeadParameters } from '../../src-main/graph/linear-head.ts';
import { encodeModel, promoteTensors, pruneTo } from '../../src-main/graph/model.ts';
import { resizePositions } from '../../src-main/graph/positions.ts';
import type { WeightTensor } from '../../src-main/graph/safetensors.ts';
import { mapMatrices } from '../../src-main/graph/umci-feeds.ts';
import { createSession, type Tensor, type Tensors } from '../../src-main/inference/ort.ts';
import { BLOCK_TENSOR, POSITION_TABLE, twinModel } from '../twins/clip-twins.ts';
import { readNpz } from '../twins/npy.ts';
import { everyNth, expectedOf, expectNear, referenceInput, runOnce, twinFile } from '../twins/twins.ts';
import { numbers } from './graph-check.ts';

const GRID = 37;
const SIDE = 518;

/** APRIL-GAN's layers under the names of a linear head. */
async function aprilGan(): Promise<Map<string, WeightTensor>> {
  const layers = await readNpz(twinFile('april-gan/head.npz'));
  return new Map(
    [...layers].map(([name, { dims, data }]) => [name.replace('fc.', 'stage'), { shape: dims, data }]),
  );
}

/** Language tokens [2, C_t] from the reference's [C_t, 2]. */
function language(): Tensor {
  const { dims, data } = expectedOf('april-gan', 'language');
  const width = dims[0]!;
  const turned = Float32Array.from(
    { length: 2 * width },
    (_, at) => data[(at % width) * 2 + Math.floor(at / width)]!,
  );
  return { type: 'float32', dims: [2, width], data: turned };
}

describe('the head of APRIL-GAN at 518', () => {
  it.each([
    ['bicubic-antialias', 'antialias'],
    ['bicubic', 'torch'],
  ] as const)('gives PyTorch’s maps on positions resized by %s', async (resize, suffix) => {
    const model = resizePositions(twinModel('clip-l14-336/vision_model.onnx'), {
      initializer: POSITION_TABLE,
      resize,
      leadingTokens: 1,
      toGrid: GRID,
    });
    const names = [6, 12, 18, 24].map((block) => blockTensor(model, BLOCK_TENSOR, block));
    const tower = encodeModel(pruneTo(promoteTensors(model, names), names));
    const encoded = await runOnce(tower, { pixel_values: referenceInput(SIDE) });
    const stages = Object.fromEntries(
      names.map((name, stage) => {
        const { data } = encoded[name] as Tensor & { readonly type: 'float32' };
        return [
          `stage_${stage}`,
          { type: 'float32', dims: [GRID, GRID, 32], data: data.subarray(32) } as const,
        ];
      }),
    );
    const weights = await aprilGan();
    const feeds: Tensors = {
      ...stages,
      text: language(),
      ...mapMatrices({ height: GRID, width: GRID, mapHeight: SIDE, mapWidth: SIDE }, 'corners'),
    };
    const first = new Map([...weights].filter(([name]) => name.startsWith('stage0')));
    for (const [head, expected, step] of [
      [weights, 'map_518', 2],
      [first, 'map_stage0_518', 4],
    ] as const) {
      const session = await createSession(encodeModel(buildLinearHeadGraph(head, { scale: 100 })), {
        device: 'cpu',
      });
      const { coarse } = await session.run(feeds);
      await session.release();
      const { dims, data } = everyNth(coarse, step, step);
      expectNear({ dims: [1, ...dims], data }, expectedOf('april-gan', `${expected}_${suffix}`), 1e-3);
    }
  });
});

describe('a head of other widths', () => {
  const shape = { stageWidths: [6, 10], textWidth: 5 };
  const grid = { height: 3, width: 4, mapHeight: 7, mapWidth: 9 };
  const weights = new Map<string, WeightTensor>(
    linearHeadParameters(shape).map(({ name, shape: dims }, seed) => [
      name,
      { shape: dims, data: Float32Array.from(numbers(dims, seed + 1).data) },
    ]),
  );

  it('has the map of a naive loop, on a grid that is not square', async () => {
    const stages = shape.stageWidths.map((width, at) => numbers([3, 4, width], 20 + at));
    const text = numbers([2, 5], 30);
    const float = ({ dims, data }: { dims: readonly number[]; data: readonly number[] }): Tensor => ({
      type: 'float32',
      dims,
      data: Float32Array.from(data),
    });
    const { coarse } = await runOnce(encodeModel(buildLinearHeadGraph(weights, { scale: 4 })), {
      stage_0: float(stages[0]!),
      stage_1: float(stages[1]!),
      text: float(text),
      ...mapMatrices(grid, 'corners'),
    });
    const wanted = new Float32Array(7 * 9);
    stages.forEach(({ dims, data }, stage) => {
      const width = dims[2]!;
      const w = weights.get(`stage${stage}.weight`)!.data;
      const bias = weights.get(`stage${stage}.bias`)!.data;
      const logits = (y: number, x: number): [number, number] => {
        const joint = Array.from({ length: 5 }, (_, c) => {
          let sum = bias[c]!;
          for (let i = 0; i < width; i++) sum += w[c * width + i]! * data[(y * 4 + x) * width + i]!;
          return sum;
        });
        const length = Math.hypot(...joint);
        const dot = (row: number) =>
          joint.reduce((sum, value, c) => sum + (4 * value * text.data[row * 5 + c]!) / length, 0);
        return [dot(0), dot(1)];
      };
      for (let v = 0; v < 7; v++)
        for (let u = 0; u < 9; u++) {
          const y = (v * 2) / 6;
          const x = (u * 3) / 8;
          const [top, left] = [Math.min(1, Math.floor(y)), Math.min(2, Math.floor(x))];
          const at = [0, 0];
          for (const [dy, dx] of [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const) {
            const share = Math.abs(1 - dy - (y - top)) * Math.abs(1 - dx - (x - left));
            logits(top + dy, left + dx).forEach((value, row) => {
              at[row]! += share * value;
            });
          }
          const [normal, abnormal] = at.map(Math.exp);
          wanted[v * 9 + u]! += abnormal! / (normal! + abnormal!) / 2;
        }
    });
    expectNear(coarse, { dims: [7, 9], data: wanted }, 1e-5);
  });

  it('is refused when a weight is missing or has another shape', () => {
    const without = (name: string) => new Map([...weights].filter(([each]) => each !== name));
    expect(() => buildLinearHeadGraph(without('stage1.bias'), { scale: 1 })).toThrow(/"stage1.bias".*none/);
    expect(() => buildLinearHeadGraph(without('stage0.weight'), { scale: 1 })).toThrow(/stage0.weight/);
    const other = new Map(weights).set('stage1.weight', { shape: [4, 10], data: new Float32Array(40) });
    expect(() => buildLinearHeadGraph(other, { scale: 1 })).toThrow(/should be \[5,10\], found \[4,10\]/);
  });
});
