import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { dashboard } from '../../../src-main/services/stats/dashboard.ts';
import { exportStats } from '../../../src-main/services/stats/export-stats.ts';
import { gallery } from '../../../src-main/services/stats/gallery.ts';
import { addAnnotation } from '../../../src-main/store/annotations.ts';
import { addDisposition } from '../../../src-main/store/dispositions.ts';
import { addMadeUpBatches } from '../../../src-main/store/made-up-batches.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { PLAIN_CSV } from '../../../src-shared/export-formats.ts';
import type { StatsFilter } from '../../../src-shared/statistics/stats-filter.ts';
import type { GalleryPlace, StatsCell } from '../../../src-shared/statistics/stats-gallery.ts';
import { recipe, temporaryFolder, temporaryWorkspace, workspaceWithResult } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';

/** 6 batches of 60 images, all judged, some of them corrected by another inspector. */
async function madeUp() {
  const workspace = await temporaryWorkspace();
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  await addMadeUpBatches(workspace, hash, { batches: 6, images: 60 });
  return workspace;
}

interface Image {
  readonly runId: number;
  readonly imageId: number;
  readonly partNumber: string;
  readonly lot: string;
  readonly day: string;
  readonly model: 'accept' | 'warn' | 'reject';
  readonly human: 'accept' | 'reject' | 'uncertain';
  readonly inspector: string;
}

/** Every image with its verdicts, one by one. */
async function allImages({ db }: Workspace, filter: StatsFilter): Promise<Image[]> {
  const results = await db
    .selectFrom('results')
    .innerJoin('runs', 'runs.id', 'results.run_id')
    .innerJoin('batches', 'batches.id', 'runs.batch_id')
    .select(['run_id', 'image_id', 'part_number', 'lot', 'finished_at', 'verdict'])
    .execute();
  const verdicts = await db.selectFrom('verdicts').selectAll().orderBy('id').execute();
  return results
    .map((result): Image => {
      const newest = verdicts.findLast((v) => v.run_id === result.run_id && v.image_id === result.image_id)!;
      return {
        runId: result.run_id,
        imageId: result.image_id,
        partNumber: result.part_number,
        lot: result.lot,
        day: result.finished_at.slice(0, 10),
        model: result.verdict!,
        human: newest.verdict as Image['human'],
        inspector: newest.inspector,
      };
    })
    .filter(
      (image) =>
        (filter.partNumber ?? image.partNumber) === image.partNumber &&
        (filter.lot ?? image.lot) === image.lot &&
        (filter.inspector ?? image.inspector) === image.inspector &&
        (filter.from ?? '') <= image.day &&
        image.day <= (filter.to ?? '9'),
    );
}

const FILTERS: readonly StatsFilter[] = [
  {},
  { partNumber: 'P-1' },
  { lot: 'L3' },
  { inspector: 'inspector 1' },
  { from: '2026-01-02', to: '2026-01-04' },
  { partNumber: 'P-2', inspector: 'inspector 3', to: '2026-01-03' },
  { recipe: 'other' },
];

describe('dashboard', () => {
  it.each(FILTERS)('counts as if image by image, with %j', async (filter) => {
    const workspace = await madeUp();
    const images = filter.recipe ? [] : await allImages(workspace, filter);
    const count = (test: (image: Image) => boolean) => images.filter(test).length;
    const found = await dashboard(workspace, filter, 'lot');
    expect(found.inspected).toBe(images.length);
    expect(found.model).toEqual({
      accept: count(({ model }) => model === 'accept'),
      warn: count(({ model }) => model === 'warn'),
      reject: count(({ model }) => model === 'reject'),
    });
    for (const human of ['accept', 'reject', 'uncertain'] as const) {
      for (const model of ['accept', 'warn', 'reject'] as const) {
        expect(found.confusion[human][model]).toBe(count((i) => i.human === human && i.model === model));
      }
    }
    expect(found.pChart.points.map(({ key }) => key)).toEqual(
      [...new Set(images.map(({ lot }) => lot))].sort(),
    );
    expect(found.choices.partNumbers).toEqual(['P-0', 'P-1', 'P-2']);
    expect(found.choices.inspectors).toEqual([0, 1, 2, 3].map((i) => `inspector ${i}`));
  });

  it('finds what two inspectors said of the same images, their last word each', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const judge = (inspector: string, verdict: 'accept' | 'reject' | 'withdrawn') =>
      addVerdict(workspace, { runId, imageId, verdict, inspector, overturnReason: 'seen' });
    await judge('ana', 'accept');
    expect((await dashboard(workspace, {}, 'lot')).agreement.history).toEqual([]);
    await judge('bo', 'reject');
    const pair = { first: 'ana', second: 'bo', agreed: 0, total: 1 };
    expect((await dashboard(workspace, {}, 'lot')).agreement.history).toMatchObject([pair]);
    await judge('ana', 'reject');
    expect((await dashboard(workspace, {}, 'lot')).agreement.history).toMatchObject([{ ...pair, agreed: 1 }]);
    expect((await dashboard(workspace, { inspector: 'cy' }, 'lot')).agreement.history).toEqual([]);
    await judge('ana', 'withdrawn');
    expect((await dashboard(workspace, {}, 'lot')).agreement.history).toEqual([]);
  });

  it('takes good images that were reworked away from the first-pass yield', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const at = { runId, imageId, inspector: 'ana' };
    const of = async () => (await dashboard(workspace, {}, 'lot')).yield;
    await addDisposition(workspace, { ...at, disposition: 'rework' });
    expect(await of()).toMatchObject({ good: 0, nonconforming: 1, reworked: 0, firstPass: 0 });
    await addVerdict(workspace, { ...at, verdict: 'accept', overturnReason: 'reworked' });
    expect(await of()).toMatchObject({ good: 1, nonconforming: 0, reworked: 1, firstPass: 0 });
    await addDisposition(workspace, { ...at, disposition: 'withdrawn' });
    expect(await of()).toMatchObject({ good: 1, reworked: 0, firstPass: 1 });
  });

  it('is empty in a new workspace', async () => {
    const { inspected, batches } = await dashboard(await temporaryWorkspace(), {}, 'day');
    expect([inspected, batches]).toEqual([0, 0]);
  });
});

