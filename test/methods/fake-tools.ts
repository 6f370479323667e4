import type { MethodImage, MethodTools } from '../../src-main/methods/method.ts';
import type { DecoderPrompts } from '../../src-main/pipeline/decoder-prompts.ts';
import type { LevelLogits } from '../../src-main/pipeline/mask-levels.ts';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';

/** A square picture of 256 pixels, each a cell; a token is 16 of them wide. */
const SIDE = 256;
const TOKENS = 16;
const MAP = 4 * TOKENS;

/** What SAM was asked, and the tools of a method whose head says `text` and whose SAM answers by `sam`. */
export function fakeTools(
  text: ScoreMap,
  sam: (prompts: DecoderPrompts) => readonly LevelLogits[],
  { boxes = true, maxRegions = 8, theta = 0.5 } = {},
): { readonly tools: MethodTools; readonly asked: DecoderPrompts[] } {
  const asked: DecoderPrompts[] = [];
  const vision = { inputSize: SIDE, fit: 'longest-side-pad', mean: [0, 0, 0], std: [1, 1, 1] };
  const other = () => {
    throw new TypeError('not used');
  };
  const tools: MethodTools = {
    pack: { vision, segmenter: { boxes } } as unknown as Pack,
    vision: other,
    weights: other,
    // Cosines, the only graph of these methods.
    async run(_graph, { queries, squares }) {
      const [rows, channels] = queries!.dims as [number, number];
      const columns = squares!.dims[0]!;
      const data = new Float32Array(rows * columns);
      for (let i = 0; i < rows; i++)
        for (let j = 0; j < columns; j++)
          for (let c = 0; c < channels; c++)
            data[i * columns + j]! += queries!.data[i * channels + c]! * squares!.data[j * channels + c]!;
      return { cosines: { type: 'float32', dims: [rows, columns], data } };
    },
    head: async () => text,
    onCells: (map) => ({
      width: SIDE,
      height: SIDE,
      data: Float32Array.from({ length: SIDE * SIDE }, (_, i) => {
        const y = Math.floor(i / SIDE);
        return map[Math.floor((y * MAP) / SIDE) * MAP + Math.floor(((i % SIDE) * MAP) / SIDE)]!;
      }),
    }),
    async askSam(prompts) {
      asked.push(...prompts);
      return prompts.map(sam);
    },
    regions: { theta, maxRegions, minRegionArea: 0 },
    shared: (_key, make) => make(),
  };
  return { tools, asked };
}

/** A picture of a grey level per pixel, with tokens. */
export function fakeImage(
  level: (x: number, y: number) => number,
  token: (x: number, y: number) => readonly number[],
): MethodImage {
  const plane = SIDE * SIDE;
  const data = new Float32Array(3 * plane);
  for (let i = 0; i < plane; i++) data[i] = level(i % SIDE, Math.floor(i / SIDE));
  data.copyWithin(plane, 0, plane);
  data.copyWithin(2 * plane, 0, plane);
  const tokens = Float32Array.from(
    Array.from({ length: TOKENS * TOKENS }, (_, i) => token(i % TOKENS, Math.floor(i / TOKENS))).flat(),
  );
  return {
    frame: frameFor(SIDE, SIDE, SIDE),
    pixels: { type: 'float32', dims: [1, 3, SIDE, SIDE], data },
    stages: [{ type: 'float32', dims: [TOKENS, TOKENS, tokens.length / (TOKENS * TOKENS)], data: tokens }],
    content: { width: TOKENS, height: TOKENS, mapWidth: MAP, mapHeight: MAP },
    language: { type: 'float32', dims: [2, 1], data: new Float32Array(2) },
  };
}

/** A map that is `value` in each of the boxes of cells, and `elsewhere` in none. */
export function painted(
  boxes: readonly { readonly at: readonly [number, number, number, number]; readonly value: number }[],
  elsewhere: number,
): ScoreMap {
  const data = new Float32Array(SIDE * SIDE).fill(elsewhere);
  for (const { at, value } of boxes) {
    const [left, top, width, height] = at;
    for (let y = top; y < top + height; y++) data.fill(value, y * SIDE + left, y * SIDE + left + width);
  }
  return { width: SIDE, height: SIDE, data };
}
