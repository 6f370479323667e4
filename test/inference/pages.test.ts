import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { encodeRgb } from '../../src-main/codec/image-codec.ts';
import { openInference } from '../../src-main/inference/inference-client.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { multiPage } from '../multi-page.ts';
import { tempFolder } from '../temp-folder.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

const [WIDTH, HEIGHT] = [160, 100];

/** Noise with a bright spot. */
function spotted(x: number): RgbImage {
  const grain = noise(WIDTH * HEIGHT, x);
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    const near = Math.hypot((i % WIDTH) - x, Math.floor(i / WIDTH) - 50) < 20;
    data.fill(near ? 240 : 60 + 20 * grain[i]!, 3 * i, 3 * i + 3);
  }
  return { width: WIDTH, height: HEIGHT, data };
}

test('each page of a file gives what its picture gives alone, and SAM is asked about that page', async () => {
  const folder = await tempFolder();
  const packFolder = join(folder, 'pack');
  await writeTinyPack(packFolder);
  const pictures = [spotted(30), spotted(120)];
  const stack = join(folder, 'stack.tif');
  await writeFile(stack, await multiPage('tiff', pictures));
  const alone = await Promise.all(
    pictures.map(async (picture, i) => {
      const path = join(folder, `${i}.png`);
      await writeFile(path, await encodeRgb(picture, { format: 'png' }));
      return path;
    }),
  );
  const inference = await openInference({ packFolder, device: 'cpu', threads: 1 });
  onTestFinished(() => inference.close());
  const options = { recipe: TINY_RECIPE, artifactRoot: join(folder, 'artifacts') };
  const prompts = { box: null, points: [{ x: 80, y: 50, label: 1 as const }] };
  const findings = [];
  for (const page of [0, 1]) {
    const own = await inference.inspect({ path: alone[page]!, ...options });
    const { contentHash, ...ofPage } = await inference.inspect({ path: stack, page, ...options });
    expect(ofPage).toMatchObject({ score: own.score, regions: own.regions, artifacts: own.artifacts });
    expect(ofPage.notices).toContainEqual({ code: 'page', page: page + 1, pages: 2 });
    findings.push({ contentHash, coarse: ofPage.artifacts.coarseMap.sha256 });
  }
  expect(findings[0]!.contentHash).toBe(findings[1]!.contentHash);
  expect(findings[0]!.coarse).not.toBe(findings[1]!.coarse);
  // Both embeddings are kept by now, under one content: the page has to tell them apart.
  const { contentHash } = findings[0]!;
  for (const page of [0, 1]) {
    const asked = { recipe: TINY_RECIPE, prompts };
    const own = await inference.askSam({ path: alone[page]!, ...asked });
    const ofPage = await inference.askSam({ path: stack, page, contentHash, ...asked });
    expect(ofPage.levels).toEqual(own.levels);
  }
});
