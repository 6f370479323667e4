import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { encodeGrey16 } from '../../../src-main/codec/image-codec.ts';
import { sha256 } from '../../../src-main/files/hash.ts';
import { describeFile } from '../../../src-main/services/imports/describe-file.ts';
import { setSampleRange, settleSampleRanges } from '../../../src-main/services/pictures/sample-ranges.ts';
import { resumeBatchRun, startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { createBatch, getBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { getRun } from '../../../src-main/store/runs.ts';
import { changeSampleRange } from '../../../src-main/store/sample-ranges.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { tiffFile } from '../../codec/tiff-file.ts';
import { writeCameraPictures } from '../../deep-pictures.ts';
import { recipe, temporaryFolder, temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { fakeInference } from '../runs/fake-inference.ts';

const inspector = 'ana';

const names = (count: number) => Array.from({ length: count }, (_, i) => `${String(i).padStart(2, '0')}.png`);

async function emptyBatch() {
  const workspace = await temporaryWorkspace();
  const folder = await temporaryFolder();
  const { id: batchId } = await createBatch(workspace, { name: 'Lot 7' }, inspector);
  return { workspace, folder, batchId };
}

/** Adds files as an import does. */
async function add(workspace: Workspace, batchId: number, paths: readonly string[]) {
  const images = [];
  for (const path of paths) {
    const bytes = await readFile(path);
    images.push({ path, contentHash: sha256(bytes), bytes: bytes.length });
  }
  await addImages(workspace, batchId, images, inspector);
}

const settle = (workspace: Workspace, batchId: number) =>
  settleSampleRanges(workspace, batchId, { inspector });
const rangesOf = async (workspace: Workspace, batchId: number) =>
  (await getBatch(workspace, batchId)).sampleRanges;

/** A 16-bit picture with one value. */
async function writeFlat(path: string, value: number): Promise<string> {
  await writeFile(path, await encodeGrey16(8, 8, new Uint16Array(64).fill(value)));
  return path;
}

describe('the range of a batch', () => {
  test.each([
    [10, 1023],
    [12, 4095],
    [14, 16_383],
    [16, 65_535],
  ])('of a camera of %i bits is what its bits can tell apart', async (bits, high) => {
    const { workspace, folder, batchId } = await emptyBatch();
    await add(workspace, batchId, await writeCameraPictures(folder, names(3), bits));
    await settle(workspace, batchId);
    expect(await rangesOf(workspace, batchId)).toEqual({
      integer: { low: 0, high, images: 3, setBy: null },
      float: null,
    });
    const images = await listImages(workspace, batchId);
    expect(images.map(({ sampleKind, range }) => [sampleKind, range])).toEqual(
      images.map(() => ['integer', { low: 0, high }]),
    );
    const [event] = await listAudit(workspace, { subject: 'batch', subjectId: batchId });
    expect(event).toMatchObject({
      inspector,
      action: 'sample range measured',
      oldValue: { sampleRanges: { integer: null } },
    });
  });

  test('is measured on the first sixteen deep images, not on one that comes later', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    const plain = await writeCameraPictures(join(folder, 'a'), names(4), 8);
    const deep = await writeCameraPictures(join(folder, 'b'), names(16), 10);
    const bright = await writeFlat(join(folder, 'late.png'), 50_000);
    await add(workspace, batchId, [...plain, ...deep, bright]);
    await settle(workspace, batchId);
    expect((await rangesOf(workspace, batchId)).integer).toEqual({
      low: 0,
      high: 1023,
      images: 16,
      setBy: null,
    });
    const kinds = (await listImages(workspace, batchId)).map(({ sampleKind }) => sampleKind);
    expect(kinds).toEqual([...plain.map(() => 'none'), ...deep.map(() => 'integer'), 'integer']);
  });

  test('is none without images of more than 8 bits, and nothing is written about it', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    await add(workspace, batchId, await writeCameraPictures(folder, names(2), 8));
    await writeFile(join(folder, 'text.png'), 'no image');
    await add(workspace, batchId, [join(folder, 'text.png')]);
    await settle(workspace, batchId);
    expect(await rangesOf(workspace, batchId)).toEqual({ integer: null, float: null });
    const actions = (await listAudit(workspace, { subject: 'batch' })).map(({ action }) => action);
    expect(actions).toEqual(['created']);
  });

  test('leaves out what states its own range, what is gone and what has changed', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    const [stated] = await writeCameraPictures(join(folder, 'stated'), ['s.png'], 12);
    await writeFile(stated!, withSignificantBits(await readFile(stated!), 12));
    const gone = await writeFlat(join(folder, 'gone.png'), 60_000);
    const changed = await writeFlat(join(folder, 'changed.png'), 60_000);
    const good = await writeCameraPictures(join(folder, 'good'), names(2), 10);
    await add(workspace, batchId, [stated!, gone, changed, ...good]);
    await rm(gone);
    await writeFlat(changed, 65_000);
    await settle(workspace, batchId);
    expect((await rangesOf(workspace, batchId)).integer).toMatchObject({ high: 1023, images: 2 });
    const kinds = (await listImages(workspace, batchId)).map(({ sampleKind }) => sampleKind);
    expect(kinds).toEqual(['none', null, null, 'integer', 'integer']);
  });

  test('is one for whole numbers and one for floating point, over all pages of a file', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    const page = { width: 16, height: 12, bits: 16 };
    const stack = join(folder, 'stack.tif');
    await writeFile(
      stack,
      tiffFile([
        { ...page, sample: (x) => 100 + x },
        { ...page, sample: (x) => 4000 + x },
      ]),
    );
    const counts = join(folder, 'counts.tif');
    await writeFile(
      counts,
      tiffFile([{ width: 16, height: 12, bits: 32, sampleFormat: 3, sample: (x, y) => 60 * (x + y) }]),
    );
    const described = await Promise.all([stack, counts].map(describeFile));
    // The import knows it already, since it reads the files anyway.
    expect(described.map(({ sampleKinds }) => sampleKinds)).toEqual([['integer', 'integer'], ['float']]);
    await addImages(workspace, batchId, described, inspector);
    await settle(workspace, batchId);
    expect(await rangesOf(workspace, batchId)).toEqual({
      integer: { low: 0, high: 4095, images: 2, setBy: null },
      // Up to 60 × (15 + 11) = 1560: 11 bits of a camera that has 12.
      float: { low: 0, high: 4095, images: 1, setBy: null },
    });
    const kinds = (await listImages(workspace, batchId)).map(({ sampleKind }) => sampleKind);
    expect(kinds).toEqual(['integer', 'integer', 'float']);
  });

  test('is measured again with more of the first images until a run has used it', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    await add(workspace, batchId, [await writeFlat(join(folder, 'dark.png'), 200)]);
    await settle(workspace, batchId);
    expect((await rangesOf(workspace, batchId)).integer).toMatchObject({ high: 255, images: 1 });
    await add(workspace, batchId, await writeCameraPictures(folder, names(2), 12));
    await settle(workspace, batchId);
    expect((await rangesOf(workspace, batchId)).integer).toMatchObject({ high: 4095, images: 3 });
    const run = await startBatchRun({ workspace, inference: fakeInference(), inspector, batchId, recipe });
    await run.done;
    await add(workspace, batchId, [await writeFlat(join(folder, 'bright.png'), 60_000)]);
    await settle(workspace, batchId);
    expect((await rangesOf(workspace, batchId)).integer).toMatchObject({ high: 4095, images: 3 });
  });
});

