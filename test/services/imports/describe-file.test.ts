import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeGrey16 } from '../../../src-main/codec/image-codec.ts';
import sharp from '../../../src-main/codec/sharp.ts';
import { sha256 } from '../../../src-main/files/hash.ts';
import { describeFile } from '../../../src-main/services/imports/describe-file.ts';
import { multiPage, plain } from '../../multi-page.ts';
import { temporaryFolder } from '../../store/fixtures.ts';

const [RED, GREEN, BLUE] = [
  plain(24, 16, [200, 0, 0]),
  plain(24, 16, [0, 200, 0]),
  plain(24, 16, [0, 0, 200]),
];

async function described(bytes: Uint8Array, name = 'a') {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, bytes);
  return { path, file: await describeFile(path) };
}

describe('an import writes down of a file', () => {
  test.each(['tiff', 'gif', 'webp'] as const)('each of the pictures of a %s', async (format) => {
    const bytes = await multiPage(format, [RED, GREEN, BLUE]);
    const { path, file } = await described(bytes);
    const pages = { pages: [0, 1, 2], sampleKinds: ['none', 'none', 'none'] };
    expect(file).toEqual({ path, contentHash: sha256(bytes), bytes: bytes.length, ...pages });
  });

  test.each(['tiff', 'gif', 'webp'] as const)('that a %s with one picture has one', async (format) => {
    const { file } = await described(await multiPage(format, [RED]));
    expect(file.pages).toEqual([]);
  });

  test('the pages that are pictures, not the previews before them', async () => {
    // Sizes differ, so the pages are joined by hand: the second directory is chained to the first.
    const small = await sharp(Buffer.from(RED.data), { raw: { width: 24, height: 16, channels: 3 } })
      .resize(12, 8)
      .tiff({ compression: 'none' })
      .toBuffer();
    const { file } = await described(
      joined(small, await multiPage('tiff', [GREEN]), await multiPage('tiff', [BLUE])),
    );
    expect(file.pages).toEqual([1, 2]);
  });

  test('the pages of a large file too', async () => {
    const [grey, white] = [plain(1400, 1000, [90, 90, 90]), plain(1400, 1000, [255, 255, 255])];
    const bytes = await multiPage('tiff', [grey, white]);
    expect(bytes.length).toBeGreaterThan(4 << 20);
    const { path, file } = await described(bytes);
    const pages = { pages: [0, 1], sampleKinds: ['none', 'none'] };
    expect(file).toEqual({ path, contentHash: sha256(bytes), bytes: bytes.length, ...pages });
  });

  test('which samples they have, as far as it has looked into the file', async () => {
    const deep = await encodeGrey16(16, 12, new Uint16Array(16 * 12).fill(900));
    expect((await described(deep)).file).toMatchObject({ pages: [], sampleKinds: ['integer'] });
    // Noise does not pack: more than is read at once.
    const noise = Uint16Array.from({ length: 1600 * 1600 }, (_, i) => (i * 2_654_435_761) % 65_536);
    const large = await encodeGrey16(1600, 1600, noise);
    expect(large.length).toBeGreaterThan(4 << 20);
    expect((await described(large)).file.sampleKinds).toBeUndefined();
    expect((await described(Buffer.from('no image'))).file.sampleKinds).toEqual(['none']);
  });

  test('one picture, where the file does not tell: the run says what is wrong with it', async () => {
    const whole = await multiPage('gif', [RED, GREEN]);
    const path = join(await temporaryFolder(), 'cut.tif');
    await writeFile(path, await multiPage('tiff', [RED, GREEN]));
    await truncate(path, 12);
    expect((await describeFile(path)).pages).toEqual([]);
    const { file } = await described(whole.subarray(0, 8));
    expect(file).toMatchObject({ contentHash: sha256(whole.subarray(0, 8)), pages: [] });
  });

  test('nothing of what cannot be read', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'x.tif'));
    for (const name of ['x.tif', 'none.tif']) {
      const path = join(folder, name);
      expect(await describeFile(path)).toEqual({ path, contentHash: null, bytes: null });
    }
  });
});

/** TIFFs (little endian, one page each) as one: every next-directory offset leads on to the next file's. */
function joined(...files: readonly Uint8Array[]): Uint8Array {
  const views = files.map((file) => Buffer.from(file));
  const starts: number[] = [];
  let length = 0;
  for (const view of views) {
    starts.push(length);
    length += view.length + (view.length % 2);
  }
  const whole = Buffer.alloc(length);
  for (const [i, view] of views.entries()) {
    const start = starts[i]!;
    const directory = view.readUInt32LE(4);
    const entries = view.readUInt16LE(directory);
    for (let entry = 0; entry < entries; entry++) {
      const at = directory + 2 + 12 * entry;
      const [tag, type, count] = [
        view.readUInt16LE(at),
        view.readUInt16LE(at + 2),
        view.readUInt32LE(at + 4),
      ];
      const bytes = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8][type]! * count;
      const isOffset = tag === 273 || tag === 324;
      if (bytes > 4) {
        const place = view.readUInt32LE(at + 8);
        if (isOffset) {
          for (let n = 0; n < count; n++)
            view.writeUInt32LE(view.readUInt32LE(place + 4 * n) + start, place + 4 * n);
        }
        view.writeUInt32LE(place + start, at + 8);
      } else if (isOffset) view.writeUInt32LE(view.readUInt32LE(at + 8) + start, at + 8);
    }
    const next = views[i + 1];
    view.writeUInt32LE(next ? starts[i + 1]! + next.readUInt32LE(4) : 0, directory + 2 + 12 * entries);
    view.copy(whole, start);
  }
  return whole;
}
