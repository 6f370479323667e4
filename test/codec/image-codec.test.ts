import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import {
  decodeGrey16,
  encodeGrey8,
  encodeGrey16,
  encodeRgb,
  readFrameImage,
  readRgb,
  resizeRgb,
  thumbnail,
} from '../../src-main/codec/image-codec.ts';
import { decodeMask } from '../../src-main/codec/mask-codec.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { tempFolder, withoutAccess } from '../temp-folder.ts';
import { type BmpDescription, bmpFile } from './bmp-file.ts';

const limits = { maxPixels: 50_000_000 };
const frame = { ...limits, size: 1024 };
const ORANGE = [200, 100, 50] as const;

function filled(width: number, height: number, [r, g, b]: readonly [number, number, number]): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set([r, g, b], i);
  return { width, height, data };
}

function raw({ width, height, data }: RgbImage): Sharp {
  return sharp(data, { raw: { width, height, channels: 3 } });
}

function noise(width: number, height: number): RgbImage {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * 3 }, () => {
    state = (state * 48271) % 2147483647;
    return state & 255;
  });
  return { width, height, data };
}

async function fileWith(bytes: Uint8Array, name = 'image.dat'): Promise<string> {
  const path = join(await tempFolder(), name);
  await writeFile(path, bytes);
  return path;
}

async function readBytes(bytes: Uint8Array): Promise<RgbImage> {
  return readRgb(await fileWith(bytes), limits);
}

function pixelOf(image: RgbImage, x: number, y: number): number[] {
  return [...image.data.subarray((y * image.width + x) * 3, (y * image.width + x) * 3 + 3)];
}

