import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { type Actor, actingFor } from '../../src-main/store/acting.ts';
import { addAnnotation, retractAnnotation } from '../../src-main/store/annotations.ts';
import { recordAuditEvent } from '../../src-main/store/audit.ts';
import { archiveBatch, createBatch, deleteBatch, updateBatch } from '../../src-main/store/batches.ts';
import { beginImport } from '../../src-main/store/imports.ts';
import { recordPack } from '../../src-main/store/packs.ts';
import {
  addInspector,
  changePin,
  changeRole,
  findInspector,
  removeInspector,
} from '../../src-main/store/people.ts';
import { beginPurge } from '../../src-main/store/purges.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { cancelRun, resumeRun, startRun } from '../../src-main/store/run-lifecycle.ts';
import { changeSetting } from '../../src-main/store/settings.ts';
import { addJudgement, createStudy } from '../../src-main/store/studies.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { context, recipe, workspaceWithResult } from './fixtures.ts';

const over = expect.objectContaining({ code: 'sign-in-required' });
const inspector = 'Otto';
const engineer = { name: inspector, role: 'engineer', pin: 'x', inspector: 'ana' } as const;

async function prepared() {
  const given = await workspaceWithResult();
  const { workspace, batch, imageId, runId } = given;
  const deleted = await createBatch(workspace, { name: 'Old' }, 'ana');
  await deleteBatch(workspace, deleted.id, true, 'ana');
  const study = await createStudy(
    workspace,
    { batchId: batch.id, name: 'Gauge', rounds: 2, seed: 's', inspector: 'ana' },
    [imageId],
  );
  const triangle: [number, number][] = [
    [0, 0],
    [9, 0],
    [9, 9],
  ];
  const annotation = { runId, imageId, kind: 'missed-defect', polygons: [[triangle]] } as const;
  const { id: annotationId } = await addAnnotation(workspace, { ...annotation, inspector: 'ana' });
  return { ...given, deleted, study, annotation, annotationId };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

/** Everything that somebody writes. */
const WRITES: Readonly<Record<string, (acting: Workspace, given: Prepared) => Promise<unknown>>> = {
  verdict: (ws, { runId, imageId }) => addVerdict(ws, { runId, imageId, verdict: 'reject', inspector }),
  annotation: (ws, { annotation }) => addAnnotation(ws, { ...annotation, inspector }),
  retraction: (ws, { annotationId }) => retractAnnotation(ws, annotationId, inspector),
  judgement: (ws, { study, imageId }) =>
    addJudgement(ws, study.id, () => ({
      inspector,
      round: 1,
      imageId,
      verdict: 'accept',
      milliseconds: 1,
      supersedes: null,
    })),
  study: (ws, { batch, imageId }) =>
    createStudy(ws, { batchId: batch.id, name: 'B', rounds: 2, seed: 't', inspector }, [imageId]),
  recipe: (ws) => saveRecipe(ws, { ...recipe, name: 'Another' }, { inspector }),
  'new batch': (ws) => createBatch(ws, { name: 'New' }, inspector),
  'changed batch': (ws, { batch }) => updateBatch(ws, batch.id, { lot: '8' }, inspector),
  'archived batch': (ws, { batch }) => archiveBatch(ws, batch.id, true, inspector),
  'restored batch': (ws, { deleted }) => deleteBatch(ws, deleted.id, false, inspector),
  purge: (ws, { deleted }) => beginPurge(ws, deleted.id, inspector),
  import: (ws, { batch }) => beginImport(ws, batch.id, ['/a'], inspector),
  'run begun': (ws, { batch, recipeHash }) => startRun(ws, batch.id, recipeHash, context),
  'run resumed': (ws, { runId }) => resumeRun(ws, runId, context),
  'run cancelled': (ws, { runId }) => cancelRun(ws, runId, inspector),
  pack: (ws) => recordPack(ws, 'w@1', { packHash: 'a', source: '/p', action: 'added' }, inspector),
  'audit event': (ws) =>
    recordAuditEvent(ws, { inspector, action: 'changed', subject: 'setting', subjectId: 'device' }),
  setting: (ws) => changeSetting(ws, 'idle-minutes', 5, inspector),
  'inspector added': (ws) => addInspector(ws, { ...engineer, name: 'Mallory', inspector }),
  'role changed': (ws) => changeRole(ws, 'Eva', 'reviewer', inspector),
  'PIN changed': (ws) => changePin(ws, 'Eva', 'y', inspector),
  'inspector removed': (ws) => removeInspector(ws, 'Eva', inspector),
};

/** Everything that stands in the workspace's tables. */
async function content({ db }: Workspace): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' order by name`.execute(db);
  const all = await Promise.all(
    tables.map(async ({ name }) => [name, (await sql`select * from ${sql.table(name)}`.execute(db)).rows]),
  );
  return JSON.stringify(all, (_key, value) => (value instanceof Uint8Array ? [...value] : value));
}

