import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changeScale, createBatch, getBatch } from '../../src-main/store/batches.ts';
import { addImages } from '../../src-main/store/images.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { findResult, recordOutcome } from '../../src-main/store/results.ts';
import { reviewRows } from '../../src-main/store/review-table.ts';
import { startRun } from '../../src-main/store/run-lifecycle.ts';
import { getRun } from '../../src-main/store/runs.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { Region } from '../../src-shared/result.ts';
import { typedScale } from '../../src-shared/scale.ts';
import {
  context,
  inspectionResult,
  recipe,
  region,
  temporaryFolder,
  temporaryWorkspace,
} from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

const drawn = { millimetresPerPixel: 0.05, source: 'drawn', imageWidth: 64, imageHeight: 48 } as const;

async function batchWith(inspected: Recipe) {
  const workspace = await temporaryWorkspace();
  const { id } = await createBatch(workspace, { name: 'Lot 7' }, 'ana');
  await addImages(workspace, id, [{ path: '/a.png', contentHash: 'a'.repeat(64), bytes: 5 }], 'ana');
  const { hash } = await saveRecipe(workspace, inspected, { inspector: 'ana' });
  const start = () => startRun(workspace, id, hash, context);
  return { workspace, id, start };
}

describe('the scale', () => {
  test('of a batch is kept, and who changed it is recorded; the same again changes nothing', async () => {
    const { workspace, id } = await batchWith(recipe);
    expect((await getBatch(workspace, id)).scale).toBeNull();
    await changeScale(workspace, id, drawn, 'bo');
    await changeScale(workspace, id, { ...drawn }, 'cy');
    expect((await getBatch(workspace, id)).scale).toEqual(drawn);
    const [last, ...before] = await listAudit(workspace, { subject: 'batch', subjectId: id });
    expect(last).toMatchObject({
      inspector: 'bo',
      action: 'scale changed',
      oldValue: { scale: null },
      newValue: { scale: drawn },
    });
    expect(before.map(({ action }) => action)).not.toContain('scale changed');
    await changeScale(workspace, id, null, 'cy');
    expect((await getBatch(workspace, id)).scale).toBeNull();
  });

  test("of a run is the batch's, or else the recipe's, and stays as it was when the run began", async () => {
    const { workspace, id, start } = await batchWith({ ...recipe, scale: typedScale(0.1) });
    const first = await start();
    expect((await getRun(workspace, first.runId)).scale).toEqual(typedScale(0.1));
    await changeScale(workspace, id, drawn, 'ana');
    const second = await start();
    expect((await getRun(workspace, second.runId)).scale).toEqual(drawn);
    expect((await getRun(workspace, first.runId)).scale).toEqual(typedScale(0.1));
    const plain = await batchWith(recipe);
    const { runId } = await plain.start();
    expect((await getRun(plain.workspace, runId)).scale).toBeNull();
  });

  test('has to be known before a run with limits in millimetres begins', async () => {
    const { workspace, id, start } = await batchWith({
      ...recipe,
      minimumDefect: { unit: 'mm', length: 0.5 },
    });
    await expect(start()).rejects.toMatchObject({ code: 'conflict', details: { case: 'scale-missing' } });
    await changeScale(workspace, id, drawn, 'ana');
    await start();
  });
});

test('sizes come back with their region, and the table tells the largest of those that count', async () => {
  const { workspace, id, start } = await batchWith(recipe);
  const claim = await start();
  const regions: Region[] = [
    { ...region, index: 1, length: 22.5, width: 10, area: 200 },
    { ...region, index: 2, length: 12, width: 9, area: 300 },
    { ...region, index: 3, length: 90, width: 80, area: 900, belowLimit: true },
  ];
  const result = inspectionResult({ regions, scale: drawn });
  await recordOutcome(workspace, claim, 1, { status: 'done', result });
  expect(await findResult(workspace, claim.runId, 1)).toMatchObject({ result });
  const [row] = await reviewRows(workspace, id, claim.runId, { imageIds: [1] });
  expect(row).toMatchObject({ regions: 3, largestLength: 22.5, largestArea: 300, belowLimit: 1 });
  const [pending] = await reviewRows(workspace, id, null, { imageIds: [1] });
  expect(pending).toMatchObject({ regions: 0, largestLength: null, largestArea: null, belowLimit: 0 });
});

