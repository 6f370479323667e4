import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { describeImage } from '../../src-main/codec/image-description.ts';
import { decodeMask } from '../../src-main/codec/mask-codec.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { NOTICE_CODES } from '../../src-shared/notice.ts';
import { Random } from '../../src-shared/random.ts';
import { mutations } from '../mutations.ts';
import { bmpFile } from './bmp-file.ts';
import { limits, raw, readBytes, readFrame, textured } from './codec-fixture.ts';
import { withPngChunk } from './png-chunk.ts';
import { rle8File } from './rle-file.ts';
import { tiffFile } from './tiff-file.ts';

const WIDTH = 24;
const HEIGHT = 16;
const picture = textured(WIDTH, HEIGHT);
const sample = (x: number, y: number, channel: number) => picture.data[(y * WIDTH + x) * 3 + channel]!;
const SIDE = 64;
const REFUSALS = ['image-unreadable', 'image-unsupported', 'image-too-large'];

/** One of our refusals, or undefined where the file is read. */
async function refusalOf(read: () => Promise<unknown>, name: string): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    expect(error, name).toBeInstanceOf(ClipSamError);
    const { code, message } = error as ClipSamError;
    expect(REFUSALS, `${name}: ${message}`).toContain(code);
    return code;
  }
}

describe('a damaged file', () => {
  const camera = { width: WIDTH, height: HEIGHT, channels: 3, bits: 16, tags: { 281: [4095, 4095, 4095] } };
  const files: [string, () => Promise<Buffer>][] = [
    ['JPEG', () => raw(picture).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['PNG', () => raw(picture).png().toBuffer()],
    ['16-bit PNG', () => raw(picture).toColourspace('rgb16').png().toBuffer()],
    ['WebP', () => raw(picture).webp().toBuffer()],
    ['GIF', () => raw(picture).gif().toBuffer()],
    [
      'BMP',
      async () => bmpFile({ width: WIDTH, height: HEIGHT, bits: 24, pixel: (x, y) => sample(x, y, 0) }),
    ],
    ['RLE8 BMP', async () => rle8File(WIDTH, HEIGHT, (x, y) => sample(x, y, 0))],
    [
      'TIFF',
      async () => tiffFile([{ ...camera, rowsPerStrip: 5, sample: (x, y, c) => sample(x, y, c) * 16 }]),
    ],
    [
      'TIFF of two pages',
      async () =>
        tiffFile([
          { width: WIDTH, height: HEIGHT, channels: 3, tile: 16, deflated: true, sample },
          { width: WIDTH, height: HEIGHT, channels: 1, bits: 12, sample: (x, y) => sample(x, y, 0) * 16 },
        ]),
    ],
  ];

  test.each(files)(
    '%s is refused with an error of ours, or is a picture with what there is to say of it',
    async (kind, make) => {
      const whole = await make();
      const outcomes = { read: 0, refused: 0 };
      for (const { name, bytes } of mutations(whole, `image ${kind}`, 60)) {
        const refusal = await refusalOf(async () => {
          const { pages } = await describeImage(bytes, kind);
          expect(pages.length, name).toBeGreaterThan(0);
          // A few pixels, so that sizes that were made large are refused and cost nothing.
          const frame = await readFrame(bytes, { size: SIDE, maxPixels: 10_000 });
          expect(Math.max(frame.width, frame.height), name).toBe(SIDE);
          expect(frame.rgb.length, name).toBe(frame.width * frame.height * 3);
          for (const { code } of frame.notices) expect(NOTICE_CODES).toContain(code);
        }, `${kind} ${name}`);
        outcomes[refusal === undefined ? 'read' : 'refused']++;
        if (refusal === undefined) continue;
        await refusalOf(() => decodeMask(bytes, { maxPixels: 10_000 }), `${kind} ${name} as a mask`);
      }
      // The damage reaches the reader, and there is more to it than refusing everything.
      expect(outcomes.refused).toBeGreaterThan(3);
      expect(outcomes.read).toBeGreaterThan(0);
    },
  );
});

describe('damaged metadata', () => {
  /** The frame in all eight orientations. */
  async function turned(): Promise<string[]> {
    const frames = Array.from({ length: 8 }, async (_, at) => {
      const file = await raw(picture)
        .withMetadata({ orientation: at + 1 })
        .png()
        .toBuffer();
      return Buffer.from((await readFrame(file, { size: SIDE })).rgb).toString('base64');
    });
    return Promise.all(frames);
  }

  /** A PNG whose chunk has this content, with the right checksum: readers believe it. */
  const withChunk = async (type: string, content: Uint8Array) =>
    withPngChunk(await raw(picture).png().toBuffer(), type, content);

  test('EXIF that makes no sense turns a picture into one of its eight orientations, and into nothing else', async () => {
    const known = await turned();
    const { exif } = await sharp(
      await raw(picture).withMetadata({ orientation: 3 }).jpeg().toBuffer(),
    ).metadata();
    let read = 0;
    for (const { name, bytes } of mutations(exif!.subarray(6), 'exif', 90)) {
      const file = await withChunk('eXIf', bytes);
      const refusal = await refusalOf(async () => {
        const { rgb } = await readFrame(file, { size: SIDE });
        expect(known, name).toContain(Buffer.from(rgb).toString('base64'));
        read++;
      }, name);
      expect(['image-unreadable', undefined], name).toContain(refusal);
    }
    expect(read).toBeGreaterThan(45);
  });

  test('a colour profile that makes no sense is told or refused, and never changes pixels without a word', async () => {
    const plain = Buffer.from((await readFrame(await raw(picture).png().toBuffer(), { size: SIDE })).rgb);
    const { icc } = await sharp(await raw(picture).withIccProfile('p3').jpeg().toBuffer()).metadata();
    let told = 0;
    for (const { name, bytes } of mutations(icc!, 'profile', 60)) {
      const named = Buffer.concat([Buffer.from('p\0\0', 'latin1'), deflateSync(bytes)]);
      const file = await withChunk('iCCP', named);
      await refusalOf(async () => {
        const { rgb, notices } = await readFrame(file, { size: SIDE });
        const codes = notices.map(({ code }) => code);
        const isTold = codes.includes('colour-converted') || codes.includes('profile-ignored');
        if (isTold) told++;
        else expect(Buffer.compare(Buffer.from(rgb), plain), name).toBe(0);
      }, name);
    }
    expect(told).toBeGreaterThan(10);
  });

  test('significant bits and animations that make no sense leave 8-bit pixels as they are', async () => {
    const plain = Buffer.from((await readFrame(await raw(picture).png().toBuffer(), { size: SIDE })).rgb);
    const random = new Random('chunks');
    for (let i = 0; i < 60; i++) {
      const type = i % 2 === 0 ? 'sBIT' : 'acTL';
      const content = Uint8Array.from({ length: random.int(0, 12) }, () => random.int(0, 255));
      const file = await withChunk(type, content);
      await refusalOf(async () => {
        const { rgb } = await readFrame(file, { size: SIDE });
        expect(Buffer.compare(Buffer.from(rgb), plain), `${type} ${content}`).toBe(0);
      }, `${type} ${content}`);
    }
  });

  test('an animated PNG says that only its still picture was looked at', async () => {
    const frames = Uint8Array.of(0, 0, 0, 12, 0, 0, 0, 0);
    const { notices } = await readFrame(await withChunk('acTL', frames), { size: SIDE });
    expect(notices).toContainEqual({ code: 'frames-skipped', frames: 12 });
    const still = await readFrame(await withChunk('acTL', Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)), {
      size: SIDE,
    });
    expect(still.notices.map(({ code }) => code)).not.toContain('frames-skipped');
  });
});

