import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { describeImage } from '../../src-main/codec/image-description.ts';
import { writePyramid } from '../../src-main/codec/image-pyramid.ts';
import { decodeMask } from '../../src-main/codec/mask-codec.ts';
import { readTiff } from '../../src-main/codec/tiff-directory.ts';
import { hasEnd } from '../../src-main/codec/whole-file.ts';
import { Random } from '../../src-shared/random.ts';
import { tempFolder } from '../temp-folder.ts';
import { bmpFile } from './bmp-file.ts';
import { limits, raw, readBytes, readFrame, textured } from './codec-fixture.ts';
import { rle8File } from './rle-file.ts';
import { tiffFile } from './tiff-file.ts';

const WIDTH = 56;
const HEIGHT = 40;
const picture = textured(WIDTH, HEIGHT);
const colours = () => raw(picture);
const animation = () =>
  sharp(Buffer.concat([1, 2, 3].map((seed) => textured(WIDTH, HEIGHT, seed).data)), {
    raw: { width: WIDTH, height: HEIGHT * 3, channels: 3, pageHeight: HEIGHT },
  });
const sample = (x: number, y: number, channel: number) => picture.data[(y * WIDTH + x) * 3 + channel]! * 257;
const deep = { width: WIDTH, height: HEIGHT, bits: 16, channels: 3, sample };
const tiles = { tile: true, tileWidth: 16, tileHeight: 16 };
const byte = (x: number, y: number) => sample(x, y, 0) & 255;

const files: [string, () => Promise<Buffer>][] = [
  ['JPEG', () => colours().jpeg().toBuffer()],
  ['progressive JPEG', () => colours().jpeg({ progressive: true }).toBuffer()],
  ['PNG', () => colours().png().toBuffer()],
  ['interlaced PNG', () => colours().png({ progressive: true }).toBuffer()],
  ['16-bit PNG', () => colours().toColourspace('rgb16').png().toBuffer()],
  ['PNG with transparency', () => colours().ensureAlpha(0.5).png().toBuffer()],
  ['palette PNG', () => colours().png({ palette: true }).toBuffer()],
  ['WebP', () => colours().webp().toBuffer()],
  ['lossless WebP', () => colours().webp({ lossless: true }).toBuffer()],
  ['WebP with transparency', () => colours().ensureAlpha(0.5).webp().toBuffer()],
  ['animated WebP', () => animation().webp().toBuffer()],
  ['GIF', () => colours().gif().toBuffer()],
  ['animated GIF', () => animation().gif().toBuffer()],
  ['AVIF', () => colours().avif({ effort: 0 }).toBuffer()],
  ['TIFF in strips', () => colours().tiff({ compression: 'none' }).toBuffer()],
  ['LZW TIFF', () => colours().tiff({ compression: 'lzw' }).toBuffer()],
  ['deflate TIFF', () => colours().tiff({ compression: 'deflate' }).toBuffer()],
  ['JPEG TIFF', () => colours().tiff({ compression: 'jpeg' }).toBuffer()],
  [
    'tiled TIFF',
    () =>
      colours()
        .tiff({ compression: 'none', ...tiles })
        .toBuffer(),
  ],
  [
    'tiled LZW TIFF',
    () =>
      colours()
        .tiff({ compression: 'lzw', ...tiles })
        .toBuffer(),
  ],
  [
    'tiled deflate TIFF',
    () =>
      colours()
        .tiff({ compression: 'deflate', ...tiles })
        .toBuffer(),
  ],
  [
    'tiled JPEG TIFF',
    () =>
      colours()
        .tiff({ compression: 'jpeg', ...tiles })
        .toBuffer(),
  ],
  ['BigTIFF', () => colours().tiff({ compression: 'lzw', bigtiff: true }).toBuffer()],
  [
    'TIFF of two pages',
    async () =>
      tiffFile([
        { ...deep, rowsPerStrip: 7 },
        { ...deep, tile: 16, deflated: true },
      ]),
  ],
  ['planar BigTIFF', async () => tiffFile([{ ...deep, planar: 2, rowsPerStrip: 9 }], { bigTiff: true })],
  [
    '12-bit TIFF',
    async () => tiffFile([{ ...deep, channels: 1, bits: 12, sample: (x, y) => byte(x, y) * 16 }]),
  ],
  ['BMP', async () => bmpFile({ width: WIDTH, height: HEIGHT, bits: 24, pixel: (x, y) => sample(x, y, 0) })],
  ['RLE8 BMP', async () => rle8File(WIDTH, HEIGHT, byte)],
];

