import { describe, expect, test } from 'vitest';
import { readRgb } from '../../src-main/codec/image-codec.ts';
import { Random } from '../../src-shared/random.ts';
import { fileWith, greyOf, limits, readBytes, readFrame } from './codec-fixture.ts';
import { type TiffLayout, type TiffPageDescription, tiffFile } from './tiff-file.ts';

const WIDTH = 37;
const HEIGHT = 21;

/** Values by chance, the same for every layout of a kind. */
function noise(from: number, to: number, isWhole = true): (x: number, y: number, channel: number) => number {
  const random = new Random('samples');
  const values = Array.from({ length: WIDTH * HEIGHT * 5 }, () => {
    const value = random.range(from, to);
    return isWhole ? Math.floor(value) : Math.fround(value);
  });
  return (x, y, channel) => values[(y * WIDTH + x) * 5 + channel]!;
}

const kinds: [string, Omit<TiffPageDescription, 'width' | 'height'>, (value: number) => number][] = [
  ['16 bits', { bits: 16, sample: noise(0, 65_536) }, (v) => (v * 255) / 65_535],
  ['32 bits', { bits: 32, sample: noise(0, 2 ** 32) }, (v) => (v * 255) / (2 ** 32 - 1)],
  ['12 bits packed', { bits: 12, sample: noise(0, 4096) }, (v) => (v * 255) / 4095],
  ['10 bits packed', { bits: 10, sample: noise(0, 1024) }, (v) => (v * 255) / 1023],
  ['14 bits packed', { bits: 14, sample: noise(0, 16_384) }, (v) => (v * 255) / 16_383],
  [
    '16 bits with a sign',
    { bits: 16, sampleFormat: 2, sample: noise(-32_768, 32_768) },
    (v) => ((v + 32_768) * 255) / 65_535,
  ],
  ['floating point', { bits: 32, sampleFormat: 3, sample: noise(0, 1, false) }, (v) => v * 255],
  ['double precision', { bits: 64, sampleFormat: 3, sample: noise(0, 1, false) }, (v) => v * 255],
  ['white at zero', { bits: 16, photometric: 0, sample: noise(0, 65_536) }, (v) => 255 - (v * 255) / 65_535],
];
const layouts: [string, Partial<TiffPageDescription> & TiffLayout][] = [
  ['in one strip', {}],
  ['in strips', { rowsPerStrip: 5 }],
  ['in tiles', { tile: 16 }],
  ['big-endian in tiles', { tile: 16, bigEndian: true }],
  [
    'deflated in strips, big-endian BigTIFF',
    { rowsPerStrip: 4, deflated: true, bigEndian: true, bigTiff: true },
  ],
];

function near(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  const distance = Math.max(...actual.map((value, i) => Math.abs(value - expected[i]!)));
  expect(distance).toBeLessThanOrEqual(0.5001);
}

describe.each(layouts)('TIFF %s', (_layout, { bigEndian = false, bigTiff = false, ...layout }) => {
  const write = (page: Omit<TiffPageDescription, 'width' | 'height'>) =>
    tiffFile([{ width: WIDTH, height: HEIGHT, ...page, ...layout }], { bigEndian, bigTiff });

  test.each(kinds)('%s', async (_kind, page, grey) => {
    const image = await readBytes(write(page));
    expect([image.width, image.height]).toEqual([WIDTH, HEIGHT]);
    const expected = Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
      grey(page.sample(i % WIDTH, Math.floor(i / WIDTH), 0)),
    );
    near(greyOf(image), expected);
  });

  test.each([1, 2] as const)('16-bit RGB with two further bands, planar configuration %i', async (planar) => {
    const sample = noise(0, 65_536);
    const file = write({ bits: 16, channels: 5, planar, sample, tags: { 338: [0, 0] } });
    const image = await readBytes(file);
    const expected = Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return (sample(pixel % WIDTH, Math.floor(pixel / WIDTH), i % 3) * 255) / 65_535;
    });
    near([...image.data], expected);
  });

  test.each([
    [16, 1, 2],
    [32, 1, 2],
    [32, 3, 3],
    [64, 3, 3],
  ] as const)('%i bits of format %i with predictor %i', async (bits, sampleFormat, predictor) => {
    const [low, high] = sampleFormat === 3 ? [0, 1] : [0, 2 ** bits];
    const sample = noise(low, high, sampleFormat === 1);
    const image = await readBytes(write({ bits, sampleFormat, predictor, channels: 3, sample }));
    const scale = sampleFormat === 3 ? 255 : 255 / (2 ** bits - 1);
    const expected = Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => {
      const pixel = Math.floor(i / 3);
      return sample(pixel % WIDTH, Math.floor(pixel / WIDTH), i % 3) * scale;
    });
    near([...image.data], expected);
  });
});

/** Rows of three packed samples each, as Pillow's and tifffile's readers give them: worked by hand. */
test('12-bit samples are packed highest bit first, and rows begin at whole bytes', async () => {
  const values = [0xabc, 0x123, 0xfff, 0x000, 0x801, 0x7fe];
  const file = tiffFile([{ width: 3, height: 2, bits: 12, sample: (x, y) => values[y * 3 + x]! }]);
  expect(file.includes(Buffer.from('abc123fff0', 'hex'))).toBe(true);
  const image = await readRgb(await fileWith(file), limits);
  expect(greyOf(image)).toEqual(values.map((value) => Math.round((value * 255) / 4095)));
});

