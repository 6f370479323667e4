import {
  copyFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encodeGrey16 } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { mediaPaths } from '../../src-shared/media-urls.ts';
import { bmpFile } from '../codec/bmp-file.ts';
import { cameraPng, greyPart } from '../deep-pictures.ts';
import { multiPage, plain } from '../multi-page.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import {
  batchOf,
  drain,
  type FakeWorkstation,
  fakeWorkstation,
  importedBatch,
} from './workstation-fixture.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));
const CABLE = join(SAMPLES, 'cable/test/missing_component/000.jpg');

async function pictureOf(response: Response) {
  expect(response.status).toBe(200);
  return sharp(new Uint8Array(await response.arrayBuffer())).metadata();
}

/** Painted once; every test has a copy of its own. */
let results: string;
beforeAll(async () => {
  results = await mkdtemp(join(tmpdir(), 'clipsam-test-'));
  await addSyntheticBatch(results, { images: 3, failed: 0, files: [CABLE] });
});
afterAll(() => rm(results, { recursive: true, force: true }));

/** A workspace with results whose maps are really there. */
async function withResults(): Promise<FakeWorkstation> {
  const folder = await temporaryFolder();
  await cp(results, folder, { recursive: true });
  return fakeWorkstation({}, { workspaceFolder: folder });
}

describe('thumbnails', () => {
  test('are small WebP pictures that are kept, and upright', async () => {
    const fake = await fakeWorkstation();
    const folder = await temporaryFolder();
    const files = {
      'wide.jpg': await blank(800, 400).jpeg().toBuffer(),
      'turned.jpg': await blank(800, 400).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
      'deep.png': await blank(800, 400).toColourspace('rgb16').png().toBuffer(),
      'plain.bmp': bmpFile({ width: 800, height: 400, bits: 24, pixel: () => 0xff8000 }),
      'tiny.png': await blank(20, 10).png().toBuffer(),
    };
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    const { imageIds } = await batchOf(
      fake,
      Object.keys(files).map((name) => join(folder, name)),
    );
    const sizes = [];
    for (const id of imageIds) {
      const response = await fake.media(mediaPaths.thumbnail(id, null));
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/webp',
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
      });
      const { width, height, format } = await pictureOf(response);
      expect(format).toBe('webp');
      sizes.push([width, height]);
    }
    expect(sizes).toEqual([
      [256, 128],
      [128, 256],
      [256, 128],
      [256, 128],
      [20, 10],
    ]);
    const kept = await readdir(join(fake.folder, 'cache', 'thumbnails'), { recursive: true });
    expect(kept.filter((name) => name.endsWith('.webp'))).toHaveLength(5);
    await rm(join(fake.folder, 'photos'), { recursive: true });
    expect((await fake.media(mediaPaths.thumbnail(imageIds[0]!, null))).status).toBe(200);
  });

  test('of a file that changed, went or never was one are refused with the reason', async () => {
    const fake = await fakeWorkstation();
    const { imageIds, photos, names } = await importedBatch(fake, 3);
    await copyFile(CABLE, join(photos, names[0]!));
    await rm(join(photos, names[1]!));
    const answers = await Promise.all(imageIds.map((id) => fake.media(mediaPaths.thumbnail(id, null))));
    expect(answers.map(({ status }) => status)).toEqual([409, 410, 410]);
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    expect(texts[0]).toMatch(/content changed/);
    expect(texts[1]).toMatch(/does not exist/);
    expect(texts[2]).toMatch(/is not a JPEG/);
    expect(answers[0]!.headers.get('cache-control')).toBe('no-store');
  });

  test('are cached for ever under the address with a version, and gone under an old one', async () => {
    const fake = await fakeWorkstation();
    const { imageIds } = await batchOf(fake, [CABLE]);
    const hash = sha256(await readFile(CABLE));
    const url = mediaPaths.thumbnail(imageIds[0]!, hash);
    expect((await fake.media(url)).headers.get('cache-control')).toMatch(/immutable/);
    expect((await fake.media(mediaPaths.thumbnail(imageIds[0]!, null))).headers.get('cache-control')).toMatch(
      /no-cache/,
    );
    expect((await fake.media(mediaPaths.thumbnail(imageIds[0]!, 'f'.repeat(64)))).status).toBe(409);
  });
});