/** What happens to somebody between a call's permission and its write. */
const MEANWHILE: Readonly<Record<string, (workspace: Workspace) => Promise<unknown>>> = {
  'was removed': (workspace) => removeInspector(workspace, inspector, 'Eva'),
  'was removed and came back': async (workspace) => {
    await removeInspector(workspace, inspector, 'Eva');
    await addInspector(workspace, { ...engineer, inspector: 'Eva' });
  },
  'got another role': (workspace) => changeRole(workspace, inspector, 'operator', 'Eva'),
  'got another role and this one again': async (workspace) => {
    await changeRole(workspace, inspector, 'operator', 'Eva');
    await changeRole(workspace, inspector, 'engineer', 'Eva');
  },
  'got a new PIN': (workspace) => changePin(workspace, inspector, 'z', 'Eva'),
};

describe('what was allowed when it was asked for is checked again where it is written', () => {
  test.each(Object.keys(MEANWHILE))('of an inspector who %s nothing is written any more', async (what) => {
    const given = await prepared();
    const { workspace } = given;
    await addInspector(workspace, { ...engineer, name: 'Eva' });
    await addInspector(workspace, engineer);
    const acting = actingFor(workspace, await findInspector(workspace, inspector));
    await MEANWHILE[what]!(workspace);
    const before = await content(workspace);
    for (const [name, write] of Object.entries(WRITES))
      await expect(write(acting, given), name).rejects.toEqual(over);
    expect(await content(workspace)).toBe(before);
  });

  test('who may act because nobody has to sign in may not any more when somebody has to', async () => {
    const given = await prepared();
    const { workspace } = given;
    const acting = actingFor(workspace, null);
    await createBatch(acting, { name: 'Open' }, 'whoever');
    await addInspector(workspace, { ...engineer, name: 'Eva' });
    const before = await content(workspace);
    for (const [name, write] of Object.entries(WRITES))
      await expect(write(acting, given), name).rejects.toEqual(over);
    expect(await content(workspace)).toBe(before);
  });

  test.each(Object.keys(WRITES))('who still may, writes: %s', async (name) => {
    const given = await prepared();
    const { workspace, claim } = given;
    await addInspector(workspace, { ...engineer, name: 'Eva' });
    await addInspector(workspace, engineer);
    const actor: Actor = await findInspector(workspace, inspector);
    // No program works on the run.
    await sql`update runs set status = 'interrupted' where id = ${claim.runId}`.execute(workspace.db);
    await expect(WRITES[name]!(actingFor(workspace, actor), given)).resolves.not.toThrow();
  });

  test('nothing is written past the check', async () => {
    const { workspace } = await prepared();
    const { db } = actingFor(workspace, null);
    for (const write of [
      () => db.insertInto('settings'),
      () => db.updateTable('settings'),
      () => db.deleteFrom('settings'),
    ])
      expect(write).toThrow('needs a transaction');
    expect(await db.selectFrom('batches').select('name').execute()).toHaveLength(2);
  });
});