describe('a range that somebody set', () => {
  test('stays, is in the history, and changes what pictures are kept under', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    await add(workspace, batchId, await writeCameraPictures(folder, names(2), 10));
    await settle(workspace, batchId);
    const before = await listImages(workspace, batchId);
    const range = { low: 0, high: 4095 };
    await setSampleRange(workspace, { batchId, kind: 'integer', range, inspector: 'Eva' });
    await settle(workspace, batchId);
    expect((await rangesOf(workspace, batchId)).integer).toEqual({ ...range, images: null, setBy: 'Eva' });
    const after = await listImages(workspace, batchId);
    expect(after.map((image) => image.range)).toEqual([range, range]);
    for (const [i, { version, contentHash }] of after.entries()) {
      expect(version).toMatch(/^[0-9a-f]{64}$/);
      expect(version).not.toBe(before[i]!.version);
      expect(contentHash).toBe(before[i]!.contentHash);
    }
    const [event] = await listAudit(workspace, { subject: 'batch', subjectId: batchId });
    expect(event).toMatchObject({
      inspector: 'Eva',
      action: 'sample range changed',
      oldValue: { sampleRanges: { integer: { high: 1023, images: 2 } } },
      newValue: { sampleRanges: { integer: { high: 4095, setBy: 'Eva' } } },
    });
  });

  test('is not replaced by a measure that was under way', async () => {
    const { workspace, batchId } = await emptyBatch();
    const range = { low: 0, high: 4095 };
    await setSampleRange(workspace, { batchId, kind: 'integer', range, inspector: 'Eva' });
    const measured = { low: 0, high: 1023, images: 3, setBy: null };
    expect(await changeSampleRange(workspace, batchId, 'integer', measured, inspector)).toBe(false);
    expect((await rangesOf(workspace, batchId)).integer).toMatchObject(range);
  });

  test('gives way to what the images say when that is asked for', async () => {
    const { workspace, folder, batchId } = await emptyBatch();
    await add(workspace, batchId, await writeCameraPictures(folder, names(2), 10));
    await settle(workspace, batchId);
    await setSampleRange(workspace, {
      ...{ batchId, kind: 'integer', inspector: 'Eva' },
      range: { low: 0, high: 4095 },
    });
    await setSampleRange(workspace, { batchId, kind: 'integer', range: null, inspector: 'Eva' });
    expect((await rangesOf(workspace, batchId)).integer).toEqual({
      low: 0,
      high: 1023,
      images: 2,
      setBy: null,
    });
  });
});

