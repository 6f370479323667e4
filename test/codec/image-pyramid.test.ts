import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { TILE_SIZE, writePyramid } from '../../src-main/codec/image-pyramid.ts';
import { tempFolder } from '../temp-folder.ts';
import { bmpFile } from './bmp-file.ts';

const limits = { maxPixels: 10_000_000 };

/** Smooth colours, so that JPEG and resampling change them little: each place has its own. */
function gradient(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      data[i] = (255 * x) / width;
      data[i + 1] = (255 * y) / height;
      data[i + 2] = 128;
    }
  }
  return data;
}

const raw = (width: number, height: number) =>
  sharp(gradient(width, height), { raw: { width, height, channels: 3 } });

/** The same colours, as a BMP's pixel. */
function bmpColour(x: number, y: number): number {
  return (Math.floor((255 * x) / 600) << 16) | (Math.floor((255 * y) / 900) << 8) | 128;
}

/** Checks size and colours of every tile, and that there are no others. */
async function expectGradient(folder: string, width: number, height: number, levels: number) {
  expect((await readdir(folder)).sort()).toEqual(Array.from({ length: levels }, (_, level) => String(level)));
  for (let level = 0; level < levels; level++) {
    const scale = 2 ** level;
    const [w, h] = [Math.ceil(width / scale), Math.ceil(height / scale)];
    const names: string[] = [];
    // JPEG's error, and half a pixel: odd sizes shrink to sizes that are not quite half.
    const tolerance = 4 + (0.5 * 255 * scale) / Math.min(width, height);
    for (let row = 0; row * TILE_SIZE < h; row++) {
      for (let column = 0; column * TILE_SIZE < w; column++) {
        const name = `${column}_${row}.jpeg`;
        names.push(name);
        const { data, info } = await sharp(join(folder, String(level), name))
          .raw()
          .toBuffer({ resolveWithObject: true });
        expect([info.width, info.height, info.channels]).toEqual([
          Math.min(TILE_SIZE, w - column * TILE_SIZE),
          Math.min(TILE_SIZE, h - row * TILE_SIZE),
          3,
        ]);
        for (const [x, y] of [
          [0, 0],
          [info.width - 1, 0],
          [info.width >> 1, info.height >> 1],
          [0, info.height - 1],
        ] as const) {
          const at = 3 * (y * info.width + x);
          const expected = [
            (255 * (column * TILE_SIZE + x + 0.5) * scale) / width,
            (255 * (row * TILE_SIZE + y + 0.5) * scale) / height,
            128,
          ];
          expected.forEach((value, channel) => {
            expect(Math.abs(data[at + channel]! - value)).toBeLessThan(tolerance);
          });
        }
      }
    }
    expect((await readdir(join(folder, String(level)))).sort()).toEqual(names.sort());
  }
}

describe.each([
  ['streamed by libvips', true],
  ['cut by hand', false],
])('an image in tiles, %s', (_name, streamed) => {
  test.each([
    [1301, 777, 3],
    [1025, 100, 3],
    [1024, 1024, 2],
    [512, 512, 1],
    [7, 1500, 3],
    [1, 1, 1],
  ])('%i × %i', async (width, height, levels) => {
    const folder = join(await tempFolder(), 'tiles');
    const png = await raw(width, height).png().toBuffer();
    expect(await writePyramid(png, 'x', folder, { ...limits, streamed })).toEqual({ width, height, levels });
    if (width > 10 && height > 10) await expectGradient(folder, width, height, levels);
    expect(await readdir(join(folder, '..'))).toEqual(['tiles']);
  });

  test('comes out upright, in 8 bits and without transparency', async () => {
    const files = {
      // Orientation 6: the camera lay on its side, so the file's columns are the picture's rows.
      oriented: await raw(600, 900)
        .rotate(-90)
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 100 })
        .toBuffer(),
      deep: await raw(600, 900).toColourspace('rgb16').png().toBuffer(),
      clear: await raw(600, 900).ensureAlpha(1).png().toBuffer(),
      tiff: await raw(600, 900).tiff().toBuffer(),
      bmp: bmpFile({ width: 600, height: 900, bits: 24, pixel: (x, y) => bmpColour(x, y) }),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const folder = join(await tempFolder(), name);
      expect(await writePyramid(bytes, name, folder, { ...limits, streamed })).toEqual({
        width: 600,
        height: 900,
        levels: 2,
      });
      await expectGradient(folder, 600, 900, 2);
    }
  });

  test('refuses what is no image, is cut off or too large', async () => {
    const folder = join(await tempFolder(), 'tiles');
    const png = await raw(900, 900).png({ compressionLevel: 0 }).toBuffer();
    const options = { ...limits, streamed };
    await expect(writePyramid(Buffer.from('text'), 'x', folder, options)).rejects.toMatchObject({
      code: 'image-unreadable',
    });
    await expect(writePyramid(png.subarray(0, 50_000), 'x', folder, options)).rejects.toMatchObject({
      code: 'image-unreadable',
    });
    await expect(writePyramid(png, 'x', folder, { maxPixels: 100, streamed })).rejects.toMatchObject({
      code: 'image-too-large',
    });
  });
});
