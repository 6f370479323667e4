import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeGrey8, encodeGrey16 } from '../../src-main/codec/image-codec.ts';
import { decodeMask, encodeMaskPicture } from '../../src-main/codec/mask-codec.ts';
import { bmpFile } from './bmp-file.ts';
import { fileWith, limits } from './codec-fixture.ts';
import { type TiffPageDescription, tiffFile } from './tiff-file.ts';

describe('decodeMask', () => {
  const values = (...data: number[]) =>
    sharp(Uint8Array.from(data), { raw: { width: data.length, height: 1, channels: 1 } }).toColourspace(
      'b-w',
    );

  test('takes every value but 0 of a grey mask, and says which there are', async () => {
    const mask = await decodeMask(await values(0, 3, 127, 128, 255).png().toBuffer(), limits);
    expect(mask).toEqual({
      width: 5,
      height: 1,
      data: Uint8Array.of(0, 1, 1, 1, 1),
      values: ['0', '3', '127', '128', '255'],
    });
  });

  test('takes every class of a mask that holds class numbers', async () => {
    const path = await fileWith(await values(0, 1, 0, 6).png().toBuffer());
    expect([...(await decodeMask(path, limits)).data]).toEqual([0, 1, 0, 1]);
  });

  test('an empty mask stays empty', async () => {
    expect([...(await decodeMask(await values(0, 0, 0).png().toBuffer(), limits)).data]).toEqual([0, 0, 0]);
  });

  test('takes coloured marks, and nothing where a mask is transparent', async () => {
    const rgba = Uint8Array.of(255, 0, 0, 255, 0, 0, 200, 255, 255, 255, 255, 0, 0, 0, 0, 255);
    const png = await sharp(rgba, { raw: { width: 4, height: 1, channels: 4 } })
      .png()
      .toBuffer();
    expect([...(await decodeMask(png, limits)).data]).toEqual([1, 1, 0, 0]);
  });

  test('reads what encodeGrey8 writes', async () => {
    const data = Uint8Array.of(0, 255, 255, 0, 0, 255);
    const mask = await decodeMask(await encodeGrey8(3, 2, data), limits);
    expect(mask).toMatchObject({ width: 3, height: 2, data: Uint8Array.of(0, 1, 1, 0, 0, 1) });
  });
});

