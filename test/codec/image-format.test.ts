import { expect, test } from 'vitest';
import { bmpSizeOf, imageFormatOf } from '../../src-main/codec/image-format.ts';
import { bmpFile } from './bmp-file.ts';

const bytes = (text: string) => Buffer.from(text.padEnd(32, '\0'), 'latin1');

test.each([
  ['\xff\xd8\xff\xe0', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['GIF89a', 'gif'],
  ['RIFF1234WEBPVP8L', 'webp'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['II+\0', 'tiff'],
  ['RIFF1234WAVE', undefined],
  ['<svg xmlns="http://www.w3.org/2000/svg"/>', undefined],
  ['BM is how this text begins, no more', undefined],
  ['', undefined],
])('%j is %s', (head, format) => {
  expect(imageFormatOf(bytes(head))).toBe(format);
});

test('a BMP is known by both of its headers, and a cut off one is none', () => {
  const file = bmpFile({ width: 3, height: 2, bits: 24, pixel: () => 0 });
  expect(imageFormatOf(file)).toBe('bmp');
  expect(imageFormatOf(file.subarray(0, 16))).toBeUndefined();
});

test('reads the size of a BMP, whichever way its rows run', () => {
  for (const topDown of [false, true]) {
    expect(bmpSizeOf(bmpFile({ width: 30, height: 20, bits: 8, topDown, pixel: () => 0 }))).toEqual({
      width: 30,
      height: 20,
    });
  }
  const os2 = Buffer.alloc(26);
  os2.writeUInt32LE(12, 14);
  os2.writeUInt16LE(640, 18);
  os2.writeUInt16LE(480, 20);
  expect(bmpSizeOf(os2)).toEqual({ width: 640, height: 480 });
  expect(bmpSizeOf(os2.subarray(0, 20))).toBeUndefined();
  os2.writeUInt16LE(0, 20);
  expect(bmpSizeOf(os2)).toBeUndefined();
});