describe('tiles', () => {
  test('are made once for all who ask at the same time, also of an image that was never inspected', async () => {
    const fake = await fakeWorkstation();
    const { imageIds } = await batchOf(fake, [CABLE]);
    const id = imageIds[0]!;
    const pyramids = await Promise.all(
      Array.from({ length: 5 }, () => fake.client.review.pyramid({ imageId: id })),
    );
    const [pyramid] = pyramids;
    expect(pyramid).toMatchObject({ imageId: id, width: 560, height: 560, tileSize: 512, levels: 2 });
    expect(new Set(pyramids.map(({ version }) => version)).size).toBe(1);
    expect(await readdir(join(fake.folder, 'cache', 'tiles'))).toEqual([pyramid!.version]);
    const corner = await fake.media(mediaPaths.tile(id, pyramid!.version, 0, 1, 1));
    expect(corner.headers.get('cache-control')).toMatch(/immutable/);
    expect(await pictureOf(corner)).toMatchObject({ format: 'jpeg', width: 48, height: 48 });
    expect(await pictureOf(await fake.media(mediaPaths.tile(id, pyramid!.version, 1, 0, 0)))).toMatchObject({
      width: 280,
    });
    for (const [level, column, row] of [
      [0, 2, 0],
      [0, 0, 2],
      [1, 1, 0],
      [2, 0, 0],
      [999_999_999, 0, 0],
    ] as const) {
      expect((await fake.media(mediaPaths.tile(id, pyramid!.version, level, column, row))).status).toBe(404);
    }
  });

  test('that somebody took away are made again', async () => {
    const fake = await fakeWorkstation();
    const { imageIds } = await batchOf(fake, [CABLE]);
    const { version } = await fake.client.review.pyramid({ imageId: imageIds[0]! });
    const url = mediaPaths.tile(imageIds[0]!, version, 0, 0, 0);
    await rm(join(fake.folder, 'cache', 'tiles', version, '0'), { recursive: true });
    expect((await fake.media(url)).status).toBe(200);
    await writeFile(join(fake.folder, 'cache', 'tiles', version, 'pyramid.json'), '');
    expect((await fake.media(url)).status).toBe(200);
    await rm(join(fake.folder, 'cache'), { recursive: true });
    expect((await fake.media(url)).status).toBe(200);
  });
});

test('what pictures take on disk is told, and cleared when asked; they are made again', async () => {
  const fake = await fakeWorkstation();
  const { imageIds } = await batchOf(fake, [CABLE]);
  const [id] = imageIds;
  const look = async () => {
    expect((await fake.media(mediaPaths.thumbnail(id!, null))).status).toBe(200);
    await fake.client.review.pyramid({ imageId: id! });
  };
  await look();
  const { thumbnails, tiles, tokens } = await fake.client.app.cache();
  for (const { bytes, limit } of [thumbnails, tiles]) {
    expect(bytes).toBeGreaterThan(500);
    expect(bytes).toBeLessThan(limit);
  }
  expect(await fake.client.app.clearCache()).toEqual({
    thumbnails: { ...thumbnails, bytes: 0 },
    tiles: { ...tiles, bytes: 0 },
    tokens,
  });
  await look();
  expect(await fake.client.app.cache()).toEqual({ thumbnails, tiles, tokens });
});

