import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { describeImage, type ImageDescription } from '../../src-main/codec/image-description.ts';
import { bmpFile } from './bmp-file.ts';
import { limits, raw, readBytes, readFrame, textured } from './codec-fixture.ts';
import { type TiffPageDescription, tiffFile } from './tiff-file.ts';

const sizes = ({ pages }: ImageDescription) =>
  pages.map(({ index, width, height }) => [index, width, height]);

/** A page of one grey value. */
function page(width: number, height: number, grey: number, tags: TiffPageDescription['tags'] = {}) {
  return { width, height, tags, sample: () => grey };
}

describe('pages of a TIFF', () => {
  const full = page(320, 240, 90);

  test.each([
    ['one', [full], [0], 0],
    ['two of a stack', [full, page(320, 240, 20)], [0, 1], 0],
    ['two of different sizes', [full, page(300, 240, 20)], [0, 1], 0],
    ['two of different proportions', [full, page(100, 100, 20)], [0, 1], 0],
    ['one that is a little smaller is another picture', [full, page(240, 180, 20)], [0, 1], 0],
    ['a preview in front', [page(80, 60, 1), full], [1], 1],
    ['a preview behind', [full, page(80, 60, 1)], [0], 1],
    ['a preview of half the size', [full, page(160, 120, 1)], [0], 1],
    ['a preview of rounded size', [page(53, 40, 1), full], [1], 1],
    ['previews of all sizes', [full, page(160, 120, 1), page(80, 60, 1), page(40, 30, 1)], [0], 3],
    ['a copy that says so, however large', [page(300, 225, 1, { 254: 1 }), full], [1], 1],
    ['a transparency mask', [full, page(320, 240, 1, { 254: 4 })], [0], 0],
    ['a stack with previews', [full, page(80, 60, 1), page(320, 240, 20), page(80, 60, 1)], [0, 2], 2],
    ['nothing but a copy', [page(80, 60, 1, { 254: 1 })], [0], 0],
  ])('%s', async (_name, pages, pictures, previews) => {
    for (const layout of [{}, { bigEndian: true, bigTiff: true }]) {
      const description = await describeImage(tiffFile(pages, layout), 'x');
      expect(description).toMatchObject({ format: 'tiff', previews });
      expect(description.pages.map(({ index }) => index)).toEqual(pictures);
    }
  });

  test('the picture is read where a preview comes first, also when the first page is asked for', async () => {
    const file = tiffFile([page(80, 60, 1), full]);
    for (const wanted of [undefined, 0, 1]) {
      const frame = await readFrame(file, { page: wanted });
      expect([frame.imageWidth, frame.imageHeight, frame.rgb[0]]).toEqual([320, 240, 90]);
      expect(frame.notices).toContainEqual({ code: 'previews-skipped', previews: 1 });
      expect(frame.notices.map(({ code }) => code)).not.toContain('page');
    }
  });

  test('each page is read by its index, and told which it is', async () => {
    const file = tiffFile([page(320, 240, 200), page(80, 60, 1), page(320, 240, 20)]);
    const second = await readFrame(file, { page: 2 });
    expect(second.rgb[0]).toBe(20);
    expect(second.notices).toContainEqual({ code: 'page', page: 2, pages: 2 });
    const first = await readFrame(file);
    expect(first.rgb[0]).toBe(200);
    expect(first.notices).toContainEqual({ code: 'page', page: 1, pages: 2 });
    await expect(readFrame(file, { page: 3 })).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  test('a page that is cut off is refused on its own', async () => {
    const file = tiffFile([full, page(320, 240, 20)]);
    const offset = tiffFile([full]).length;
    // The strip of the second page begins behind the first page's directory.
    const broken = Buffer.from(file);
    const at = broken.indexOf(Buffer.from([0x11, 0x01, 0x04, 0x00]), offset);
    broken.writeUInt32LE(file.length - 10, at + 8);
    expect((await readBytes(broken, { page: 0 })).width).toBe(320);
    await expect(readBytes(broken, { page: 1 })).rejects.toMatchObject({
      code: 'image-unreadable',
      message: expect.stringContaining('strip is missing or cut off'),
    });
  });

  test('directories that run in a circle end', async () => {
    const file = tiffFile([full]);
    const directory = file.readUInt32LE(4);
    file.writeUInt32LE(directory, directory + 2 + file.readUInt16LE(directory) * 12);
    await expect(describeImage(file, 'x')).rejects.toMatchObject({ code: 'image-unreadable' });
  });

  test('sizes are those of the upright picture', async () => {
    expect(sizes(await describeImage(tiffFile([page(320, 240, 90, { 274: 6 })]), 'x'))).toEqual([
      [0, 240, 320],
    ]);
  });
});

describe('frames of an animation', () => {
  // The middle of the second frame alone differs, so that encoders store just that.
  const frames = [textured(64, 48, 1), textured(64, 48, 1), textured(64, 48, 2)];
  for (let y = 20; y < 30; y++) frames[1]!.data.fill(255, (y * 64 + 20) * 3, (y * 64 + 40) * 3);
  const strip = sharp(Buffer.concat(frames.map(({ data }) => data)), {
    raw: { width: 64, height: 48 * 3, channels: 3, pageHeight: 48 },
  });

  test.each([
    ['WebP', () => strip.clone().webp({ lossless: true }).toBuffer(), 0],
    ['GIF', () => strip.clone().gif({ dither: 0, interFrameMaxError: 0 }).toBuffer(), 40],
  ] as const)('%s: whole pictures, by index', async (_name, make, tolerance) => {
    const file = await make();
    expect(sizes(await describeImage(file, 'x'))).toEqual([0, 1, 2].map((index) => [index, 64, 48]));
    for (const [index, expected] of frames.entries()) {
      const { data } = await readBytes(file, { page: index });
      const distance = Math.max(...data.map((value, i) => Math.abs(value - expected.data[i]!)));
      expect(distance).toBeLessThanOrEqual(tolerance);
      const { notices } = await readFrame(file, { page: index });
      expect(notices).toContainEqual({ code: 'page', page: index + 1, pages: 3 });
    }
    await expect(readBytes(file, { page: 3 })).rejects.toMatchObject({ code: 'image-unreadable' });
  });
});

test.each([
  ['jpeg', () => raw(textured(60, 40)).withMetadata({ orientation: 8 }).jpeg().toBuffer(), [40, 60]],
  ['png', () => raw(textured(60, 40)).png().toBuffer(), [60, 40]],
  ['bmp', async () => bmpFile({ width: 60, height: 40, bits: 24, pixel: () => 9 }), [60, 40]],
  ['avif', () => raw(textured(60, 40)).avif({ effort: 0 }).toBuffer(), [60, 40]],
] as const)('%s: one page of 8 bits', async (format, make, [width, height]) => {
  const sample = { bits: 8, kind: 'integer', stated: null };
  expect(await describeImage(await make(), 'x')).toEqual({
    format,
    pages: [{ index: 0, width, height, sample }],
    previews: 0,
  });
});

test('AVIF of 10 bits is of the whole range, whatever the batch says', async () => {
  const file = await raw(textured(60, 40))
    .toColourspace('rgb16')
    .heif({ compression: 'av1', bitdepth: 10, effort: 0 })
    .toBuffer();
  const description = await describeImage(file, 'x');
  expect(description.pages[0]!.sample).toEqual({
    bits: 16,
    kind: 'integer',
    stated: { low: 0, high: 65_535 },
  });
  const { data } = await readBytes(file, { range: { low: 0, high: 100 } });
  const expected = textured(60, 40).data;
  const mean = data.reduce((sum, value, i) => sum + Math.abs(value - expected[i]!), 0) / data.length;
  expect(mean).toBeLessThan(30);
});

test.each([
  ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
  ['a sequence of pictures', '\0\0\0\x18ftypavis\0\0\0\0avifavis'],
  ['JPEG 2000', '\0\0\0\x0cjP  \r\n\x87\n'],
  ['JPEG XL', '\xff\x0a\xfa\x7f'],
  ['PNM', 'P5\n640 480\n255\n'],
  ['DICOM', `${'\0'.repeat(128)}DICM`],
])('%s is named as a kind that is not read', async (kind, head) => {
  const bytes = Buffer.from(head.padEnd(200, '\0'), 'latin1');
  const refusal = { code: 'image-unsupported', details: { case: 'image-kind', file: 'x', kind } };
  await expect(describeImage(bytes, 'x')).rejects.toMatchObject(refusal);
  await expect(readBytes(bytes, limits)).rejects.toMatchObject({ code: 'image-unsupported' });
});
