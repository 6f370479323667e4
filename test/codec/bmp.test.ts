import { describe, expect, test } from 'vitest';
import { readBmpHeader } from '../../src-main/codec/bmp.ts';
import { bmpFile } from './bmp-file.ts';
import { greyOf, readBytes, readFrame, textured } from './codec-fixture.ts';
import { rle8File, runLengthFile } from './rle-file.ts';

test('reads the size of a BMP, whichever way its rows run', () => {
  for (const topDown of [false, true]) {
    expect(readBmpHeader(bmpFile({ width: 30, height: 20, bits: 8, topDown, pixel: () => 0 }))).toMatchObject(
      {
        width: 30,
        height: 20,
        isTopDown: topDown,
      },
    );
  }
  const os2 = Buffer.alloc(26);
  os2.writeUInt32LE(12, 14);
  os2.writeUInt16LE(640, 18);
  os2.writeUInt16LE(480, 20);
  expect(readBmpHeader(os2)).toMatchObject({ width: 640, height: 480 });
  expect(readBmpHeader(os2.subarray(0, 20))).toBeUndefined();
  os2.writeUInt16LE(0, 20);
  expect(readBmpHeader(os2)).toBeUndefined();
});

describe('run lengths', () => {
  test('8 bits: runs and literal pixels', async () => {
    const { data } = textured(40, 30);
    const pixel = (x: number, y: number) => (x < 12 ? 77 : data[(y * 40 + x) * 3]!);
    const image = await readBytes(rle8File(40, 30, pixel));
    const expected = Array.from({ length: 40 * 30 }, (_, i) => pixel(i % 40, Math.floor(i / 40)));
    expect(greyOf(image)).toEqual(expected);
  });

  // Microsoft's own example of both compressions, bottom row first; what is skipped keeps index 0.
  test('8 bits: ends of lines, steps and literal pixels', async () => {
    const palette = Array.from({ length: 256 }, (_, i) => [i, i, i] as const);
    const body = [3, 4, 5, 6, 0, 3, 0x45, 0x56, 0x67, 0, 2, 0x78, 0, 2, 5, 1, 2, 0x78, 0, 0, 9, 0x1e, 0, 1];
    const image = await readBytes(runLengthFile(20, 3, 8, body, palette));
    const row = (values: number[]) => [...values, ...Array(20 - values.length).fill(0)];
    expect(greyOf(image)).toEqual([
      ...row(Array(9).fill(0x1e)),
      ...row([...Array(18).fill(0), 0x78, 0x78]),
      ...row([4, 4, 4, 6, 6, 6, 6, 6, 0x45, 0x56, 0x67, 0x78, 0x78]),
    ]);
  });

  test('4 bits: runs alternate, literal pixels are nibbles', async () => {
    const palette = Array.from({ length: 16 }, (_, i) => [i * 10, i * 10, i * 10] as const);
    const body = [3, 0x04, 5, 0x06, 0, 6, 0x45, 0x56, 0x67, 0, 4, 0x78, 0, 0, 9, 0x1e, 0, 1];
    const image = await readBytes(runLengthFile(18, 2, 4, body, palette));
    const bottom = [0, 4, 0, 0, 6, 0, 6, 0, 4, 5, 5, 6, 6, 7, 7, 8, 7, 8];
    const top = [1, 14, 1, 14, 1, 14, 1, 14, 1, ...Array(9).fill(0)];
    expect(greyOf(image)).toEqual([...top, ...bottom].map((index) => index * 10));
  });

  test('an embedded JPEG is a kind that is not read', async () => {
    const file = rle8File(16, 16, () => 1);
    file.writeUInt32LE(4, 30);
    await expect(readBytes(file)).rejects.toMatchObject({ code: 'image-unsupported' });
  });
});

describe('transparency of a 32-bit BMP', () => {
  /** BITMAPV4HEADER with masks for four channels. */
  function v4(alpha: (x: number) => number): Buffer {
    const [width, height] = [20, 10];
    const start = 14 + 108;
    const out = Buffer.alloc(start + width * height * 4);
    out.write('BM');
    out.writeUInt32LE(out.length, 2);
    out.writeUInt32LE(start, 10);
    out.writeUInt32LE(108, 14);
    out.writeInt32LE(width, 18);
    out.writeInt32LE(height, 22);
    out.writeUInt16LE(1, 26);
    out.writeUInt16LE(32, 28);
    out.writeUInt32LE(3, 30);
    [0xff0000, 0xff00, 0xff, 0xff000000].forEach((mask, i) => void out.writeUInt32LE(mask, 54 + i * 4));
    for (let i = 0; i < width * height; i++)
      out.set([10, 20, 30 + (i % width), alpha(i % width)], start + i * 4);
    return out;
  }

  test('no pixel is visible: shown opaque, and said', async () => {
    const { rgb, notices } = await readFrame(
      v4(() => 0),
      { size: 20 },
    );
    expect([...rgb.subarray(0, 6)]).toEqual([30, 20, 10, 31, 20, 10]);
    expect(notices.map(({ code }) => code)).toEqual(['alpha-ignored']);
  });

  test('every pixel is opaque: no notice', async () => {
    const { rgb, notices } = await readFrame(
      v4(() => 255),
      { size: 20 },
    );
    expect([...rgb.subarray(0, 3)]).toEqual([30, 20, 10]);
    expect(notices).toEqual([]);
  });

  test('some are: the others are laid over grey, and their share is said', async () => {
    const { rgb, notices } = await readFrame(
      v4((x) => (x < 5 ? 0 : 255)),
      { size: 20 },
    );
    expect([...rgb.subarray(0, 3)]).toEqual([117, 117, 117]);
    expect([...rgb.subarray(15, 18)]).toEqual([35, 20, 10]);
    expect(notices).toEqual([{ code: 'transparency', share: 0.25 }]);
  });
});
