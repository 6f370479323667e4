import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { thumbnail } from '../../src-main/codec/image-codec.ts';
import { describeImage, sampleExtremes } from '../../src-main/codec/image-description.ts';
import { writePyramid } from '../../src-main/codec/image-pyramid.ts';
import { tempFolder } from '../temp-folder.ts';
import { greyOf, limits, readBytes, readFrame } from './codec-fixture.ts';
import { withPngChunk } from './png-chunk.ts';
import { tiffFile } from './tiff-file.ts';

/** The part as a camera of 8 bits sees it. */
const GREY = Array.from({ length: 64 * 48 }, (_, i) => (i * 7 + (i >> 6)) % 256);
const codes = (notices: readonly { code: string }[]) => notices.map(({ code }) => code);

function png16(values: readonly number[], width = 64): Promise<Buffer> {
  const raw = { width, height: values.length / width, channels: 1 as const };
  return sharp(Uint16Array.from(values), { raw }).toColourspace('grey16').png().toBuffer();
}

describe.each([10, 12, 14])('a camera of %i bits in a 16-bit PNG', (bits) => {
  const highest = 2 ** bits - 1;
  const deep = GREY.map((value) => Math.round((value * highest) / 255));

  test('has the pixels of the 8-bit file, by the range of its batch', async () => {
    const file = await png16(deep);
    expect(greyOf(await readBytes(file, { range: { low: 0, high: highest } }))).toEqual(GREY);
    const frame = await readFrame(file, { range: { low: 0, high: highest } });
    expect(frame.notices).toEqual([
      { code: 'sample-range', kind: 'integer', low: 0, high: highest, source: 'batch' },
    ]);
  });

  test('is nearly black without one, and that is said', async () => {
    const { notices } = await readFrame(await png16(deep));
    const range = { code: 'sample-range', kind: 'integer', low: 0, high: 65_535, source: 'type' };
    expect(notices).toContainEqual(range);
    const highestShown = Math.round((255 * highest) / 65_535);
    const isDark = highestShown <= 32;
    expect(codes(notices).includes('nearly-black')).toBe(isDark);
  });

  test('looks the same in thumbnails and tiles', async () => {
    const file = await png16(deep.map((_, i) => (i % 64 < 32 ? 0 : highest)));
    const range = { low: 0, high: highest };
    const small = await sharp(await thumbnail(file, 64, { ...limits, range }))
      .raw()
      .toBuffer();
    expect(small.at(-1)).toBeGreaterThan(250);
    const folder = join(await tempFolder(), 'tiles');
    await writePyramid(file, 'x', folder, { ...limits, range });
    const tile = await sharp(join(folder, '0', '0_0.jpeg'))
      .raw()
      .toBuffer();
    expect(tile.at(-1)).toBeGreaterThan(250);
  });

  test('tells its own extremes', async () => {
    const file = await png16(deep);
    const { pages } = await describeImage(file, 'x');
    expect(pages).toEqual([
      { index: 0, width: 64, height: 48, sample: { bits: 16, kind: 'integer', stated: null } },
    ]);
    expect(await sampleExtremes(file, 'x', limits)).toEqual({ low: 0, high: highest });
  });
});

test('a value beyond the range is clipped, and the share is said', async () => {
  const file = await png16(GREY.map((_, i) => (i < 64 * 12 ? 5000 : 1000)));
  const { rgb, notices } = await readFrame(file, { range: { low: 0, high: 4000 }, size: 64 });
  expect(notices).toContainEqual({ code: 'samples-clipped', low: 0, high: 4000, share: 0.25 });
  expect([rgb[0], rgb.at(-1)]).toEqual([255, Math.round((1000 * 255) / 4000)]);
});

test('a range that does not begin at 0', async () => {
  const image = await readBytes(await png16([90, 100, 150, 200, 210, 190, 110, 180], 4), {
    range: { low: 100, high: 200 },
  });
  expect(greyOf(image)).toEqual([0, 0, 128, 255, 255, 230, 26, 204]);
});

test('16-bit colours are mapped channel by channel, transparency by its own range', async () => {
  const pixels = Uint16Array.from({ length: 16 * 16 * 4 }, (_, i) => [4095, 2048, 0, 65_535][i % 4]!);
  pixels[3] = 0;
  const raw = { width: 16, height: 16, channels: 4 as const };
  const file = await sharp(pixels, { raw }).toColourspace('rgb16').png().toBuffer();
  const image = await readBytes(file, { range: { low: 0, high: 4095 } });
  expect([...image.data.subarray(0, 6)]).toEqual([117, 117, 117, 255, 128, 0]);
});