describe('masks with any classes', () => {
  /** A few blobs of random classes on nothing. */
  function labels(random: Random, highest: number): Uint16Array {
    const values = new Uint16Array(WIDTH * HEIGHT);
    for (let blob = random.int(0, 4); blob > 0; blob--) {
      const value = random.int(1, highest);
      const [left, top] = [random.int(0, WIDTH - 1), random.int(0, HEIGHT - 1)];
      for (let y = top; y < Math.min(HEIGHT, top + random.int(1, 6)); y++)
        for (let x = left; x < Math.min(WIDTH, left + random.int(1, 8)); x++) values[y * WIDTH + x] = value;
    }
    return values;
  }

  const grey = (values: Uint8Array | Uint16Array) =>
    sharp(values, { raw: { width: WIDTH, height: HEIGHT, channels: 1 } });
  const containers: [string, number, (values: Uint16Array) => Promise<Buffer>][] = [
    ['8-bit PNG', 255, (values) => grey(Uint8Array.from(values)).toColourspace('b-w').png().toBuffer()],
    ['16-bit PNG', 65_535, (values) => grey(values).toColourspace('grey16').png().toBuffer()],
    [
      '8-bit TIFF',
      255,
      async (values) =>
        tiffFile([{ width: WIDTH, height: HEIGHT, sample: (x, y) => values[y * WIDTH + x]! }]),
    ],
    [
      '16-bit TIFF in tiles',
      65_535,
      async (values) =>
        tiffFile([
          {
            width: WIDTH,
            height: HEIGHT,
            bits: 16,
            tile: 16,
            deflated: true,
            sample: (x, y) => values[y * WIDTH + x]!,
          },
        ]),
    ],
    [
      '12-bit TIFF',
      4095,
      async (values) =>
        tiffFile([{ width: WIDTH, height: HEIGHT, bits: 12, sample: (x, y) => values[y * WIDTH + x]! }]),
    ],
    ['RLE8 BMP', 255, async (values) => rle8File(WIDTH, HEIGHT, (x, y) => values[y * WIDTH + x]!)],
  ];

  test.each(containers)('%s: exactly the pixels that are not 0 are set', async (kind, highest, write) => {
    for (let i = 0; i < 25; i++) {
      const values = labels(new Random(`mask ${kind} ${i}`), highest);
      const mask = await decodeMask(await write(values), limits);
      expect([mask.width, mask.height], `${kind} ${i}`).toEqual([WIDTH, HEIGHT]);
      expect([...mask.data], `${kind} ${i}`).toEqual(Array.from(values, (value) => (value === 0 ? 0 : 1)));
      expect(mask.values, `${kind} ${i}`).toEqual([...new Set(values)].sort((a, b) => a - b).map(String));
    }
  });
});

test('the pixels of the fuzzed picture are what they are without damage', async () => {
  const { data } = await readBytes(await raw(picture).png().toBuffer());
  expect(Buffer.compare(Buffer.from(data), Buffer.from(picture.data))).toBe(0);
});
