import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { thumbnail } from '../../src-main/codec/image-codec.ts';
import { isWholeJpeg } from '../../src-main/codec/jpeg-scan.ts';
import { limits, raw, readBytes, readFrame, textured } from './codec-fixture.ts';

/**
 * A baseline JPEG of flat 8 × 8 blocks with a restart marker after each (ITU-T T.81): one table with the codes 0 for
 * "no difference" and 10 for "difference of 7 bits", and one with 0 for "end of block".
 * @param pad what is put before every marker behind the data
 */
function restartJpeg(across: number, down: number, pad: readonly number[]): Buffer {
  const segment = (marker: number, body: readonly number[]) => [0xff, marker, 0, body.length + 2, ...body];
  const counts = (one: number, two: number) => [one, two, ...Array(14).fill(0)];
  const data: number[] = [];
  for (let block = 0; block < across * down; block++) {
    // Code 10, seven bits of the difference, code 0, filled up with ones: 64 + 8 · (block mod 8).
    const bits = `10${(64 + 8 * (block % 8)).toString(2).padStart(7, '0')}0`.padEnd(16, '1');
    for (const byte of [bits.slice(0, 8), bits.slice(8)]) {
      const value = Number.parseInt(byte, 2);
      data.push(value, ...(value === 0xff ? [0] : []));
    }
    data.push(...pad);
    if (block < across * down - 1) data.push(0xff, 0xd0 + (block % 8));
  }
  const [width, height] = [across * 8, down * 8];
  return Buffer.from([
    0xff,
    0xd8,
    ...segment(0xdb, [0, ...Array(64).fill(8)]),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    ...segment(0xc4, [0x00, ...counts(1, 1), 0, 7]),
    ...segment(0xc4, [0x10, ...counts(1, 0), 0]),
    ...segment(0xdd, [0, 1]),
    ...segment(0xda, [1, 1, 0x00, 0, 63, 0]),
    ...data,
    0xff,
    0xd9,
  ]);
}

describe('a JPEG whose restart intervals are padded', () => {
  const clean = restartJpeg(8, 6, []);

  // libjpeg reads some bytes ahead: of fewer it does not warn.
  test.each([
    ['twelve zeros', Array(12).fill(0)],
    ['many zeros', Array(40).fill(0)],
  ])('with %s: read whole, with a notice', async (_name, pad) => {
    const padded = restartJpeg(8, 6, pad);
    const image = await readBytes(padded);
    expect(image).toEqual(await readBytes(clean));
    // Difference d gives a DC of 8 d and so grey 128 + d.
    expect([image.data[0], image.data[8 * 3]]).toEqual([192, 200]);
    const { notices } = await readFrame(padded);
    expect(notices).toEqual([
      {
        code: 'decoder-warning',
        message: expect.stringMatching(/^\d+ extraneous bytes before marker 0xd\d$/),
      },
    ]);
    expect((await readFrame(clean)).notices).toEqual([]);
    await thumbnail(padded, 32, limits);
  });

  test('with anything but zeros: refused', async () => {
    await expect(readBytes(restartJpeg(8, 6, [...Array(12).fill(0), 7, 0]))).rejects.toMatchObject({
      code: 'image-unreadable',
    });
  });

  test('cut short anywhere: refused', async () => {
    const padded = restartJpeg(8, 6, Array(12).fill(0));
    for (let length = 200; length < padded.length - 1; length += 7) {
      await expect(readBytes(padded.subarray(0, length)), `${length}`).rejects.toMatchObject({
        code: 'image-unreadable',
      });
    }
  });

  test('with an interval missing, or twice: refused', async () => {
    const padded = restartJpeg(8, 6, Array(12).fill(0));
    const second = padded.indexOf(Buffer.from([0xff, 0xd1]));
    const third = padded.indexOf(Buffer.from([0xff, 0xd2]));
    const missing = Buffer.concat([padded.subarray(0, second), padded.subarray(third)]);
    const twice = Buffer.concat([padded.subarray(0, third), padded.subarray(second)]);
    for (const file of [missing, twice]) {
      await expect(readBytes(file)).rejects.toMatchObject({ code: 'image-unreadable' });
    }
  });

  test('with data and markers overwritten by zeros: refused', async () => {
    const padded = restartJpeg(8, 6, Array(12).fill(0));
    const start = padded.indexOf(Buffer.from([0xff, 0xd0]));
    for (let at = start; at < padded.length - 60; at += 11) {
      const broken = Buffer.from(padded).fill(0, at, at + 40);
      await expect(readBytes(broken), `zeros at ${at}`).rejects.toMatchObject({ code: 'image-unreadable' });
    }
  });
});

test.each([
  ['4:2:0', {}],
  ['4:4:4', { chromaSubsampling: '4:4:4' }],
  ['its own Huffman tables', { optimiseCoding: true }],
  ['odd sizes', {}],
])('a sound JPEG is whole: %s', async (_name, options) => {
  const jpeg = await raw(textured(131, 77)).jpeg(options).toBuffer();
  expect(isWholeJpeg(jpeg)).toBe(true);
  expect(isWholeJpeg(jpeg.subarray(0, jpeg.length - 2))).toBe(false);
  expect(isWholeJpeg(jpeg.subarray(0, jpeg.length >> 1))).toBe(false);
});

test('grey is followed, progressive is not', async () => {
  const { data } = textured(50, 30);
  const grey = sharp(data.slice(0, 50 * 30), { raw: { width: 50, height: 30, channels: 1 } });
  expect(isWholeJpeg(await grey.clone().toColourspace('b-w').jpeg().toBuffer())).toBe(true);
  expect(isWholeJpeg(await grey.jpeg({ progressive: true }).toBuffer())).toBe(false);
});
