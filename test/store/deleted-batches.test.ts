import { expect, test } from 'vitest';
import { listBatchSummaries } from '../../src-main/store/batch-summaries.ts';
import { createBatch, deleteBatch, getBatch, listBatches } from '../../src-main/store/batches.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { temporaryFolder, temporaryWorkspace } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

test('a deleted batch is in no list, and the history says who deleted it and who brought it back', async () => {
  const workspace = await temporaryWorkspace();
  const batch = await createBatch(workspace, { name: 'B' }, 'ana');
  await deleteBatch(workspace, batch.id, true, 'bo');
  expect(await listBatches(workspace)).toEqual([]);
  await expect(getBatch(workspace, batch.id)).rejects.toMatchObject({ code: 'conflict' });
  await deleteBatch(workspace, batch.id, false, 'cy');
  expect(await listBatches(workspace)).toEqual([batch]);
  const history = await listAudit(workspace, { subject: 'batch', subjectId: batch.id });
  expect(history.map(({ inspector, action }) => [inspector, action])).toEqual([
    ['cy', 'undeleted'],
    ['bo', 'deleted'],
    ['ana', 'created'],
  ]);
});

test('a workspace of the version before has its batches, none of them deleted', async () => {
  const folder = await temporaryFolder();
  const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '003'));
  const old = await openWorkspace(folder, { create: true, migrations: before });
  // Written as that version did.
  await old.db
    .insertInto('batches')
    .values({
      name: 'Old',
      object_name: '',
      part_number: '',
      revision: '',
      lot: '',
      order_number: '',
      created_at: '2026-01-01T00:00:00Z',
    })
    .execute();
  await old.close();
  const now = await openWorkspace(folder);
  expect(await listBatchSummaries(now, { search: '', show: 'current' })).toMatchObject([
    { batch: { name: 'Old' }, deletedAt: null },
  ]);
  await now.close();
});