function expectNear(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  const distance = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(distance, `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}

describe('formats and colours', () => {
  const orange = filled(24, 16, ORANGE);
  const files: [string, () => Promise<Buffer>, readonly number[], number][] = [
    ['JPEG', () => raw(orange).jpeg({ quality: 98 }).toBuffer(), ORANGE, 2],
    ['PNG', () => raw(orange).png().toBuffer(), ORANGE, 0],
    ['palette PNG', () => raw(orange).png({ palette: true }).toBuffer(), ORANGE, 1],
    ['WebP', () => raw(orange).webp({ lossless: true }).toBuffer(), ORANGE, 0],
    ['GIF', () => raw(orange).gif().toBuffer(), ORANGE, 1],
    ['TIFF', () => raw(orange).tiff({ compression: 'none' }).toBuffer(), ORANGE, 0],
    ['LZW TIFF', () => raw(orange).tiff({ compression: 'lzw' }).toBuffer(), ORANGE, 0],
    // libvips widens 200 to 51200, which is 199.2 of 255.
    ['16-bit PNG', () => raw(orange).toColourspace('rgb16').png().toBuffer(), ORANGE, 1],
    ['16-bit TIFF', () => raw(orange).toColourspace('rgb16').tiff().toBuffer(), ORANGE, 1],
    [
      'CMYK JPEG with a profile',
      () => cmyk().withIccProfile('cmyk').jpeg({ quality: 98 }).toBuffer(),
      ORANGE,
      30,
    ],
    ['CMYK JPEG without a profile', () => cmyk().jpeg({ quality: 98 }).toBuffer(), ORANGE, 30],
    ['CMYK TIFF', () => cmyk().tiff().toBuffer(), ORANGE, 30],
    ['PNG with a wide-gamut profile', () => raw(orange).withIccProfile('p3').png().toBuffer(), ORANGE, 2],
    ['grey PNG', () => grey(77).png().toBuffer(), [77, 77, 77], 0],
    ['grey JPEG', () => grey(77).jpeg({ quality: 98 }).toBuffer(), [77, 77, 77], 1],
    ['grey TIFF', () => grey(77).tiff().toBuffer(), [77, 77, 77], 0],
    [
      'wholly transparent grey PNG, shown opaque',
      () => grey(77).ensureAlpha(0).png().toBuffer(),
      [77, 77, 77],
      0,
    ],
    ['half transparent PNG', () => raw(orange).ensureAlpha(0.5).png().toBuffer(), [159, 109, 84], 1],
    ['opaque PNG with alpha', () => raw(orange).ensureAlpha(1).png().toBuffer(), ORANGE, 0],
    [
      'wholly transparent 16-bit PNG, shown opaque',
      () => raw(orange).ensureAlpha(0).toColourspace('rgb16').png().toBuffer(),
      ORANGE,
      1,
    ],
  ];
  const cmyk = () => raw(orange).toColourspace('cmyk');
  const grey = (value: number) =>
    sharp(new Uint8Array(24 * 16).fill(value), { raw: { width: 24, height: 16, channels: 1 } }).toColourspace(
      'b-w',
    );

  test.each(files)('%s', async (_name, make, expected, tolerance) => {
    const image = await readBytes(await make());
    expect([image.width, image.height, image.data.length]).toEqual([24, 16, 24 * 16 * 3]);
    expectNear(pixelOf(image, 11, 7), expected, tolerance);
  });

  test('a 16-bit grey image keeps its high bytes', async () => {
    const values = Uint16Array.from({ length: 256 }, (_, i) => i * 257);
    const { data } = await readBytes(await encodeGrey16(16, 16, values));
    expect([...data]).toEqual(Array.from({ length: 256 }, (_, i) => [i, i, i]).flat());
  });

  test('only the first page of a file with several is read', async () => {
    const both = Buffer.concat([filled(8, 8, ORANGE).data, filled(8, 8, [0, 0, 255]).data]);
    const animation = await sharp(both, { raw: { width: 8, height: 16, channels: 3, pageHeight: 8 } })
      .webp({ lossless: true })
      .toBuffer();
    const image = await readBytes(animation);
    expect([image.width, image.height]).toEqual([8, 8]);
    expectNear(pixelOf(image, 4, 4), ORANGE, 0);
  });

  // Exif 2.32, 4.6.4: where the stored first row and first column lie on the upright image.
  test.each([
    [1, 'left top'],
    [2, 'right top'],
    [3, 'right bottom'],
    [4, 'left bottom'],
    [5, 'left top', 'turned'],
    [6, 'right top', 'turned'],
    [7, 'right bottom', 'turned'],
    [8, 'left bottom', 'turned'],
  ])('EXIF orientation %i puts the stored first pixel %s', async (orientation, corner, turned?: string) => {
    const stored = filled(6, 4, [0, 0, 0]);
    stored.data.set(ORANGE, 0);
    const file = await raw(stored).withMetadata({ orientation }).tiff({ compression: 'none' }).toBuffer();
    const image = await readBytes(file);
    expect([image.width, image.height]).toEqual(turned ? [4, 6] : [6, 4]);
    const x = corner.startsWith('left') ? 0 : image.width - 1;
    const y = corner.endsWith('top') ? 0 : image.height - 1;
    expect(pixelOf(image, x, y)).toEqual([...ORANGE]);
  });
});

describe('BMP', () => {
  const sixteen = Array.from({ length: 16 }, (_, i) => [i * 16, 255 - i, i] as const);
  const full = Array.from({ length: 256 }, (_, i) => [i, 255 - i, i ^ 85] as const);
  const wide = (x: number, y: number) => x * 0x10000 + y * 0x100 + 77;
  const split = (shifts: readonly number[], bits: readonly number[]) => (value: number) =>
    shifts.map((shift, i) => (((value >> shift) & (2 ** bits[i]! - 1)) * 255) / (2 ** bits[i]! - 1));
  type Case = Omit<BmpDescription, 'width' | 'height'> & { rgb: (value: number) => readonly number[] };
  const kinds: [string, Case][] = [
    [
      '1 bit',
      { bits: 1, palette: sixteen.slice(3, 5), pixel: (x, y) => (x + y) & 1, rgb: (v) => sixteen[v + 3]! },
    ],
    ['4 bits', { bits: 4, palette: sixteen, pixel: (x, y) => (x * 3 + y) & 15, rgb: (v) => sixteen[v]! }],
    ['8 bits', { bits: 8, palette: full, pixel: (x, y) => (x * 17 + y * 9) & 255, rgb: (v) => full[v]! }],
    ['16 bits', { bits: 16, pixel: (x, y) => (x << 10) | (y << 5) | 3, rgb: split([10, 5, 0], [5, 5, 5]) }],
    [
      '16 bits with masks',
      {
        bits: 16,
        masks: [0xf800, 0x7e0, 0x1f],
        pixel: (x, y) => (x << 11) | (y << 5) | 3,
        rgb: split([11, 5, 0], [5, 6, 5]),
      },
    ],
    ['24 bits', { bits: 24, pixel: wide, rgb: split([16, 8, 0], [8, 8, 8]) }],
    ['32 bits', { bits: 32, pixel: wide, rgb: split([16, 8, 0], [8, 8, 8]) }],
    [
      '32 bits with masks',
      { bits: 32, masks: [0xff, 0xff00, 0xff0000], pixel: wide, rgb: split([0, 8, 16], [8, 8, 8]) },
    ],
  ];

  test.each(kinds)('%s', async (_name, { rgb, ...kind }) => {
    for (const topDown of [false, true]) {
      const image = await readBytes(bmpFile({ ...kind, width: 13, height: 7, topDown }));
      expect([image.width, image.height]).toEqual([13, 7]);
      for (let y = 0; y < 7; y++) {
        for (let x = 0; x < 13; x++) {
          // Five bits may be widened by repeating them or by shifting.
          expectNear(pixelOf(image, x, y), rgb(kind.pixel(x, y)), kind.bits === 16 ? 8 : 0);
        }
      }
    }
  });

  test('cut off data is an error', async () => {
    const file = bmpFile({ width: 40, height: 40, bits: 24, pixel: () => 0x808080 });
    await expect(readBytes(file.subarray(0, file.length / 2))).rejects.toMatchObject({
      code: 'image-unreadable',
    });
  });
});

describe('readFrameImage', () => {
  test.each([
    [1024, 1024],
    [4000, 3000],
    [300, 801],
    [8, 2000],
    [33, 20],
    [5000, 9],
  ])('scales %i × %i to the frame of SAM', async (width, height) => {
    const bytes = await raw(filled(width, height, ORANGE))
      .png({ compressionLevel: 1 })
      .toBuffer();
    const image = await readFrameImage(await fileWith(bytes), frame);
    const scale = 1024 / Math.max(width, height);
    expect(image).toMatchObject({
      contentHash: sha256(bytes),
      imageWidth: width,
      imageHeight: height,
      size: 1024,
      scale,
      width: Math.max(1, Math.floor(width * scale + 0.5)),
      height: Math.max(1, Math.floor(height * scale + 0.5)),
    });
    expect(image.rgb.length).toBe(image.width * image.height * 3);
    expectNear([...image.rgb.subarray(-3)], ORANGE, 1);
  });

  test('orients before it scales', async () => {
    const bytes = await raw(filled(200, 100, ORANGE))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const image = await readFrameImage(await fileWith(bytes), frame);
    expect([image.imageWidth, image.imageHeight]).toEqual([100, 200]);
    expect([image.width, image.height]).toEqual([512, 1024]);
  });

  /** The stored pixel that is shown at (x, y) of a picture of this size (Exif 2.32, 4.6.4). */
  const STORED: Record<number, (x: number, y: number, w: number, h: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y, w) => [w - 1 - x, y],
    3: (x, y, w, h) => [w - 1 - x, h - 1 - y],
    4: (x, y, _w, h) => [x, h - 1 - y],
    5: (x, y) => [y, x],
    6: (x, y, w) => [y, w - 1 - x],
    7: (x, y, w, h) => [h - 1 - y, w - 1 - x],
    8: (x, y, _w, h) => [h - 1 - y, x],
  };

  test.each([
    ['enlarged', 75, 50],
    ['enlarged upright', 50, 75],
    ['shrunk', 275, 38],
  ])(
    'the same picture is the same frame in all eight orientations, %s',
    async (_name, width, height) => {
      const small = { ...limits, size: 256 };
      const shown = noise(width, height);
      const expected = await readFrameImage(await fileWith(await raw(shown).png().toBuffer()), small);
      for (let orientation = 2; orientation <= 8; orientation++) {
        const [w, h] = orientation >= 5 ? [height, width] : [width, height];
        const stored = filled(w, h, [0, 0, 0]);
        for (let y = 0; y < h; y++) {
          for (let x = 0; x < w; x++) {
            // Where the stored pixel (x, y) is shown: the other way round.
            const [atX, atY] = STORED[
              ({ 6: 8, 8: 6 } as Record<number, number>)[orientation] ?? orientation
            ]!(x, y, w, h);
            stored.data.set(pixelOf(shown, atX, atY), (y * w + x) * 3);
          }
        }
        for (const file of [
          await raw(stored).withMetadata({ orientation }).png({ compressionLevel: 1 }).toBuffer(),
          await raw(stored).withMetadata({ orientation }).tiff({ compression: 'none' }).toBuffer(),
          await raw(stored)
            .ensureAlpha(1)
            .withMetadata({ orientation })
            .png({ compressionLevel: 1 })
            .toBuffer(),
        ]) {
          const image = await readFrameImage(await fileWith(file), small);
          expect([image.imageWidth, image.imageHeight]).toEqual([width, height]);
          expect(Buffer.compare(image.rgb, expected.rgb), `orientation ${orientation}`).toBe(0);
        }
      }
    },
    60_000,
  );

  test.each([
    [1, 1],
    [2, 2],
    [640, 7],
    [7, 640],
  ])('%i × %i pixels are too few to inspect; they can still be looked at', async (width, height) => {
    const path = await fileWith(
      await raw(filled(width, height, ORANGE))
        .png()
        .toBuffer(),
    );
    await expect(readFrameImage(path, frame)).rejects.toMatchObject({
      code: 'image-unsupported',
      details: { case: 'image-too-small', file: path, width, height, limit: 8 },
    });
    expect((await readRgb(path, limits)).width).toBe(width);
    await thumbnail(path, 64, limits);
  });

  test('gives the pixels that reading and resizing give', async () => {
    const path = await fileWith(await raw(noise(1500, 700)).jpeg().toBuffer());
    const image = await readFrameImage(path, frame);
    const resized = await resizeRgb(await readRgb(path, limits), 1024, 478);
    expect(image.rgb.length).toBe(resized.data.length);
    expect(Buffer.compare(image.rgb, resized.data)).toBe(0);
  });

  test('keeps memory flat over many images', async () => {
    const path = await fileWith(await raw(noise(800, 600)).jpeg().toBuffer());
    const script = `
      import { readFrameImage } from ${JSON.stringify(new URL('../../src-main/codec/image-codec.ts', import.meta.url))};
      const rss = async (count) => {
        for (let i = 0; i < count; i++) await readFrameImage(process.argv[1], { maxPixels: 1e8, size: 1024 });
        return process.memoryUsage().rss / 1e6;
      };
      const first = await rss(20);
      console.log((await rss(160)) - first);`;
    const args = ['--input-type=module', '-e', script, path];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    // What 160 pictures and frames take is 600 MB; allocators keep some tens of it on any machine.
    expect(Number(stdout)).toBeLessThan(200);
  });
});

describe('resizeRgb', () => {
  test('averages when shrinking, so that fine patterns do not alias', async () => {
    const image = filled(512, 512, [0, 0, 0]);
    for (let i = 0; i < 512 * 512; i++)
      if (((i % 512) + Math.floor(i / 512)) & 1) image.data.fill(255, i * 3, i * 3 + 3);
    const small = await resizeRgb(image, 100, 100);
    const inner = [...small.data].filter((_, i) => i % 300 > 6 && i % 300 < 294);
    expect(Math.min(...inner)).toBeGreaterThan(115);
    expect(Math.max(...inner)).toBeLessThan(140);
  });

  test('enlarges linearly, without overshoot, at most half a pixel out of place', async () => {
    const image = filled(8, 8, [50, 50, 50]);
    for (let y = 0; y < 8; y++) image.data.fill(150, (y * 8 + 4) * 3, (y * 8 + 8) * 3);
    const large = await resizeRgb(image, 32, 32);
    // Pixel x lies at (x + 0.5) / 4 − 0.5 of the source, whose values rise linearly from 3 to 4.
    const edge = (x: number) => 50 + 100 * Math.min(1, Math.max(0, (x + 0.5) / 4 - 0.5 - 3));
    for (let x = 0; x < 32; x++) {
      const [value] = pixelOf(large, x, 16) as [number];
      expect(value).toBeGreaterThanOrEqual(Math.floor(edge(x - 0.5)));
      expect(value).toBeLessThanOrEqual(Math.ceil(edge(x + 0.5)));
    }
  });
});

describe('encoding', () => {
  test('RGB survives PNG exactly and JPEG nearly', async () => {
    const image = noise(40, 30);
    const png = await readBytes(await encodeRgb(image, { format: 'png' }));
    expect(png).toEqual(image);
    const smooth = filled(40, 30, ORANGE);
    const jpeg = await readBytes(await encodeRgb(smooth, { format: 'jpeg', quality: 95 }));
    expectNear(pixelOf(jpeg, 20, 15), ORANGE, 2);
    const [fine, coarse] = await Promise.all(
      [95, 20].map((quality) => encodeRgb(image, { format: 'jpeg', quality })),
    );
    expect(coarse!.length).toBeLessThan(fine!.length);
  });

  test('16-bit grey survives exactly, over the whole range', async () => {
    const data = Uint16Array.from({ length: 65536 }, (_, i) => (i * 40503) & 65535);
    const decoded = await decodeGrey16(await encodeGrey16(256, 256, data));
    expect([decoded.width, decoded.height]).toEqual([256, 256]);
    expect(decoded.data).toEqual(data);
  });

  test('grey PNGs have one channel of 8 and 16 bits', async () => {
    const eight = await encodeGrey8(5, 3, new Uint8Array(15).fill(255));
    const sixteen = await encodeGrey16(5, 3, new Uint16Array(15));
    // IHDR: bit depth, colour type (0: grey).
    expect([...eight.subarray(24, 26)]).toEqual([8, 0]);
    expect([...sixteen.subarray(24, 26)]).toEqual([16, 0]);
  });

  test('a damaged 16-bit map is an error', async () => {
    const png = await encodeGrey16(64, 64, new Uint16Array(4096).fill(300));
    await expect(decodeGrey16(png.subarray(0, 60))).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  test('a thumbnail keeps the proportions and never enlarges', async () => {
    const path = await fileWith(
      await raw(filled(900, 300, ORANGE))
        .png()
        .toBuffer(),
    );
    const small = await readBytes(await thumbnail(path, 90, limits));
    expect([small.width, small.height]).toEqual([90, 30]);
    const same = await readBytes(await thumbnail(path, 2000, limits));
    expect([same.width, same.height]).toEqual([900, 300]);
  });
});

describe('bad input', () => {
  const orange = filled(256, 256, ORANGE);
  const readers: [string, (path: string) => Promise<unknown>][] = [
    ['readFrameImage', (path) => readFrameImage(path, frame)],
    ['readRgb', (path) => readRgb(path, limits)],
    ['thumbnail', (path) => thumbnail(path, 64, limits)],
    ['decodeMask', (path) => decodeMask(path, limits)],
  ];

  async function expectRefused(path: string, code: string, message: RegExp): Promise<void> {
    for (const [name, read] of readers) {
      await expect(read(path), name).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    }
  }

  test('a missing file', async () => {
    await expectRefused(
      join(await tempFolder(), 'none.png'),
      'image-not-found',
      /none\.png does not exist.*Check/,
    );
  });

  test('a name that Node could not decode', async () => {
    await expectRefused(join(await tempFolder(), 'bad\ufffd.png'), 'image-not-found', /not valid Unicode/);
  });

  test('a folder', async () => {
    await expectRefused(await tempFolder(), 'image-unreadable', /not a file/);
  });

  test('a file without read permission', async () => {
    const path = await fileWith(await raw(orange).png().toBuffer());
    const error = withoutAccess(path, () => readRgb(path, limits));
    await expect(error).rejects.toMatchObject({
      code: 'image-unreadable',
      message: expect.stringContaining('permission'),
    });
  });

  test('an empty file', async () => {
    await expectRefused(await fileWith(new Uint8Array()), 'image-unreadable', /empty.*again/);
  });

  test('text and drawings named .png', async () => {
    await expectRefused(
      await fileWith(Buffer.from('a note'), 'a.png'),
      'image-unreadable',
      /a\.png is not a JPEG/,
    );
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expectRefused(await fileWith(svg, 'b.png'), 'image-unreadable', /b\.png is not a JPEG/);
  });

  test.each(['jpeg', 'png', 'webp', 'tiff', 'gif'] as const)('half of a %s file', async (format) => {
    const bytes = await raw(noise(256, 256)).toFormat(format).toBuffer();
    await expectRefused(
      await fileWith(bytes.subarray(0, bytes.length >> 1)),
      'image-unreadable',
      /damaged or incomplete.*again/,
    );
  });

  test('a JPEG with its middle overwritten', async () => {
    const bytes = await raw(noise(256, 256)).jpeg().toBuffer();
    bytes.fill(0xff, bytes.length >> 1, (bytes.length >> 1) + 400);
    await expectRefused(await fileWith(bytes), 'image-unreadable', /damaged/);
  });

  test('a PNG whose header claims 30000 × 30000 pixels is refused before it is decoded', async () => {
    const bytes = await raw(orange).png().toBuffer();
    bytes.writeUInt32BE(30000, 16);
    bytes.writeUInt32BE(30000, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(12, 29)), 29);
    const path = await fileWith(bytes);
    const before = process.memoryUsage().rss;
    await expectRefused(path, 'image-too-large', /30000 × 30000.*900000000.*50000000.*maxPixels/);
    // What it claims is 2.7 GB; what else goes on in this process is far less.
    expect(process.memoryUsage().rss - before).toBeLessThan(1e9);
  });

  test('a BMP whose header claims 30000 × 30000 pixels', async () => {
    const bytes = bmpFile({ width: 4, height: 4, bits: 24, pixel: () => 0 });
    bytes.writeInt32LE(30000, 18);
    bytes.writeInt32LE(-30000, 22);
    await expectRefused(await fileWith(bytes), 'image-too-large', /30000 × 30000.*maxPixels/);
  });

  test('an image of exactly the limit is read, one pixel more is not', async () => {
    const path = await fileWith(await raw(orange).png().toBuffer());
    expect((await readRgb(path, { maxPixels: 65536 })).width).toBe(256);
    await expect(readRgb(path, { maxPixels: 65535 })).rejects.toMatchObject({ code: 'image-too-large' });
  });
});

describe('an image that is wanted in full size as well', () => {
  test.each([
    ['a plain PNG', (image: Sharp) => image.png()],
    ['opaque with transparency', (image: Sharp) => image.ensureAlpha().png()],
    ['turned by EXIF', (image: Sharp) => image.withMetadata({ orientation: 6 }).tiff()],
    ['grey', (image: Sharp) => image.greyscale().png()],
  ])('has the pixels of one that is read whole: %s', async (_, encode) => {
    const path = join(await tempFolder(), 'image');
    await writeFile(path, await encode(raw(noise(90, 60))).toBuffer());
    const { whole, ...read } = await readFrameImage(path, { ...frame, wantsWhole: async () => true });
    expect(whole).toEqual(await readRgb(path, limits));
    const plain = await readFrameImage(path, frame);
    expect(read.rgb.length).toBe(plain.rgb.length);
    expect(read.notices).toEqual(plain.notices);
  });
});
