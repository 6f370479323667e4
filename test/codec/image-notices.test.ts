import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { frameNotices } from '../../src-main/codec/image-notices.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { raw, readFrame, textured } from './codec-fixture.ts';

/** A frame of one grey, but for one pixel. */
function frameOf(width: number, height: number, grey: number, other = grey) {
  const frame = frameFor(width, height);
  const rgb = new Uint8Array(frame.width * frame.height * 3).fill(grey);
  rgb.fill(other, rgb.length - 3);
  return { frame, rgb };
}
const told = (width: number, height: number, grey: number, other?: number) => {
  const { frame, rgb } = frameOf(width, height, grey, other);
  return frameNotices(frame, rgb);
};

describe('what is said of what the model sees', () => {
  test('a strip that scaling makes thin', () => {
    expect(told(12_000, 40, 100, 200)).toEqual([
      { code: 'scaled-thin', width: 12_000, height: 40, modelWidth: 1024, modelHeight: 3 },
    ]);
    expect(told(40, 12_000, 100, 200)).toMatchObject([
      { code: 'scaled-thin', modelWidth: 3, modelHeight: 1024 },
    ]);
    // 1024 · 126 / 2048 is 63.
    expect(told(2048, 126, 100, 200)).toMatchObject([{ code: 'scaled-thin', modelHeight: 63 }]);
    expect(told(2048, 128, 100, 200)).toEqual([]);
  });

  test('a small picture is not thin: it is enlarged', () => {
    expect(told(600, 20, 100, 200)).toEqual([]);
  });

  test('one colour, and nearly black', () => {
    expect(told(64, 64, 100)).toEqual([{ code: 'single-colour', red: 100, green: 100, blue: 100 }]);
    expect(told(64, 64, 100, 101)).toEqual([]);
    expect(told(64, 64, 0, 32)).toEqual([{ code: 'nearly-black', highest: 32 }]);
    expect(told(64, 64, 0, 33)).toEqual([]);
    expect(told(64, 64, 0).map(({ code }) => code)).toEqual(['single-colour', 'nearly-black']);
  });
});

describe('what is said of colours', () => {
  const picture = () => raw(textured(64, 48));

  test.each([
    [
      'CMYK',
      () => picture().toColourspace('cmyk').tiff().toBuffer(),
      { code: 'colour-converted', from: 'cmyk' },
    ],
    [
      'a wide-gamut profile',
      () => picture().withIccProfile('p3').png().toBuffer(),
      { code: 'colour-converted', from: 'profile' },
    ],
  ] as const)('%s', async (_name, make, notice) => {
    expect((await readFrame(await make())).notices).toEqual([notice]);
  });

  test.each([
    ['an sRGB profile', () => picture().withIccProfile('srgb').jpeg().toBuffer()],
    ['none', () => picture().jpeg().toBuffer()],
    ['an opaque alpha channel', () => picture().ensureAlpha(1).png().toBuffer()],
  ])('nothing of %s', async (_name, make) => {
    expect((await readFrame(await make())).notices).toEqual([]);
  });

  test('a broken profile', async () => {
    const profile = Buffer.from(await iccOf());
    const file = await withProfile(profile.fill(0, 36, 40));
    expect((await readFrame(file)).notices).toEqual([{ code: 'profile-ignored' }]);
  });

  async function iccOf(): Promise<Buffer> {
    return (await sharp(await picture().withIccProfile('p3').jpeg().toBuffer()).metadata()).icc!;
  }

  /** A JPEG with this profile, as ICC.1 annex B.4 embeds it. */
  async function withProfile(profile: Buffer): Promise<Buffer> {
    const jpeg = await picture().jpeg().toBuffer();
    const head = Buffer.from('\xff\xe2\0\0ICC_PROFILE\0\x01\x01', 'latin1');
    head.writeUInt16BE(head.length - 2 + profile.length, 2);
    return Buffer.concat([jpeg.subarray(0, 2), head, profile, jpeg.subarray(2)]);
  }

  test.each([
    ['PNG', () => picture().ensureAlpha(0).png().toBuffer()],
    ['lossless WebP', () => picture().ensureAlpha(0).webp({ lossless: true, exact: true }).toBuffer()],
    ['TIFF', () => picture().ensureAlpha(0).tiff({ compression: 'none' }).toBuffer()],
    ['16-bit PNG', () => picture().ensureAlpha(0).toColourspace('rgb16').png().toBuffer()],
  ])('a wholly transparent %s is shown opaque, and never passes without a word', async (_name, make) => {
    const { notices, rgb } = await readFrame(await make());
    expect(notices.map(({ code }) => code)).toContain('alpha-ignored');
    expect(new Set(rgb).size).toBeGreaterThan(100);
  });

  test('transparency over nothing but one colour is said to be one', async () => {
    const cleared = {
      create: { width: 64, height: 48, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    } as const;
    const { notices } = await readFrame(await sharp(cleared).png().toBuffer());
    expect(notices.map(({ code }) => code)).toEqual(['alpha-ignored', 'single-colour', 'nearly-black']);
  });
});