describe('maps', () => {
  test('come as 16-bit values with their size, for ever', async () => {
    const fake = await withResults();
    const values = Uint16Array.from({ length: 6 }, (_, i) => i * 13_107);
    const artifacts = new ArtifactStore(join(fake.folder, 'artifacts'));
    const { sha256: hash } = await artifacts.put(await encodeGrey16(3, 2, values), 'image/png');
    const image = await fake.client.review.image({ imageId: 1, runId: 1 });
    if (image.outcome.status !== 'done') throw new Error('no result');
    const { coarseMap } = image.outcome.result.artifacts;
    // The result's own file, with content of which every value is known.
    await copyFile(artifacts.pathOf(hash), artifacts.pathOf(coarseMap));
    const response = await fake.media(mediaPaths.map('coarse', 1, 1));
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-length': '12',
      'x-map-width': '3',
      'x-map-height': '2',
      'cache-control': expect.stringMatching(/immutable/),
      etag: `"${coarseMap.sha256}"`,
    });
    const bytes = new DataView(await response.arrayBuffer());
    expect(Array.from(values, (_, i) => bytes.getUint16(i * 2, true))).toEqual([...values]);
    const etag = response.headers.get('etag')!;
    const again = await fake.media(mediaPaths.map('coarse', 1, 1), { headers: { 'if-none-match': etag } });
    expect([again.status, again.body]).toEqual([304, null]);
    const final = await fake.media(mediaPaths.map('final', 1, 1));
    expect([final.headers.get('x-map-width'), final.headers.get('x-map-height')]).toEqual(['1024', '1024']);
  });

  test('that are not there, or lead out of the workspace, are refused', async () => {
    const fake = await withResults();
    expect((await fake.media(mediaPaths.map('coarse', 1, 99))).status).toBe(404);
    expect((await fake.media(mediaPaths.map('coarse', 99, 1))).status).toBe(404);
    const { outcome } = await fake.client.review.image({ imageId: 1, runId: 1 });
    if (outcome.status !== 'done') throw new Error('no result');
    const path = new ArtifactStore(join(fake.folder, 'artifacts')).pathOf(outcome.result.artifacts.coarseMap);
    const outside = join(await temporaryFolder(), 'map.png');
    await copyFile(path, outside);
    await rm(path);
    const gone = await fake.media(mediaPaths.map('coarse', 1, 1));
    expect([gone.status, await gone.text()]).toEqual([410, expect.stringMatching(/lost a map/)]);
    await symlink(outside, path);
    expect((await fake.media(mediaPaths.map('coarse', 1, 1))).status).toBe(403);
  });
});

describe('links that somebody planted in a workspace', () => {
  /** A workspace with one image, and a folder of somebody else with two files. */
  async function planted() {
    const fake = await fakeWorkstation();
    const { imageIds } = await batchOf(fake, [CABLE]);
    const outside = await temporaryFolder();
    const secret = join(outside, 'secret');
    await writeFile(secret, 'root:x:0:0');
    const id = imageIds[0]!;
    const cache = join(fake.folder, 'cache');
    const hash = sha256(await readFile(CABLE));
    const foreign = () => readdir(outside, { recursive: true });
    return { fake, id, cache, hash, outside, secret, foreign };
  }

  test('in the place of a thumbnail are not followed, and become the thumbnail', async () => {
    const { fake, id, cache, hash, secret } = await planted();
    const place = join(cache, 'thumbnails', hash.slice(0, 2));
    await mkdir(place, { recursive: true });
    await symlink(secret, join(place, `${hash}.webp`));
    for (const _time of [1, 2])
      expect(await pictureOf(await fake.media(mediaPaths.thumbnail(id, null)))).toMatchObject({
        format: 'webp',
      });
    expect((await lstat(join(place, `${hash}.webp`))).isFile()).toBe(true);
    expect(await readFile(secret, 'utf8')).toBe('root:x:0:0');
  });

  test('in the place of a folder of thumbnails are neither read nor written through', async () => {
    const { fake, id, cache, hash, outside, foreign } = await planted();
    await mkdir(join(cache, 'thumbnails'), { recursive: true });
    await writeFile(join(outside, `${hash}.webp`), 'a picture of somebody else');
    await symlink(outside, join(cache, 'thumbnails', hash.slice(0, 2)));
    expect(await pictureOf(await fake.media(mediaPaths.thumbnail(id, null)))).toMatchObject({
      format: 'webp',
    });
    await fake.client.app.clearCache();
    expect((await foreign()).sort()).toEqual([`${hash}.webp`, 'secret'].sort());
    expect(await readFile(join(outside, `${hash}.webp`), 'utf8')).toBe('a picture of somebody else');
  });

  test('in the place of tiles are not followed', async () => {
    const { fake, id, cache, hash, secret, outside, foreign } = await planted();
    const { version } = await fake.client.review.pyramid({ imageId: id });
    const tile = join(cache, 'tiles', hash, '1', '0_0.jpeg');
    await rm(tile);
    await symlink(secret, tile);
    const url = mediaPaths.tile(id, version, 1, 0, 0);
    expect(await pictureOf(await fake.media(url))).toMatchObject({ format: 'jpeg' });
    await rm(join(cache, 'tiles', hash), { recursive: true });
    await symlink(outside, join(cache, 'tiles', hash));
    await writeFile(
      join(outside, 'pyramid.json'),
      JSON.stringify({ width: 560, height: 560, levels: 2, bytes: 1 }),
    );
    await mkdir(join(outside, '1'));
    await writeFile(join(outside, '1', '0_0.jpeg'), 'a picture of somebody else');
    expect(await pictureOf(await fake.media(url))).toMatchObject({ format: 'jpeg' });
    expect((await foreign()).sort()).toEqual(['1', '1/0_0.jpeg', 'pyramid.json', 'secret']);
  });

  test.each([
    ['the cache', ''],
    ['the thumbnails', 'thumbnails'],
    ['the tiles', 'tiles'],
  ])('in the place of %s go when the workspace is opened', async (_what, part) => {
    const folder = await temporaryFolder();
    const outside = await temporaryFolder();
    await mkdir(join(folder, 'cache'));
    if (part === '') await rm(join(folder, 'cache'), { recursive: true });
    await symlink(outside, join(folder, 'cache', part));
    const fake = await fakeWorkstation({}, { workspaceFolder: folder });
    const { imageIds } = await batchOf(fake, [CABLE]);
    await pictureOf(await fake.media(mediaPaths.thumbnail(imageIds[0]!, null)));
    await fake.client.review.pyramid({ imageId: imageIds[0]! });
    expect(await readdir(outside)).toEqual([]);
    expect(fake.faults).toEqual([expect.objectContaining({ message: expect.stringMatching(/was a link/) })]);
  });
});