describe('what a PNG says of its significant bits', () => {
  const low12 = GREY.map((value) => Math.round((value * 4095) / 255));

  test('samples left as the camera gave them are of that many bits', async () => {
    const file = withPngChunk(await png16(low12), 'sBIT', Uint8Array.of(12));
    const { rgb, notices } = await readFrame(file, { size: 64, range: { low: 0, high: 1023 } });
    expect([...rgb.filter((_, i) => i % 3 === 0)]).toEqual(GREY);
    expect(notices[0]).toMatchObject({ code: 'sample-range', high: 4095, source: 'file' });
    expect((await describeImage(file, 'x')).pages[0]!.sample.stated).toEqual({ low: 0, high: 4095 });
  });

  test.each([
    ['by shifting', (v: number) => v << 4],
    ['by repeating bits', (v: number) => (v << 4) | (v >> 8)],
    ['by multiplication', (v: number) => Math.round((v * 65_535) / 4095)],
  ])('samples scaled to 16 bits %s are of the whole range', async (_name, scale) => {
    const file = withPngChunk(await png16(low12.map(scale)), 'sBIT', Uint8Array.of(12));
    const { rgb, notices } = await readFrame(file, { size: 64 });
    const seen = [...rgb.filter((_, i) => i % 3 === 0)];
    expect(Math.max(...seen.map((value, i) => Math.abs(value - GREY[i]!)))).toBeLessThanOrEqual(1);
    expect(notices[0]).toMatchObject({ code: 'sample-range', high: 65_535, source: 'file' });
  });

  test('a statement that the samples contradict does not count', async () => {
    const file = withPngChunk(await png16(low12.map((value) => value * 3)), 'sBIT', Uint8Array.of(12));
    const { notices } = await readFrame(file, { range: { low: 0, high: 16_383 } });
    expect(notices[0]).toMatchObject({ high: 16_383, source: 'batch' });
  });
});

describe('what a TIFF says of its range', () => {
  const page = (tags: Record<number, number>, more = {}) =>
    tiffFile([{ width: 64, height: 48, bits: 16, tags, sample: (x, y) => x * 16 + y, ...more }]);

  test.each([
    ['MaxSampleValue of a camera', { 281: 4095 }, 4095, 'file'],
    ['with MinSampleValue', { 280: 0, 281: 1023 }, 1023, 'file'],
    ['SMaxSampleValue', { 341: 16_383 }, 16_383, 'file'],
    ['MaxSampleValue of the whole type says nothing', { 281: 65_535 }, 2047, 'batch'],
    // 1055 is the highest value of this one image: greys would differ from image to image.
    ['the highest value that occurs says nothing', { 281: 1055 }, 2047, 'batch'],
  ])('%s', async (_name, tags, high, source) => {
    const { notices } = await readFrame(page(tags), { range: { low: 0, high: 2047 } });
    expect(notices[0]).toEqual({ code: 'sample-range', kind: 'integer', low: 0, high, source });
    const { stated } = (await describeImage(page(tags), 'x')).pages[0]!.sample;
    expect(stated).toEqual(source === 'file' ? { low: 0, high } : null);
  });

  test('packed bits are a statement', async () => {
    const file = page({}, { bits: 12 });
    expect((await describeImage(file, 'x')).pages[0]!.sample).toEqual({
      bits: 12,
      kind: 'integer',
      stated: { low: 0, high: 4095 },
    });
  });

  test('floating point: by the batch, and what is no number is clipped to black', async () => {
    const file = page(
      {},
      { bits: 32, sampleFormat: 3, sample: (x: number) => (x === 0 ? Number.NaN : x * 100) },
    );
    const { rgb, notices } = await readFrame(file, { size: 64, range: { low: 0, high: 6300 } });
    expect([rgb[0], rgb[3 * 63], rgb[3 * 21]]).toEqual([0, 255, 85]);
    expect(notices).toEqual([
      { code: 'sample-range', kind: 'float', low: 0, high: 6300, source: 'batch' },
      { code: 'samples-clipped', low: 0, high: 6300, share: 1 / 64 },
    ]);
    expect(await sampleExtremes(file, 'x', limits)).toEqual({ low: 100, high: 6300 });
  });
});

test('an ordinary file has no range and no notice, whatever the batch says', async () => {
  const grey = Uint8Array.from(GREY);
  const file = await sharp(grey, { raw: { width: 64, height: 48, channels: 1 } })
    .png()
    .toBuffer();
  const { rgb, notices } = await readFrame(file, { size: 64, range: { low: 0, high: 100 } });
  expect(notices).toEqual([]);
  expect([...rgb.filter((_, i) => i % 3 === 0)]).toEqual(GREY);
});
