import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type InferenceClient, openInference } from '../../src-main/inference/inference-client.ts';
import { unpackLevels } from '../../src-shared/packed-levels.ts';
import { tempFolder } from '../temp-folder.ts';
import { type OwnSegmenter, writeOwnSegmenterPack } from './own-segmenter-pack.ts';
import { TINY_RECIPE } from './tiny-pack.ts';

/** Edges of a box: left, top, right, bottom. */
type Edges = readonly [number, number, number, number];

const PICTURES: readonly {
  readonly of: string;
  readonly width: number;
  readonly height: number;
  readonly planted: Edges;
  /** EXIF orientation 6: stored lying on its side. */
  readonly isTurned?: boolean;
}[] = [
  { of: 'a square', width: 900, height: 900, planted: [120, 300, 310, 420] },
  { of: 'a strip of 20:1', width: 2400, height: 120, planted: [900, 30, 1080, 84] },
  { of: 'a strip of 1:20', width: 110, height: 2200, planted: [20, 1500, 80, 1660] },
  { of: 'a corner at the end', width: 1200, height: 500, planted: [1165, 468, 1200, 500] },
  { of: 'a corner at the start', width: 500, height: 1200, planted: [0, 0, 32, 30] },
  { of: 'a turned photograph', width: 1500, height: 600, planted: [1260, 60, 1420, 200], isTurned: true },
];

const SEGMENTERS: readonly OwnSegmenter[] = [
  { dialect: 'sam2', fit: 'squash', inputSize: 512, maskSide: 256 },
  { dialect: 'sam2', fit: 'squash', inputSize: 512, maskSide: 128 },
  { dialect: 'hugging-face', fit: 'longest-side-pad', inputSize: 1024, maskSide: 256 },
  { dialect: 'hugging-face', fit: 'longest-side-pad', inputSize: 768, maskSide: 256 },
  { dialect: 'hugging-face', fit: 'squash', inputSize: 256, maskSide: 64 },
];

/** White where planted, white again at the other end, else black. */
async function drawn(path: string, { width, height, planted, isTurned }: (typeof PICTURES)[number]) {
  const [left, top, right, bottom] = planted;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isDecoy =
        width > height
          ? Math.abs(x - ((left + width * 0.6) % width)) < 20
          : Math.abs(y - ((top + height * 0.6) % height)) < 20;
      const isIn = x >= left && x < right && y >= top && y < bottom;
      if (isIn || isDecoy) data.fill(255, (y * width + x) * 3, (y * width + x) * 3 + 3);
    }
  const upright = sharp(data, { raw: { width, height, channels: 3 } });
  const stored = isTurned ? upright.rotate(270).withMetadata({ orientation: 6 }) : upright;
  await stored.png().toFile(path);
}

describe.each(SEGMENTERS)('$dialect, $fit, $inputSize pixels, masks of $maskSide', (segmenter) => {
  it('what is seen in one frame comes back at its place in the image', async () => {
    const folder = await tempFolder();
    await writeOwnSegmenterPack(join(folder, 'pack'), segmenter);
    const inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
    onTestFinished(() => inference.close());
    for (const [i, picture] of PICTURES.entries()) {
      const { of, width, height, planted } = picture;
      const path = join(folder, `${i}.png`);
      await drawn(path, picture);
      const [left, top, right, bottom] = planted;
      const levels = await ask(inference, path, { x: (left + right) / 2, y: (top + bottom) / 2 });
      // A cell of the mask's lattice or of the map frame's, whichever is larger.
      const { fit, maskSide } = segmenter;
      const cell = (length: number) => (fit === 'squash' ? length : Math.max(width, height)) / maskSide;
      const mapCell = Math.max(width, height) / 256;
      for (const { polygons, area } of levels) {
        const found = edgesOf(polygons);
        planted.forEach((edge, k) => {
          const tolerance = Math.max(cell(k % 2 === 0 ? width : height), mapCell);
          expect(Math.abs(found[k]! - edge), `${of}: edge ${k} at ${found[k]}, not ${edge}`).toBeLessThan(
            tolerance,
          );
        });
        const [x0, y0, x1, y1] = found;
        expect(area / ((x1 - x0) * (y1 - y0)), of).toBeGreaterThan(0.8);
      }
    }
  });
});

async function ask(inference: InferenceClient, path: string, { x, y }: { x: number; y: number }) {
  const prompts = { box: null, points: [{ x, y, label: 1 as const }] };
  const { levels } = await inference.askSam({ path, recipe: TINY_RECIPE, prompts });
  expect(levels.length).not.toBe(0);
  return unpackLevels(levels);
}

function edgesOf(polygons: readonly (readonly (readonly (readonly [number, number])[])[])[]): Edges {
  const xy = polygons.flat(2);
  const xs = xy.map(([x]) => x);
  const ys = xy.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
