import { expect, it } from 'vitest';
import lite from '../../models/lite/pack.json' with { type: 'json' };
import type { EncoderImage } from '../../src-main/inference/encoder-image.ts';
import { Stopwatch } from '../../src-main/inference/stopwatch.ts';
import { RefinedImage, type Refinement } from '../../src-main/training/refined-image.ts';
import { refinementVariants } from '../../src-main/training/refinement-sweep.ts';
import { frameFor, MAP_SIDE } from '../../src-shared/frame.ts';
import { packSchema } from '../../src-shared/pack.ts';

const { defaultRecipe: recipe } = packSchema.parse(lite);
const frame = frameFor(1024, 1024, 1024);
const image: EncoderImage = { key: 'k', frame, pixels: new Float32Array(0) };
/** A blob of 0.9 on 0.1, 8 × 8 cells from (16, 16). */
const inBlob = (x: number, y: number) => x >= 16 && x < 24 && y >= 16 && y < 24;
const cells = Float32Array.from({ length: MAP_SIDE ** 2 }, (_, i) =>
  inBlob(i % MAP_SIDE, Math.floor(i / MAP_SIDE)) ? 0.9 : 0.1,
);
const quality = 0.8;

async function refined() {
  const asked: number[] = [];
  const engine = {
    coarseMap: async () => ({
      coarse: { width: MAP_SIDE, height: MAP_SIDE, data: cells },
      timings: new Stopwatch().timings,
    }),
    // Mask 1 is the blob, mask 2 nothing, mask 3 everything.
    askSam: async (_key: string, prompts: { readonly points: readonly unknown[] }) => {
      asked.push(prompts.points.length);
      const levels = [cells.map((value) => value - 0.5), cells.map(() => -1), cells.map(() => 1)].map(
        (logits) => ({
          logits,
          quality,
        }),
      );
      return { frame, levels, encodeMs: 0, decodeMs: 0 };
    },
  };
  return { asked, picture: await RefinedImage.of(image, recipe, engine) };
}

const base: Refinement = { theta: 0.5, lambda: 1, points: 3, levels: [1], support: true };
const at = (map: { readonly width: number; readonly data: Float32Array }, x: number, y: number) =>
  map.data[y * map.width + x]!;

it('refines as the formula says, and asks SAM once for each prompt', async () => {
  const { picture, asked } = await refined();
  const coarse = await picture.map(null);
  expect(at(coarse.map, 80, 80)).toBeCloseTo(0.9, 5);
  // (O + λ · quality · support) / (1 + λ), one mask that is the region: support 1.
  const one = await picture.map(base);
  expect(at(one.map, 80, 80)).toBeCloseTo((0.9 + quality) / 2, 5);
  const heavier = await picture.map({ ...base, lambda: 4 });
  expect(at(heavier.map, 80, 80)).toBeCloseTo((0.9 + 4 * quality) / 5, 5);
  // Of three masks the mean: one full, one empty, one of everything, which the map hardly supports.
  const mean = (0.1 * (MAP_SIDE ** 2 - 64) + 0.9 * 64) / MAP_SIDE ** 2;
  const all = await picture.map({ ...base, levels: [1, 2, 3] });
  expect(at(all.map, 80, 80)).toBeCloseTo((0.9 + (quality * (1 + mean / 0.9)) / 3) / 2, 4);
  const unsupported = await picture.map({ ...base, levels: [1, 2, 3], support: false });
  expect(at(unsupported.map, 80, 80)).toBeCloseTo((0.9 + (quality * 2) / 3) / 2, 4);
  // θ above the blob: nothing is asked, and the coarse map is the answer.
  expect((await picture.map({ ...base, theta: 0.95 })).map.data).toEqual(coarse.map.data);
  expect(asked).toEqual([3]);
  await picture.map({ ...base, points: 1 });
  expect(asked).toEqual([3, 1]);
});

it('varies one thing at a time around the recipe', () => {
  const variants = refinementVariants(recipe);
  const [first] = variants;
  expect(first!.refinement).toEqual({ theta: 0.73, lambda: 1, points: 3, levels: [1, 2, 3], support: true });
  for (const { varies, refinement } of variants.slice(1)) {
    const keys = Object.keys(first!.refinement!) as (keyof Refinement)[];
    const other =
      refinement && keys.filter((key) => String(refinement[key]) !== String(first!.refinement![key]));
    expect(other).toEqual(varies === 'mmr' ? null : [varies]);
  }
});
