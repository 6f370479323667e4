import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { addAnnotation, listAnnotations, retractAnnotation } from '../../src-main/store/annotations.ts';
import { addVerdict, currentVerdicts, verdictHistory } from '../../src-main/store/verdicts.ts';
import { workspaceWithResult } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

const coded = (code: string) => expect.objectContaining({ code });

describe.each(['verdicts', 'annotations', 'audit_events', 'recipes'])('%s', (table) => {
  test('cannot be changed or deleted, even with SQL', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    await addVerdict(workspace, { runId, imageId, verdict: 'reject', inspector: 'ana' });
    await addAnnotation(workspace, {
      runId,
      imageId,
      kind: 'false-positive',
      regionIndex: 1,
      inspector: 'ana',
    });
    const name = sql.table(table);
    const read = () => sql`select * from ${name}`.execute(workspace.db);
    const before = await read();
    expect(before.rows.length).toBeGreaterThan(0);
    await expect(sql`update ${name} set inspector = 'mallory'`.execute(workspace.db)).rejects.toThrow(
      'never changed',
    );
    await expect(sql`delete from ${name}`.execute(workspace.db)).rejects.toThrow('never changed');
    await expect(
      sql`insert or replace into ${name} select * from ${name}`.execute(workspace.db),
    ).rejects.toThrow();
    expect(await read()).toEqual(before);
  });
});

test('a batch that is deleted but not being removed for good keeps what was said', async () => {
  const { workspace, batch, runId, imageId } = await workspaceWithResult();
  await addVerdict(workspace, { runId, imageId, verdict: 'reject', inspector: 'ana' });
  await workspace.db.updateTable('batches').set({ deleted_at: '2026-01-01' }).execute();
  await expect(sql`delete from verdicts`.execute(workspace.db)).rejects.toThrow('never changed');
  // Nor can one that was not deleted be marked.
  await workspace.db.updateTable('batches').set({ deleted_at: null }).execute();
  await expect(
    workspace.db.updateTable('batches').set({ purge: '{}' }).where('id', '=', batch.id).execute(),
  ).rejects.toThrow('CHECK');
});

describe('verdicts', () => {
  test('the newest counts, the history stays, and a withdrawn one leaves the image unreviewed', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const base = { runId, imageId };
    const first = await addVerdict(workspace, {
      ...base,
      verdict: 'reject',
      defectClass: 'scratch',
      severity: 'major',
      inspector: 'ana',
    });
    const second = await addVerdict(workspace, { ...base, verdict: 'uncertain', inspector: 'bo' });
    expect((await currentVerdicts(workspace, runId)).get(imageId)).toEqual(second);
    expect(second.supersedes).toBe(first.id);
    await addVerdict(workspace, { ...base, verdict: 'withdrawn', inspector: 'bo' });
    expect((await currentVerdicts(workspace, runId, [imageId])).size).toBe(0);
    const history = await verdictHistory(workspace, runId, imageId);
    expect(history.map(({ verdict, inspector }) => `${inspector} ${verdict}`)).toEqual([
      'ana reject',
      'bo uncertain',
      'bo withdrawn',
    ]);
    expect(history[0]).toEqual(first);
    await expect(addVerdict(workspace, { ...base, verdict: 'withdrawn', inspector: 'bo' })).rejects.toEqual(
      coded('conflict'),
    );
  });

  test('overturning the model needs a reason', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const overturn = { runId, imageId, verdict: 'accept' as const, inspector: 'ana' };
    await expect(addVerdict(workspace, { ...overturn, overturnReason: '  ' })).rejects.toThrow('reason');
    await addVerdict(workspace, { ...overturn, overturnReason: 'dust' });
    expect(await verdictHistory(workspace, runId, imageId)).toMatchObject([{ overturnReason: 'dust' }]);
  });

  test('an image without a result cannot be judged', async () => {
    const { workspace, runId } = await workspaceWithResult();
    await expect(
      addVerdict(workspace, { runId, imageId: 99, verdict: 'accept', inspector: 'ana' }),
    ).rejects.toEqual(coded('not-found'));
  });

  test('each one is in the audit trail with the old and the new value', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    await addVerdict(workspace, { runId, imageId, verdict: 'reject', inspector: 'ana' });
    await addVerdict(workspace, { runId, imageId, verdict: 'uncertain', inspector: 'bo' });
    expect(await listAudit(workspace, { subject: 'verdict' })).toMatchObject([
      { inspector: 'bo', oldValue: { verdict: 'reject' }, newValue: { verdict: 'uncertain' } },
      { inspector: 'ana', oldValue: null, newValue: { verdict: 'reject' } },
    ]);
  });
});

describe('annotations', () => {
  test('a retraction hides the annotation and keeps both entries', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const base = { runId, imageId, inspector: 'ana' };
    const falsePositive = await addAnnotation(workspace, { ...base, kind: 'false-positive', regionIndex: 1 });
    const missed = await addAnnotation(workspace, {
      ...base,
      kind: 'missed-defect',
      polygons: [
        [
          [
            [0, 0],
            [4, 0],
            [4, 4],
          ],
        ],
      ],
      defectClass: 'dent',
    });
    await retractAnnotation(workspace, falsePositive.id, 'bo');
    expect(await listAnnotations(workspace, runId)).toEqual([missed]);
    expect(await listAnnotations(workspace, runId, [imageId + 1])).toEqual([]);
    await expect(retractAnnotation(workspace, falsePositive.id, 'bo')).rejects.toEqual(coded('not-found'));
    const { rows } = await sql`select * from annotations`.execute(workspace.db);
    expect(rows).toHaveLength(3);
  });

  test('must mean something that is there', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    const base = { runId, imageId, kind: 'false-positive' as const, inspector: 'ana' };
    await expect(addAnnotation(workspace, base)).rejects.toEqual(coded('input-invalid'));
    await expect(addAnnotation(workspace, { ...base, polygons: [] })).rejects.toEqual(coded('input-invalid'));
    // An outline without a point is none: the model's counts.
    expect(await addAnnotation(workspace, { ...base, regionIndex: 1, polygons: [] })).toMatchObject({
      polygons: null,
    });
    await expect(addAnnotation(workspace, { ...base, regionIndex: 2 })).rejects.toEqual(coded('not-found'));
    await expect(addAnnotation(workspace, { ...base, imageId: 2, regionIndex: 1 })).rejects.toEqual(
      coded('not-found'),
    );
  });
});