describe('the pages of a file', () => {
  const COLOURS = [
    [200, 0, 0],
    [0, 0, 200],
  ] as const;
  const meanOf = async (response: Response) => {
    expect(response.status).toBe(200);
    const { channels } = await sharp(new Uint8Array(await response.arrayBuffer())).stats();
    return channels.slice(0, 3).map(({ mean }) => Math.round(mean / 50) * 50);
  };

  test('have pictures of their own, kept apart', async () => {
    const fake = await fakeWorkstation();
    const path = join(await temporaryFolder(), 'stack.tif');
    await writeFile(
      path,
      await multiPage(
        'tiff',
        COLOURS.map((colour) => plain(600, 40, colour)),
      ),
    );
    const { imageIds } = await batchOf(fake, [path]);
    expect(imageIds).toHaveLength(2);
    for (const _ of ['made', 'kept']) {
      for (const [i, id] of imageIds.entries()) {
        expect(await meanOf(await fake.media(mediaPaths.thumbnail(id, null)))).toEqual(COLOURS[i]);
        const { version } = await fake.client.review.pyramid({ imageId: id });
        expect(await meanOf(await fake.media(mediaPaths.tile(id, version, 0, 0, 0)))).toEqual(COLOURS[i]);
      }
    }
    expect(await readdir(join(fake.folder, 'cache', 'tiles'))).toHaveLength(2);
    const { columns } = await fake.client.review.table({ batchId: 1 });
    expect(columns.page).toEqual([
      { number: 1, count: 2 },
      { number: 2, count: 2 },
    ]);
  });

  test('have the ground truth of their page, where the mask has as many', async () => {
    const fake = await fakeWorkstation();
    const root = await temporaryFolder();
    const [black, white] = [plain(16, 16, [0, 0, 0]), plain(16, 16, [255, 255, 255])];
    for (const folder of ['test/cut', 'ground_truth/cut'])
      await mkdir(join(root, folder), { recursive: true });
    const grey = plain(16, 16, [90, 90, 90]);
    for (const name of ['a.tif', 'b.tif']) {
      await writeFile(join(root, 'test/cut', name), await multiPage('tiff', [grey, grey]));
    }
    await writeFile(join(root, 'ground_truth/cut/a_mask.tif'), await multiPage('tiff', [black, white]));
    await writeFile(join(root, 'ground_truth/cut/b_mask.tif'), await multiPage('tiff', [white]));
    const { id } = await fake.client.batches.create({ metadata: { name: 'B' }, inspector: 'ana' });
    await drain(await fake.client.imports.start({ id, paths: [root], inspector: 'ana' }));
    const { columns } = await fake.client.review.table({ batchId: id });
    const truth = (i: number) => fake.media(mediaPaths.truth(columns.imageId[i]!));
    expect(await meanOf(await truth(0))).toEqual([0]);
    expect(await meanOf(await truth(1))).toEqual([250]);
    expect((await truth(2)).status).toBe(404);
    expect((await truth(3)).status).toBe(404);
  });
});

