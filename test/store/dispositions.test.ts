import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { deleteBatch } from '../../src-main/store/batches.ts';
import {
  addDisposition,
  currentDispositions,
  dispositionHistory,
} from '../../src-main/store/dispositions.ts';
import { beginPurge, purgeStep } from '../../src-main/store/purges.ts';
import { setRunStatus } from '../../src-main/store/run-lifecycle.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import { workspaceWithResult } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

test('the newest disposition counts, the history stays, and a withdrawn one leaves the image without', async () => {
  const { workspace, runId, imageId } = await workspaceWithResult();
  const base = { runId, imageId, inspector: 'ana' };
  // The model rejects it, and nobody said otherwise.
  const first = await addDisposition(workspace, { ...base, disposition: 'rework', comment: 'polish' });
  const second = await addDisposition(workspace, { ...base, disposition: 'scrap', inspector: 'bo' });
  expect(second.supersedes).toBe(first.id);
  expect((await currentDispositions(workspace, runId)).get(imageId)).toEqual(second);
  await addDisposition(workspace, { ...base, disposition: 'withdrawn' });
  expect((await currentDispositions(workspace, runId)).size).toBe(0);
  const history = await dispositionHistory(workspace, runId, imageId);
  expect(history.map(({ disposition }) => disposition)).toEqual(['rework', 'scrap', 'withdrawn']);
  const audit = await listAudit(workspace, { subject: 'disposition' });
  expect(audit.map(({ inspector, action }) => [inspector, action])).toEqual([
    ['ana', 'withdrawn'],
    ['bo', 'scrap'],
    ['ana', 'rework'],
  ]);
  await expect(addDisposition(workspace, { ...base, disposition: 'withdrawn' })).rejects.toMatchObject({
    details: { case: 'no-disposition' },
  });
});

test('only what is rejected, or was before its rework, can be disposed of', async () => {
  const { workspace, runId, imageId } = await workspaceWithResult();
  const base = { runId, imageId, inspector: 'ana' };
  await addVerdict(workspace, { ...base, verdict: 'accept', overturnReason: 'dust' });
  await expect(addDisposition(workspace, { ...base, disposition: 'scrap' })).rejects.toMatchObject({
    details: { case: 'not-nonconforming' },
  });
  await addVerdict(workspace, { ...base, verdict: 'reject' });
  await addVerdict(workspace, { ...base, verdict: 'accept', overturnReason: 'reworked' });
  await addDisposition(workspace, { ...base, disposition: 'rework' });
  await expect(
    addDisposition(workspace, { ...base, imageId: 99, disposition: 'scrap' }),
  ).rejects.toMatchObject({ code: 'not-found' });
});

test('dispositions are never changed or deleted with SQL, and go with their batch', async () => {
  const { workspace, batch, runId, imageId, claim } = await workspaceWithResult();
  await addDisposition(workspace, { runId, imageId, disposition: 'scrap', inspector: 'ana' });
  await expect(sql`update dispositions set disposition = 'rework'`.execute(workspace.db)).rejects.toThrow(
    'never changed',
  );
  await expect(sql`delete from dispositions`.execute(workspace.db)).rejects.toThrow('never changed');
  await setRunStatus(workspace, claim, 'done', 'ana');
  await deleteBatch(workspace, batch.id, true, 'ana');
  await beginPurge(workspace, batch.id, 'ana');
  while ((await purgeStep(workspace, batch.id)) !== undefined);
  const { rows } = await sql`select * from dispositions`.execute(workspace.db);
  expect(rows).toEqual([]);
});
