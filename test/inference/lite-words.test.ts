import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFrameImage } from '../../src-main/codec/image-codec.ts';
import type { EncoderImage } from '../../src-main/inference/encoder-image.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { frameTensor } from '../../src-main/pipeline/frame.ts';
import type { Recipe } from '../../src-shared/recipe.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/samples/tablet/test/chip/000.jpg', import.meta.url));

describe('the default pack', () => {
  let engine: Engine;
  let image: EncoderImage;
  let recipe: Recipe;
  beforeAll(async () => {
    const loaded = await loadPack('lite');
    const { vision, defaultRecipe } = loaded.pack;
    engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
    const { rgb, contentHash, ...frame } = await readFrameImage(SAMPLE, {
      maxPixels: defaultRecipe.maxPixels,
      size: vision.inputSize,
    });
    image = { key: contentHash, frame, pixels: frameTensor(rgb, frame, vision.mean, vision.std) };
    recipe = { ...defaultRecipe, object: 'tablet', theta: 1 };
  });

  const coarse = async (change: Partial<Recipe>) =>
    (await engine.segment(image, { ...recipe, ...change })).coarse.data;

  it('turns its map round when normal and abnormal phrases are exchanged', async () => {
    const { normal, abnormal, templates } = recipe.prompts;
    const map = await coarse({});
    const exchanged = await coarse({ prompts: { normal: abnormal, abnormal: normal, templates } });
    expect(Math.max(...map)).toBeGreaterThan(0.6);
    expect(Math.max(...map.map((value, i) => Math.abs(value + exchanged[i]! - 1)))).toBeLessThan(1e-3);
  });
});