describe('classes', () => {
  const WIDTH = 20;
  const HEIGHT = 12;
  /** 0 outside, two classes inside. */
  const classAt = (x: number, y: number) => (x < 5 || x >= 15 || y < 3 || y >= 9 ? 0 : x < 10 ? 1 : 2);
  const labels = (names: readonly number[]) =>
    Array.from({ length: WIDTH * HEIGHT }, (_, i) => names[classAt(i % WIDTH, Math.floor(i / WIDTH))]!);
  const inside = labels([0, 1, 1]);
  const grey = (names: readonly number[]) =>
    sharp(Uint8Array.from(labels(names)), {
      raw: { width: WIDTH, height: HEIGHT, channels: 1 },
    }).toColourspace('b-w');
  const tiff = (names: readonly number[], more: Partial<TiffPageDescription>) =>
    tiffFile([{ width: WIDTH, height: HEIGHT, sample: (x, y) => names[classAt(x, y)]!, ...more }]);

  /** A PNG with this palette (PNG 1.2), 8 bits per index. */
  function palettePng(
    names: readonly number[],
    palette: readonly (readonly number[])[],
    alpha: number[] = [],
  ) {
    const chunk = (type: string, content: Uint8Array) => {
      const body = Buffer.concat([Buffer.from(type), content]);
      const out = Buffer.alloc(body.length + 8);
      out.writeUInt32BE(content.length, 0);
      out.set(body, 4);
      out.writeUInt32BE(crc32(body), body.length + 4);
      return out;
    };
    const header = Buffer.from([0, 0, 0, WIDTH, 0, 0, 0, HEIGHT, 8, 3, 0, 0, 0]);
    const rows = Buffer.concat(
      Array.from({ length: HEIGHT }, (_, y) =>
        Buffer.from([0, ...labels(names).slice(y * WIDTH, (y + 1) * WIDTH)]),
      ),
    );
    return Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      chunk('PLTE', Uint8Array.from(palette.flat())),
      ...(alpha.length > 0 ? [chunk('tRNS', Uint8Array.from(alpha))] : []),
      chunk('IDAT', deflateSync(rows)),
      chunk('IEND', new Uint8Array()),
    ]);
  }
  /** The first colours of PASCAL VOC: class 1 is dark red, class 8 darker still. */
  const voc = [
    [0, 0, 0],
    [128, 0, 0],
    [0, 128, 0],
    [128, 128, 0],
    [0, 0, 128],
    [128, 0, 128],
    [0, 128, 128],
    [128, 128, 128],
    [64, 0, 0],
  ];

  const files: [string, () => Promise<Uint8Array> | Uint8Array, string[]][] = [
    ['0 and 255', () => grey([0, 255, 255]).png().toBuffer(), ['0', '255']],
    ['0 and 1', () => grey([0, 1, 1]).png().toBuffer(), ['0', '1']],
    ['100 and 200', () => grey([0, 100, 200]).png().toBuffer(), ['0', '100', '200']],
    ['a palette, classes 1 and 8', () => palettePng([0, 1, 8], voc), ['0', '1', '8']],
    [
      'a palette that is all black',
      () =>
        palettePng(
          [0, 1, 2],
          [
            [0, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
          ],
        ),
      ['0', '1', '2'],
    ],
    [
      'a palette without black',
      () =>
        palettePng(
          [0, 1, 2],
          [
            [68, 1, 84],
            [33, 145, 140],
            [253, 231, 37],
          ],
        ),
      ['0', '1', '2'],
    ],
    [
      'a palette of a picture: white, black',
      () =>
        palettePng(
          [1, 0, 0],
          [
            [255, 255, 255],
            [0, 0, 0],
          ],
        ),
      ['0', '1'],
    ],
    [
      'a palette whose index 3 is invisible',
      () => palettePng([3, 1, 2], voc, [255, 255, 255, 0]),
      ['1', '2', '3'],
    ],
    ['16 bits, 0 and 1', () => encode16(labels([0, 1, 1])), ['0', '1']],
    ['16 bits, 0 and 255', () => encode16(labels([0, 255, 255])), ['0', '255']],
    ['16 bits, classes', () => encode16(labels([0, 7, 40_000])), ['0', '7', '40000']],
    ['16-bit TIFF', () => tiff([0, 1, 300], { bits: 16 }), ['0', '1', '300']],
    [
      'TIFF with a palette',
      () => tiff([0, 1, 2], { photometric: 3, tags: { 320: Array(768).fill(0) } }),
      ['0', '1', '2'],
    ],
    ['TIFF in tiles, turned', () => tiff([0, 5, 9], { tile: 16, tags: { 274: 1 } }), ['0', '5', '9']],
    ['TIFF of white at zero', () => tiff([255, 0, 10], { photometric: 0 }), ['0', '245', '255']],
    ['floating point', () => tiff([0, 0.25, 1], { bits: 32, sampleFormat: 3 }), ['0', '0.25', '1']],
    ['bits', () => tiff([0, 1, 1], { bits: 1 }), ['0', '255']],
    ['lossless WebP', () => grey([0, 3, 9]).webp({ lossless: true }).toBuffer(), ['0', '3', '9']],
    ['GIF', () => grey([0, 80, 160]).gif({ dither: 0 }).toBuffer(), ['0', '80', '160']],
    [
      'BMP',
      () =>
        bmpFile({
          width: WIDTH,
          height: HEIGHT,
          bits: 24,
          pixel: (x, y) => [0, 0x000005, 0xff0000][classAt(x, y)]!,
        }),
      ['0', '#000005', '#ff0000'],
    ],
  ];
  const encode16 = (values: number[]) => encodeGrey16(WIDTH, HEIGHT, Uint16Array.from(values));

  test.each(files)('%s: every one is set, and they are named', async (_name, make, values) => {
    const mask = await decodeMask(await make(), limits);
    expect([mask.width, mask.height]).toEqual([WIDTH, HEIGHT]);
    expect([...mask.data]).toEqual(inside);
    expect(mask.values).toEqual(values);
  });

  test.each([
    ['JPEG', () => grey([0, 255, 255]).jpeg({ quality: 60 }).toBuffer()],
    ['lossy WebP', () => grey([0, 255, 255]).webp({ quality: 60 }).toBuffer()],
    ['JPEG in TIFF', () => grey([0, 255, 255]).tiff({ compression: 'jpeg', quality: 60 }).toBuffer()],
  ])('%s: what blurs the values is cut at half', async (_name, make) => {
    const mask = await decodeMask(await make(), limits);
    expect(mask.values).toEqual([]);
    const wrong = mask.data.filter((value, i) => value !== inside[i]).length;
    expect(wrong).toBeLessThanOrEqual(4);
  });

  test('a palette mask with an orientation comes out upright', async () => {
    const turned = await sharp(palettePng([0, 1, 8], voc))
      .withMetadata({ orientation: 3 })
      .png({ palette: true })
      .toBuffer();
    const mask = await decodeMask(turned, limits);
    expect([...mask.data]).toEqual([...inside].reverse());
  });

  test('the picture of a mask shows every class', async () => {
    const picture = await encodeMaskPicture(await decodeMask(palettePng([0, 1, 8], voc), limits), 100);
    expect([...(await sharp(picture).toColourspace('b-w').raw().toBuffer())]).toEqual(
      inside.map((value) => value * 255),
    );
  });
});