test('a run sees all its images with the range that it began with, also when it is resumed', async () => {
  const { workspace, folder, batchId } = await emptyBatch();
  await add(workspace, batchId, await writeCameraPictures(folder, names(3), 10));
  const seen: unknown[] = [];
  const abort = new AbortController();
  const fake = fakeInference();
  const inference: typeof fake = {
    ...fake,
    inspect: async (job, signal) => {
      const result = await fake.inspect(job, signal);
      seen.push(job.range);
      return result;
    },
  };
  const first = await startBatchRun({
    ...{ workspace, inspector, batchId, recipe, signal: abort.signal },
    inference: {
      ...inference,
      inspect: async (job, signal) => {
        if (job.path.endsWith('01.png')) abort.abort();
        return inference.inspect(job, signal);
      },
    },
  });
  expect(await first.done).toMatchObject({ status: 'interrupted' });
  const wide = { low: 0, high: 65_535 };
  await setSampleRange(workspace, { batchId, kind: 'integer', range: wide, inspector: 'Eva' });
  const again = await resumeBatchRun({ workspace, inference, inspector, runId: first.runId });
  expect(await again.done).toMatchObject({ status: 'done', done: 3 });
  expect(new Set(seen.map((range) => JSON.stringify(range)))).toEqual(new Set(['{"low":0,"high":1023}']));
  expect(await getRun(workspace, first.runId)).toMatchObject({
    sampleRanges: { integer: { low: 0, high: 1023 }, float: null },
  });
  seen.length = 0;
  const next = await startBatchRun({ workspace, inference, inspector, batchId, recipe });
  await next.done;
  expect(seen).toEqual([wide, wide, wide]);
});

/** Puts a chunk sBIT behind the header of a grey PNG. */
function withSignificantBits(png: Uint8Array, bits: number): Uint8Array {
  const body = Uint8Array.of(...Buffer.from('sBIT'), bits);
  const chunk = Buffer.alloc(13);
  chunk.writeUInt32BE(1);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), 9);
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
}
