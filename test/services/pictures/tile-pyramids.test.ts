import { randomBytes } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { TilePyramids } from '../../../src-main/services/pictures/tile-pyramids.ts';
import { temporaryFolder } from '../../store/fixtures.ts';

async function noise(folder: string, name: string) {
  const raw = { width: 400, height: 400, channels: 3 } as const;
  const bytes = await sharp(randomBytes(400 * 400 * 3), { raw })
    .png()
    .toBuffer();
  const path = join(folder, name);
  await writeFile(path, bytes);
  return {
    id: 1,
    batchId: 1,
    path,
    page: null,
    contentHash: sha256(bytes),
    bytes: bytes.length,
    width: null,
    height: null,
    addedAt: '',
    sampleKind: 'none' as const,
    range: null,
    version: sha256(bytes),
  };
}

test('those used longest ago go when the tiles take too much room, and what a killed program left', async () => {
  const folder = await temporaryFolder();
  const images = await Promise.all(['a', 'b', 'c', 'd'].map((name) => noise(folder, `${name}.png`)));
  const cache = join(folder, 'tiles');
  // One takes about 270 kB.
  const tiles = new TilePyramids(cache, 700_000);
  const wait = () => new Promise((resolve) => setTimeout(resolve, 20));
  const [a, b, c, d] = images as [
    (typeof images)[0],
    (typeof images)[0],
    (typeof images)[0],
    (typeof images)[0],
  ];
  await tiles.layout(a);
  await wait();
  await tiles.layout(b);
  await mkdir(join(cache, `${'f'.repeat(64)}.0123456789ab`, '0'), { recursive: true });
  await wait();
  // Another program's uses count too: they are written down beside the tiles.
  await new TilePyramids(cache).layout(a);
  await wait();
  await tiles.layout(c);
  expect((await readdir(cache)).sort()).toEqual([a.contentHash, c.contentHash].sort());
  await tiles.layout(d);
  expect(await readdir(cache)).toContain(d.contentHash);
  expect(await readdir(cache)).not.toContain(b.contentHash);
});

test('cleared pyramids are made again when somebody looks', async () => {
  const folder = await temporaryFolder();
  const image = await noise(folder, 'a.png');
  const other = await noise(folder, 'b.png');
  const tiles = new TilePyramids(join(folder, 'tiles'));
  await tiles.layout(image);
  await tiles.layout(other);
  const both = await tiles.size();
  expect(both).toBeGreaterThan(400_000);
  const at = { level: 0, column: 0, row: 0 };
  const before = sha256((await tiles.tile(image, at))!);
  expect(await tiles.clear((hash) => hash === other.contentHash)).toBeGreaterThan(200_000);
  expect(await readdir(join(folder, 'tiles'))).toEqual([other.contentHash]);
  // Looks that come while it goes get their tile.
  const looks = Array.from({ length: 20 }, () => tiles.tile(image, at));
  await tiles.clear();
  for (const tile of await Promise.all(looks)) expect(sha256(tile!)).toBe(before);
});