describe('ground truth', () => {
  test('is found beside the tests, in white on black, for defects only', async () => {
    const fake = await fakeWorkstation();
    const root = join(fake.folder, 'nut');
    const put = async (path: string, bytes: Uint8Array) => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), bytes);
    };
    const photo = await blank(30, 20).png().toBuffer();
    const mask = sharp(
      Uint8Array.from({ length: 600 }, (_, i) => (i < 300 ? 1 : 0)),
      { raw: { width: 30, height: 20, channels: 1 } },
    );
    for (const path of [
      'test/good/0.png',
      'test/bent/0.png',
      'test/bent/1.png',
      'test/bent/2.png',
      'test/bent/3.png',
    ]) {
      await put(path, Buffer.concat([photo, Buffer.from(path)]));
    }
    await put('ground_truth/good/0_mask.png', photo);
    await put('ground_truth/bent/0_mask.png', await mask.png().toBuffer());
    await put('ground_truth/bent/1.tif', await mask.tiff({ compression: 'lzw' }).toBuffer());
    const secret = join(await temporaryFolder(), 'secret.png');
    await writeFile(secret, photo);
    await symlink(secret, join(root, 'ground_truth/bent/2_mask.png'));
    const { id } = await fake.client.batches.create({ metadata: { name: 'Nuts' }, inspector: 'ana' });
    await drain(await fake.client.imports.start({ id, paths: [join(root, 'test')], inspector: 'ana' }));
    const { columns } = await fake.client.review.table({ batchId: id });
    const found: Record<string, number | string> = {};
    for (const [i, imageId] of columns.imageId.entries()) {
      const response = await fake.media(mediaPaths.truth(imageId));
      found[columns.name[i]!] = response.status;
      expect((await fake.client.review.image({ imageId, runId: null })).hasTruth).toBe(
        response.status === 200,
      );
      if (response.status !== 200) continue;
      const { data, info } = await sharp(new Uint8Array(await response.arrayBuffer()))
        .toColourspace('b-w')
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: 30, height: 20, channels: 1 });
      expect([...data]).toEqual(Array.from({ length: 600 }, (_, at) => (at < 300 ? 255 : 0)));
    }
    expect(found).toEqual({
      'good/0.png': 404,
      'bent/0.png': 200,
      'bent/1.png': 200,
      'bent/2.png': 404,
      'bent/3.png': 404,
    });
  });
});