/** Lengths at which a file is cut: near its end, near its beginning, and by chance. */
function cuts(length: number, name: string): number[] {
  const random = new Random(name);
  const some = Array.from({ length: 24 }, () => Math.floor(random.range(1, length)));
  return [...new Set([1, 8, 30, ...some, ...[40, 12, 4, 2, 1].map((rest) => length - rest)])];
}

describe('a file that is cut short', () => {
  test.each(files)('%s is refused, or shows exactly what the whole one shows', async (name, make) => {
    const whole = await make();
    const { pages } = await describeImage(whole, name);
    const shown = await Promise.all(pages.map(({ index }) => readBytes(whole, { page: index })));
    let refused = 0;
    for (const length of cuts(whole.length, name)) {
      const cut = whole.subarray(0, length);
      for (const [at, { index }] of pages.entries()) {
        try {
          const count = (await describeImage(cut, name)).pages.length;
          const { data } = await readBytes(cut, { page: index });
          expect(count, `pages of ${length} of ${whole.length} bytes`).toBe(pages.length);
          expect(Buffer.compare(data, shown[at]!.data), `${length} of ${whole.length} bytes`).toBe(0);
        } catch (error) {
          expect(error, `${length} of ${whole.length} bytes`).toMatchObject({ code: 'image-unreadable' });
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  test.each(files)('%s has no end while half of it is written, and has one then', async (_name, make) => {
    const whole = await make();
    expect(hasEnd(whole)).toBe(true);
    expect(hasEnd(whole.subarray(0, whole.length >> 1))).toBe(false);
    expect(hasEnd(whole.subarray(0, 0))).toBe(false);
    expect(hasEnd(new Uint8Array(whole.length))).toBe(false);
  });

  test.each(files)('%s is no mask and has no tiles', async (name, make) => {
    const whole = await make();
    const cut = whole.subarray(0, Math.floor(whole.length * 0.8));
    await expect(decodeMask(cut, limits)).rejects.toMatchObject({ code: 'image-unreadable' });
    const folder = join(await tempFolder(), 'tiles');
    await expect(writePyramid(cut, name, folder, limits)).rejects.toMatchObject({ code: 'image-unreadable' });
  });
});

describe('a TIFF with its full length whose end never arrived', () => {
  test.each([
    ['tiled deflate', { compression: 'deflate', ...tiles }],
    ['tiled LZW', { compression: 'lzw', ...tiles }],
    ['tiled JPEG', { compression: 'jpeg', ...tiles }],
    ['deflate', { compression: 'deflate' }],
    ['LZW', { compression: 'lzw' }],
  ] as const)('%s is refused', async (_name, options) => {
    const file = await colours().tiff(options).toBuffer();
    const { offsets, byteCounts } = readTiff(file, 'x').pages[0]!;
    for (const share of [0, 0.5]) {
      const broken = Buffer.from(file);
      const last = offsets.length - 1;
      broken.fill(
        0,
        offsets[last]! + Math.floor(byteCounts[last]! * share),
        offsets[last]! + byteCounts[last]!,
      );
      // JPEG has no way to tell zeros in the middle of its data from data.
      if (share > 0 && options.compression === 'jpeg') continue;
      await expect(readFrame(broken), `zeros from ${share}`).rejects.toMatchObject({
        code: 'image-unreadable',
      });
    }
  });
});
