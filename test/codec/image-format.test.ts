import { expect, test } from 'vitest';
import { imageFormatOf } from '../../src-main/codec/image-format.ts';
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