describe('addresses', () => {
  test.each([
    '/media/thumbnail/-1',
    '/media/thumbnail/01',
    '/media/thumbnail/1.5',
    '/media/thumbnail/1e3',
    '/media/thumbnail/0x1',
    '/media/thumbnail/1/',
    '/media/thumbnail/9999999999999999999',
    '/media/thumbnail/..%2f..%2fetc%2fpasswd',
    '/media/thumbnail/%00',
    '/media/tile/1/0/0',
    '/media/map/mask/1/1',
    '/media/map/coarse/1/1.png',
    '/media/truth//1',
    '/media/thumbnail/1?v=../../x',
    '/media/',
  ])('%s is refused', async (path) => {
    const { media, faults } = await fakeWorkstation();
    const response = await media(path);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch('text/plain');
    expect(faults).toEqual([]);
  });

  test('that leave /media or name nothing are not found', async () => {
    const { media } = await fakeWorkstation();
    expect((await media('/media/../etc/passwd')).status).toBe(404);
    expect((await media('/media/thumbnail/7')).status).toBe(404);
    expect((await media('/media/thumbnail/7', { method: 'HEAD' })).status).toBe(404);
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('take no %s', async (method) => {
    const { media } = await fakeWorkstation();
    const response = await media('/media/thumbnail/1', { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test('HEAD has the headers and no body', async () => {
    const fake = await fakeWorkstation();
    const { imageIds } = await batchOf(fake, [CABLE]);
    const response = await fake.media(mediaPaths.thumbnail(imageIds[0]!, null), { method: 'HEAD' });
    expect([response.status, await response.text()]).toEqual([200, '']);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
  });
});

test('500 requests at once are all answered', async () => {
  const fake = await withResults();
  const urls = [
    mediaPaths.thumbnail(1, null),
    mediaPaths.tile(2, sha256(await readFile(CABLE)), 0, 0, 0),
    mediaPaths.map('coarse', 1, 3),
    '/media/thumbnail/77',
  ];
  const answers = await Promise.all(Array.from({ length: 500 }, (_, i) => fake.media(urls[i % 4]!)));
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, i) => (i % 4 === 3 ? 404 : 200)));
});

function blank(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#c08040' } });
}

describe('pictures of a 12-bit camera in 16-bit files', () => {
  const size = { width: 120, height: 80 };

  /** Lowest, mean and highest grey value of a picture. */
  async function greysOf(response: Response): Promise<readonly number[]> {
    expect(response.status).toBe(200);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const data = await sharp(bytes).greyscale().raw().toBuffer();
    return [Math.min(...data), data.reduce((a, b) => a + b) / data.length, Math.max(...data)];
  }

  test('have the grey values of the 8-bit file, and other addresses when somebody changes the range', async () => {
    const fake = await fakeWorkstation();
    const folder = await temporaryFolder();
    for (const bits of [8, 12]) {
      const png = await cameraPng(greyPart(size.width, size.height), { ...size, bits });
      await writeFile(join(folder, `${bits}.png`), png);
    }
    const { batchId, imageIds } = await batchOf(
      fake,
      [8, 12].map((bits) => join(folder, `${bits}.png`)),
    );
    const [usual, deep] = imageIds as [number, number];
    const { client, media } = fake;
    expect((await client.batches.get({ id: batchId })).batch.sampleRanges).toEqual({
      integer: { low: 0, high: 4095, images: 1, setBy: null },
      float: null,
    });
    const expected = await greysOf(await media(mediaPaths.thumbnail(usual, null)));
    expect(expected[2]).toBeGreaterThan(240);
    const shown = await greysOf(await media(mediaPaths.thumbnail(deep, null)));
    for (const [i, value] of expected.entries()) expect(Math.abs(shown[i]! - value)).toBeLessThan(2);
    const pyramid = await client.review.pyramid({ imageId: deep });
    const tileOf = ({ imageId, version }: typeof pyramid) =>
      media(mediaPaths.tile(imageId, version, 0, 0, 0));
    const tile = await greysOf(await tileOf(pyramid));
    for (const [i, value] of expected.entries()) expect(Math.abs(tile[i]! - value)).toBeLessThan(6);

    const summary = await client.batches.changeSampleRange({
      ...{ id: batchId, kind: 'integer', inspector: 'Eva' },
      range: { low: 0, high: 65_535 },
    });
    expect(summary.batch.sampleRanges.integer).toEqual({ low: 0, high: 65_535, images: null, setBy: 'Eva' });
    expect((await tileOf(pyramid)).status).toBe(409);
    const { image } = await client.review.image({ imageId: deep, runId: null });
    expect(image.version).not.toBe(pyramid.version);
    const dark = await greysOf(await media(mediaPaths.thumbnail(deep, image.version)));
    expect(dark[2]).toBeLessThan(20);
    expect((await greysOf(await tileOf(await client.review.pyramid({ imageId: deep }))))[2]).toBeLessThan(20);
    // The other image is what it was, under the address that it had.
    const { image: same } = await client.review.image({ imageId: usual, runId: null });
    expect(same.version).toBe(same.contentHash);
    expect(await greysOf(await media(mediaPaths.thumbnail(usual, same.version)))).toEqual(expected);
  });
});
