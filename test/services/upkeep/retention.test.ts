import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeMask } from '../../../src-main/codec/mask-codec.ts';
import { sha256 } from '../../../src-main/files/hash.ts';
import { exportRun } from '../../../src-main/services/exports/export-run.ts';
import { ContentHashes } from '../../../src-main/services/pictures/seen-file.ts';
import { Thumbnails } from '../../../src-main/services/pictures/thumbnails.ts';
import { TilePyramids } from '../../../src-main/services/pictures/tile-pyramids.ts';
import { Housekeeping } from '../../../src-main/services/upkeep/housekeeping.ts';
import { changeRetentionDays, retentionOf } from '../../../src-main/services/upkeep/retention.ts';
import { addAnnotation } from '../../../src-main/store/annotations.ts';
import { findResult } from '../../../src-main/store/results.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { batchWithResults, inspector, site } from './backup-fixture.ts';

const HOUR = 60 * 60_000;

/** Housekeeping whose days of use go by as a test says, with any calendar. */
function daysOf(workspace: Workspace) {
  const time = { now: Date.parse('2026-03-01T08:00:00Z'), elapsed: 0 };
  const cache = join(workspace.folder, 'cache');
  const keeper = new Housekeeping({
    workspace,
    thumbnails: new Thumbnails(join(cache, 'thumbnails')),
    tiles: new TilePyramids(join(cache, 'tiles')),
    onBatch: () => {},
    log: (error) => Promise.reject(error),
    clock: { now: () => time.now, elapsed: () => time.elapsed },
  });
  return {
    time,
    async pass(days: number) {
      for (let day = 0; day < days; day++) {
        time.now += 8 * HOUR;
        time.elapsed += 8 * HOUR;
        await keeper.tidy();
        time.now += 16 * HOUR;
      }
    },
  };
}

async function judgedBatch(count = 5) {
  const { workspace } = await site();
  const batch = await batchWithResults(workspace, 'lot', count, count, { verdict: 'accept', regions: [] });
  const at = (index: number) => ({ runId: batch.runId, imageId: batch.images[index]!.id, inspector });
  const judge = (index: number, verdict: 'accept' | 'reject' | 'uncertain') =>
    addVerdict(workspace, { ...at(index), verdict, overturnReason: 'seen' });
  const isThere = (index: number) => existsSync(workspace.artifacts.pathOf(batch.artifacts[index]!.finalMap));
  const dropped = async (index: number) => {
    const found = await findResult(workspace, batch.runId, batch.images[index]!.id);
    if (found?.status !== 'done') throw new Error('no result');
    return found.result.notices.filter(({ code }) => code === 'maps-dropped');
  };
  return { workspace, batch, at, judge, isThere, dropped };
}

