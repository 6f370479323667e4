import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { getBatchSummary } from '../../src-main/store/batch-summaries.ts';
import { createBatch } from '../../src-main/store/batches.ts';
import { addImages } from '../../src-main/store/images.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { findResult, recordOutcome } from '../../src-main/store/results.ts';
import { reviewRows } from '../../src-main/store/review-table.ts';
import { startRun } from '../../src-main/store/run-lifecycle.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import type { Notice } from '../../src-shared/notice.ts';
import { context, inspectionResult, recipe, temporaryFolder, temporaryWorkspace } from './fixtures.ts';

const PAGE: Notice = { code: 'page', page: 2, pages: 3 };
const BLACK: Notice = { code: 'nearly-black', highest: 4 };
const LOST: Notice = { code: 'defect-below-scale', modelPixels: 0.31 };

/** A run with one image per list of notices. */
async function inspected(workspace: Workspace, notices: readonly (readonly Notice[])[]) {
  const batch = await createBatch(workspace, { name: 'Lot 7' }, 'ana');
  const images = notices.map((_, i) => ({ path: `/photos/${i}.png`, contentHash: null, bytes: null }));
  await addImages(workspace, batch.id, images, 'ana');
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const claim = await startRun(workspace, batch.id, hash, context);
  for (const [i, list] of notices.entries()) {
    const result = inspectionResult({ notices: list });
    await recordOutcome(workspace, claim, i + 1, { status: 'done', result });
  }
  return { batchId: batch.id, runId: claim.runId };
}

test('notices come back as they were stored', async () => {
  const workspace = await temporaryWorkspace();
  const { runId } = await inspected(workspace, [[PAGE, BLACK], []]);
  expect(await findResult(workspace, runId, 1)).toMatchObject({ result: { notices: [PAGE, BLACK] } });
  expect(await findResult(workspace, runId, 2)).toMatchObject({ result: { notices: [] } });
});

test('the review table has the kinds of an image’s notices, each once', async () => {
  const workspace = await temporaryWorkspace();
  const decoder = (message: string): Notice => ({ code: 'decoder-warning', message });
  const { batchId, runId } = await inspected(workspace, [[PAGE, BLACK], [], [decoder('a'), decoder('b')]]);
  const rows = await reviewRows(workspace, batchId, runId, { after: 0, limit: 10 });
  expect(rows.map(({ notices }) => notices)).toEqual([['page', 'nearly-black'], [], ['decoder-warning']]);
  const before = await reviewRows(workspace, batchId, null, { after: 0, limit: 10 });
  expect(before.map(({ notices }) => notices)).toEqual([[], [], []]);
});

test('a batch counts the images whose verdict is in doubt, not those with mere information', async () => {
  const workspace = await temporaryWorkspace();
  const { batchId } = await inspected(workspace, [[PAGE], [BLACK, LOST], [], [PAGE, LOST]]);
  expect(await getBatchSummary(workspace, batchId)).toMatchObject({ doubtful: 2 });
});

test('results from before there were notices have none', async () => {
  const folder = await temporaryFolder();
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '010'));
  const old = await openWorkspace(folder, { create: true, migrations: before });
  await sql`insert into batches (name, object_name, part_number, revision, lot, order_number, created_at)
    values ('Old', '', '', '', '', '', '')`.execute(old.db);
  const batch = { id: 1 };
  await sql`insert into images (batch_id, path, added_at) values (1, '/photos/a.png', '')`.execute(old.db);
  const hash = 'd'.repeat(64);
  await sql`insert into recipes (hash, json, name, revision, author, created_at)
    values (${hash}, ${JSON.stringify(recipe)}, ${recipe.name}, 1, 'ana', '')`.execute(old.db);
  const runId = 1;
  const now = '2024-05-01T09:00:00.000Z';
  await old.db
    .insertInto('runs')
    .values({
      ...{ batch_id: batch.id, recipe_hash: hash, pack_hash: context.packHash, status: 'done' },
      ...{ device_asked: 'cpu', device_running: 'cpu', software_version: '0', last_image_id: 1 },
      ...{ owner_token: 'x', owner_pid: 1, owner_host: 'x', heartbeat_at: now, started_at: now },
    })
    .execute();
  // Nothing was compared then.
  const { compare: _, ...timingsBefore } = inspectionResult().timings;
  await old.db
    .insertInto('results')
    .values({
      ...{ run_id: runId, image_id: 1, status: 'done', finished_at: '2024-05-01T09:30:00.000Z' },
      ...{ content_hash: 'a'.repeat(64), score: 0.9, verdict: 'reject', artifacts: '{}' },
      timings: JSON.stringify(timingsBefore),
      device: '{}',
    })
    .execute();
  await old.close();
  const workspace = await openWorkspace(folder);
  expect(await findResult(workspace, runId, 1)).toMatchObject({ result: { notices: [] } });
  expect(await getBatchSummary(workspace, batch.id)).toMatchObject({ doubtful: 0 });
  await workspace.close();
});