/** A workspace from before regions had sizes, with one result and regions of the outlines given. */
async function oldWorkspace(outlines: readonly string[]) {
  const folder = await temporaryFolder();
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '025'));
  await (await openWorkspace(folder, { create: true, migrations: before })).close();
  const database = new Database(join(folder, 'workspace.sqlite'));
  const insert = (table: string, values: Record<string, unknown>) => {
    const columns = Object.keys(values);
    const marks = columns.map(() => '?').join(', ');
    const statement = database.prepare(`insert into ${table} (${columns.join(', ')}) values (${marks})`);
    statement.run(Object.values(values) as never[]);
  };
  const at = '2026-01-01T00:00:00.000Z';
  const hash = 'd'.repeat(64);
  const versioned = { hash, json: JSON.stringify(recipe), name: recipe.name, revision: 1 };
  insert('recipes', { ...versioned, inspector: 'ana', created_at: at });
  const batch = { name: 'B', object_name: '', part_number: '', revision: '', lot: '', order_number: '' };
  insert('batches', { ...batch, created_at: at });
  insert('images', { batch_id: 1, path: '/lot/a.png', added_at: at });
  insert('runs', {
    ...{
      batch_id: 1,
      recipe_hash: hash,
      pack_hash: 'c'.repeat(64),
      device_asked: 'cpu',
      device_running: 'cpu',
    },
    ...{ software_version: '0', status: 'done', last_image_id: 1, owner_token: 't', owner_pid: 1 },
    ...{ owner_host: 'h', heartbeat_at: at, started_at: at },
  });
  const result = { run_id: 1, image_id: 1, status: 'done', finished_at: at, content_hash: 'b'.repeat(64) };
  insert('results', { ...result, score: 0.9, verdict: 'reject' });
  database.transaction(() => {
    for (const [i, polygons] of outlines.entries()) {
      const values = { result_id: 1, region_index: i + 1, area: 1, peak: 1, mean: 1, polygons };
      const box = JSON.stringify({ x: 0, y: 0, width: 3, height: 4 });
      insert('regions', { ...values, box, prompts: '{}', levels: '[]' });
    }
  })();
  database.close();
  return folder;
}

test('regions from before are measured when the workspace is opened, all pages of them', async () => {
  const rectangle = (width: number, height: number) =>
    JSON.stringify([
      [
        [
          [0, 0],
          [width, 0],
          [width, height],
          [0, height],
          [0, 0],
        ],
      ],
    ]);
  const outlines = Array.from({ length: 1201 }, (_, i) => rectangle(3 * (i + 1), 4 * (i + 1)));
  const folder = await oldWorkspace([...outlines, '[]', 'no outline']);
  const workspace = await openWorkspace(folder);
  onTestFinished(() => workspace.close());
  const rows = await workspace.db
    .selectFrom('regions')
    .select(['region_index', 'length', 'width', 'below_limit'])
    .orderBy('region_index')
    .execute();
  for (const [i, row] of rows.slice(0, 1201).entries()) {
    expect(row.length).toBeCloseTo(5 * (i + 1), 9);
    expect(row.width).toBeCloseTo(3 * (i + 1), 9);
    expect(row.below_limit).toBe(0);
  }
  // Without an outline: of the box. One that cannot be read stays without a size.
  expect(rows[1201]).toMatchObject({ length: 5, width: 3 });
  expect(rows[1202]).toMatchObject({ length: null, width: null });
  expect((await getBatch(workspace, 1)).scale).toBeNull();
  expect((await getRun(workspace, 1)).scale).toBeNull();
});