test('maps of images that model and inspector accepted go after so many days of use; all others stay', async () => {
  const { workspace, batch, at, judge, isThere, dropped } = await judgedBatch(6);
  await judge(0, 'accept');
  await judge(1, 'reject');
  await judge(2, 'uncertain');
  await judge(2, 'accept');
  await judge(3, 'accept');
  await addAnnotation(workspace, {
    ...at(3),
    kind: 'missed-defect',
    regionIndex: null,
    polygons: [
      [
        [
          [0, 0],
          [9, 0],
          [9, 9],
          [0, 0],
        ],
      ],
    ],
  });
  // The fifth is not judged, and the sixth only later.
  await batch.finish();
  await changeRetentionDays(workspace, 5, 'eva');
  const { pass } = daysOf(workspace);
  await pass(3);
  await judge(5, 'accept');
  expect(await retentionOf(workspace, null)).toEqual({ days: 5, results: 0, bytes: 0 });
  await pass(2);
  expect(await retentionOf(workspace, 4)).toMatchObject({
    results: 1,
    // Its two maps; other results need the mask.
    bytes: 'coarse map of lot 0'.length + 'final map of lot 0'.length,
  });
  await pass(2);
  expect((await dropped(0))[0]).toEqual({
    code: 'maps-dropped',
    date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
  });
  for (const index of [1, 2, 3, 4, 5]) expect([index, await dropped(index)]).toEqual([index, []]);
  // The files lie in quarantine for a week of use, like everything that nobody asked for by hand.
  expect(isThere(0)).toBe(false);
  const hash = batch.artifacts[0]!.finalMap.sha256;
  expect(existsSync(join(workspace.folder, 'quarantine', `${hash}.png`))).toBe(true);
  expect(existsSync(workspace.artifacts.pathOf(sha256('mask')))).toBe(true);
  await pass(9);
  expect(existsSync(join(workspace.folder, 'quarantine', `${hash}.png`))).toBe(false);
  for (const index of [1, 2, 3, 4]) expect(isThere(index)).toBe(true);
  expect((await dropped(5)).length).toBe(1);

  const result = await findResult(workspace, batch.runId, batch.images[0]!.id);
  expect(result).toMatchObject({
    status: 'done',
    result: { verdict: 'accept', artifacts: { finalMap: { sha256: hash } }, contentHash: expect.any(String) },
  });
  const audit = await listAudit(workspace, { subject: 'workspace' });
  expect(audit.filter(({ action }) => action === 'dropped').map(({ newValue }) => newValue)).toEqual([
    { days: 5, results: [expect.any(Number)] },
    { days: 5, results: [expect.any(Number)] },
  ]);
  expect(await listAudit(workspace, { subject: 'setting' })).toMatchObject([
    { inspector: 'eva', subjectId: 'retention-days', oldValue: null, newValue: 5 },
  ]);
});

test('without the rule nothing goes, however long it takes, and no clock that is wrong makes anything older', async () => {
  const { workspace, batch, judge, isThere } = await judgedBatch(1);
  await judge(0, 'accept');
  await batch.finish();
  const { pass, time } = daysOf(workspace);
  await pass(20);
  expect(isThere(0)).toBe(true);
  await changeRetentionDays(workspace, 30, inspector);
  for (let jump = 0; jump < 5; jump++) {
    time.now += 400 * 24 * HOUR;
    await pass(1);
    time.now -= 390 * 24 * HOUR;
  }
  expect(isThere(0)).toBe(true);
});

test('exports of results whose maps were let go say so, and masks are drawn from the outlines that are kept', async () => {
  const { folder, workspace } = await site();
  const batch = await batchWithResults(workspace, 'lot', 1, 1, { verdict: 'accept' });
  await addVerdict(workspace, {
    runId: batch.runId,
    imageId: batch.images[0]!.id,
    verdict: 'accept',
    inspector,
  });
  await batch.finish();
  await changeRetentionDays(workspace, 1, inspector);
  await daysOf(workspace).pass(12);
  expect(existsSync(workspace.artifacts.pathOf(batch.artifacts[0]!.mask))).toBe(false);
  const out = join(folder, 'out');
  const formats = ['csv', 'json', 'coco', 'masks', 'html'] as const;
  const contents = new ContentHashes();
  await exportRun({ inspector: 'ana', workspace, contents, runId: batch.runId, formats, folder: out });
  const written = (await readdir(out, { recursive: true })).map((name) => join(out, name));
  const mask = written.find((name) => /masks.*\.png$/.test(name));
  const { data } = await decodeMask(mask!, { maxPixels: 1e6 });
  // The outline of the region that was found is a rectangle of 20 × 10 pixels.
  expect(data.filter((value) => value > 0)).toHaveLength(200);
  for (const end of [/class-map\.json$/, /\.csv$/, /results?.*\.json$/, /\.html$/]) {
    const texts = await Promise.all(
      written.filter((name) => end.test(name)).map((name) => readFile(name, 'utf8')),
    );
    expect([
      end,
      texts.some((text) => /maps-dropped|Maps removed|Maps and mask were removed/.test(text)),
    ]).toEqual([end, true]);
  }
});