test.each([
  [1, 1, 2, 3, 4, 5, 6],
  [2, 3, 2, 1, 6, 5, 4],
  [3, 6, 5, 4, 3, 2, 1],
  [4, 4, 5, 6, 1, 2, 3],
  [5, 1, 4, 2, 5, 3, 6],
  [6, 4, 1, 5, 2, 6, 3],
  [7, 6, 3, 5, 2, 4, 1],
  [8, 3, 6, 2, 5, 1, 4],
])('a 16-bit TIFF with orientation %i comes out upright', async (orientation, ...shown) => {
  const file = tiffFile([
    { width: 3, height: 2, bits: 16, tags: { 274: orientation }, sample: (x, y) => (1 + y * 3 + x) * 257 },
  ]);
  const image = await readBytes(file);
  expect([image.width, image.height]).toEqual(orientation >= 5 ? [2, 3] : [3, 2]);
  expect(greyOf(image)).toEqual(shown);
});

describe('bands beyond the colours', () => {
  const rgb = [200, 100, 50, 3, 9];
  const page = (channels: number, tags: Record<number, number | readonly number[]>) =>
    tiffFile([{ width: 16, height: 16, channels, photometric: 2, tags, sample: (_x, _y, c) => rgb[c]! }]);

  test.each([
    [4, { 338: 0 }, 1],
    [4, {}, 1],
    [5, { 338: [0, 0] }, 2],
  ])('%i bands %j: %i are not looked at, and none is transparency', async (channels, tags, bands) => {
    const { rgb: seen, notices } = await readFrame(page(channels, tags), { size: 16 });
    expect([...seen.subarray(0, 3)]).toEqual([200, 100, 50]);
    expect(notices).toContainEqual({ code: 'bands-ignored', bands });
    expect(notices.map(({ code }) => code)).not.toContain('transparency');
  });

  test('a band that is transparency is, and the one beside it is not looked at', async () => {
    const { rgb: seen, notices } = await readFrame(page(5, { 338: [0, 2] }), { size: 16 });
    // 9 of 255 of the colour over grey 117.
    expect(seen[0]).toBe(Math.floor((200 * 9 + 117 * 246) / 255));
    expect(notices).toContainEqual({ code: 'bands-ignored', bands: 1 });
    expect(notices).toContainEqual({ code: 'transparency', share: 1 });
  });
});

test('CIELab colours are converted to sRGB, and it is said', async () => {
  // L 54.29, a 80.81, b 69.89 under D50 is sRGB's red; L 100 its white; both rounded to bytes.
  const colours = [
    [Math.round(54.29 * 2.55), 81, 70],
    [255, 0, 0],
    [Math.round(50 * 2.55), 0, 0],
  ];
  const lab = (photometric: number, shift: number) =>
    tiffFile([
      {
        width: 3,
        height: 1,
        channels: 3,
        photometric,
        sample: (x, _y, c) => (c === 0 ? colours[x]![0]! : (colours[x]![c]! + shift) & 255),
      },
    ]);
  for (const file of [lab(8, 0), lab(9, 128)]) {
    const { data } = await readBytes(file);
    // Mid grey of L 50 is 119 (Lindbloom's calculator).
    const expected = [254, 0, 0, 255, 255, 255, 119, 119, 119];
    expect(Math.max(...[...data].map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThanOrEqual(2);
  }
});

test('CIELab is a notice, and a Lab profile of its own is none', async () => {
  const lab = {
    width: 16,
    height: 16,
    channels: 3,
    photometric: 8,
    sample: (x: number, _y: number, c: number) => (c === 0 ? x * 10 : 0),
  };
  // 34675: an ICC profile; what it says is not looked at.
  const { notices } = await readFrame(tiffFile([{ ...lab, tags: { 34675: [1, 2, 3] } }]), { size: 16 });
  expect(notices).toEqual([{ code: 'colour-converted', from: 'cielab' }]);
});

test.each([
  ['16 bits per sample in JPEG', { bits: 16, tags: { 259: 7 } }, /16 bits in compression 7/],
  ['raw camera data', { bits: 16, photometric: 32803 }, /raw camera data/],
  ['complex numbers', { bits: 32, tags: { 339: 6 } }, /format 6/],
  ['colours of different depths', { channels: 3, tags: { 258: [5, 6, 5] } }, /5, 6, 5 bits/],
  ['half precision', { bits: 16, sampleFormat: 3 as const }, /floating-point samples of 16 bits/],
])('%s is refused as a kind that is not read', async (_name, page, message) => {
  // Float16 has no writer; its bits are never looked at.
  const plain = { ...page, sampleFormat: undefined, tags: { ...(page as TiffPageDescription).tags } };
  const tags = 'sampleFormat' in page ? { ...plain.tags, 339: 3 } : plain.tags;
  const file = tiffFile([{ width: 16, height: 16, ...plain, sampleFormat: 1, tags, sample: () => 1 }]);
  await expect(readBytes(file)).rejects.toMatchObject({
    code: 'image-unsupported',
    message: expect.stringMatching(message),
  });
});