/** All pages. */
async function allPages(workspace: Workspace, filter: StatsFilter, cell: StatsCell) {
  const keys: string[] = [];
  for (let after: GalleryPlace | null = null; ; ) {
    const page = await gallery(workspace, { filter, cell, after, limit: 7 });
    keys.push(...page.images.map(({ runId, imageId }) => `${runId} ${imageId}`));
    after = page.next;
    if (after === null) return { keys, total: page.total };
  }
}

describe('gallery', () => {
  it.each(FILTERS)('has the images of a cell, page by page, newest run first, with %j', async (filter) => {
    const workspace = await madeUp();
    const images = filter.recipe ? [] : await allImages(workspace, filter);
    for (const human of ['accept', 'reject', 'uncertain'] as const) {
      for (const model of ['accept', 'reject'] as const) {
        const expected = images
          .filter((image) => image.human === human && image.model === model)
          .sort((a, b) => b.runId - a.runId || a.imageId - b.imageId)
          .map(({ runId, imageId }) => `${runId} ${imageId}`);
        const { keys, total } = await allPages(workspace, filter, { human, model });
        expect(keys).toEqual(expected);
        expect(total).toBe(expected.length);
      }
    }
  });

  it('says of an image what Review needs to open it', async () => {
    const { workspace, batch, runId, imageId } = await workspaceWithResult();
    const options = { filter: {}, after: null, limit: 10 };
    const page = await gallery(workspace, { ...options, cell: { human: 'none', model: 'reject' } });
    expect(page).toEqual({
      images: [
        {
          batchId: batch.id,
          batchName: 'Lot 7',
          runId,
          imageId,
          name: 'a.png',
          page: null,
          score: 0.9,
          model: 'reject',
          human: null,
          defectClass: '',
          severity: null,
        },
      ],
      total: 1,
      next: null,
    });
  });

  it('has false positives by verdict and by mark, once each', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const at = { runId, imageId, inspector: 'ana' };
    const total = async (cell: StatsCell) =>
      (await gallery(workspace, { filter: {}, cell, after: null, limit: 10 })).total;
    expect(await total('false-positives')).toBe(0);
    await addAnnotation(workspace, { ...at, kind: 'false-positive', regionIndex: 1 });
    expect(await total('false-positives')).toBe(1);
    await addVerdict(workspace, { ...at, verdict: 'accept', overturnReason: 'dust' });
    expect(await total('false-positives')).toBe(1);
    expect(await total('missed-defects')).toBe(0);
  });
});

describe('export', () => {
  it('writes every table, and never over other files', async () => {
    const workspace = await madeUp();
    const folder = await temporaryFolder();
    const options = {
      filter: { partNumber: 'P-1' },
      by: 'lot',
      csv: PLAIN_CSV,
      inspector: 'ana',
      folder,
    } as const;
    const { files } = await exportStats(workspace, { ...options, formats: ['csv', 'json'] });
    expect((await readdir(folder)).sort()).toEqual(files.map((file) => basename(file)).sort());
    const found = await dashboard(workspace, options.filter, 'lot');
    const json = JSON.parse(await readFile(join(folder, 'statistics.json'), 'utf8')) as object;
    expect(json).toEqual(JSON.parse(JSON.stringify({ ...json, ...found })));
    const [header, ...rows] = (await readFile(join(folder, 'p-chart.csv'), 'utf8')).trim().split('\r\n');
    expect(
      header!
        .replace(/^\uFEFF/, '')
        .split(',')
        .slice(0, 4),
    ).toEqual(['by', 'key', 'part_number', 'decided']);
    expect(rows.map((row) => Number(row.split(',')[4]))).toEqual(
      found.pChart.points.map((p) => p.nonconforming),
    );
    await expect(exportStats(workspace, { ...options, formats: ['csv'] })).rejects.toMatchObject({
      code: 'export-in-the-way',
    });
    await exportStats(workspace, { ...options, formats: ['csv'], force: true });
    const { folder: _, ...anywhere } = options;
    const own = await exportStats(workspace, { ...anywhere, formats: ['json'] });
    expect(own.folder.startsWith(join(workspace.folder, 'exports'))).toBe(true);
    const [told] = await listAudit(workspace, { subject: 'export' });
    expect(told).toMatchObject({ inspector: 'ana', action: 'exported', newValue: { folder: own.folder } });
  });

  it('does not count images that failed', async () => {
    const workspace = await madeUp();
    await sql`update results set status = 'failed', error_code = 'image-unreadable' where image_id % 10 = 0`.execute(
      workspace.db,
    );
    expect(await dashboard(workspace, {}, 'lot')).toMatchObject({ inspected: 324, failed: 36 });
  });
});
