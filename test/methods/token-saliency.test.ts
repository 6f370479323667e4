import { expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import type { FeedTensor } from '../../src-main/graph/umci-feeds.ts';
import { createSession, type Tensor } from '../../src-main/inference/ort.ts';
import type { MethodTools } from '../../src-main/methods/method.ts';
import { tokenSaliency } from '../../src-main/methods/token-saliency.ts';
import { noise } from '../inference/tiny-pack.ts';
import { fakeImage, fakeTools, painted } from './fake-tools.ts';

const SIDE = 16;
const CHANNELS = [3, 5, 4];

/** Its graph in ONNX Runtime itself. */
const run: MethodTools['run'] = async ({ build }, feeds) => {
  const session = await createSession(encodeModel((await build()).model), { device: 'cpu', threads: 1 });
  const outputs = await session.run(feeds as Readonly<Record<string, Tensor>>);
  await session.release();
  return outputs as Record<string, FeedTensor>;
};

/** Less its mean, at unit length. */
function unit(token: readonly number[]): number[] {
  const mean = token.reduce((sum, value) => sum + value, 0) / token.length;
  const length = Math.hypot(...token.map((value) => value - mean));
  return token.map((value) => (value - mean) / length);
}

it('is the mean distance to the nearest tenth of the averaged squares, stage by stage, as loops have it', async () => {
  const stages = CHANNELS.map((channels, i) => ({
    type: 'float32' as const,
    dims: [SIDE, SIDE, channels],
    data: noise(SIDE * SIDE * channels, 40 + i),
  }));
  const tokenAt = (stage: number, x: number, y: number) => {
    const channels = CHANNELS[stage]!;
    return [...stages[stage]!.data.subarray((y * SIDE + x) * channels, (y * SIDE + x + 1) * channels)];
  };
  const expected = Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
    const distances: number[] = [];
    for (let v = 0; v < SIDE; v += 2)
      for (let u = 0; u < SIDE; u += 2) {
        // The first stage is not compared.
        const cosines = [1, 2].map((stage) => {
          const four = [
            tokenAt(stage, u, v),
            tokenAt(stage, u + 1, v),
            tokenAt(stage, u, v + 1),
            tokenAt(stage, u + 1, v + 1),
          ];
          const square = unit(
            four[0]!.map((_value, c) => four.reduce((sum, token) => sum + token[c]!, 0) / 4),
          );
          return unit(tokenAt(stage, x, y)).reduce((sum, value, c) => sum + value * square[c]!, 0);
        });
        distances.push((1 - (cosines[0]! + cosines[1]!) / 2) / 2);
      }
    // A tenth of 64 squares.
    const nearest = distances.sort((a, b) => a - b).slice(0, 6);
    return nearest.reduce((sum, value) => sum + value, 0) / 6;
  });
  const { tools } = fakeTools(painted([], 0), () => []);
  const image = {
    ...fakeImage(
      () => 0,
      () => [0],
    ),
    stages,
  };
  const { data } = await tokenSaliency(image, { ...tools, run });
  const worst = expected.reduce(
    (most, value, at) =>
      Math.max(most, Math.abs(value - data[(Math.floor(at / SIDE) * 16 + 8) * 256 + (at % SIDE) * 16 + 8]!)),
    0,
  );
  // Tokens are compared at half precision.
  expect(worst).toBeLessThan(1e-3);
});
