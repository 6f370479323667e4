import { describe, expect, test } from 'vitest';
import { getBatchSummary } from '../../src-main/store/batch-summaries.ts';
import {
  archiveBatch,
  createBatch,
  getBatch,
  listBatches,
  updateBatch,
} from '../../src-main/store/batches.ts';
import { addImages, listDuplicates, listImages } from '../../src-main/store/images.ts';
import { processIdentity } from '../../src-main/store/process-identity.ts';
import { getRecipe, listRecipes, saveRecipe } from '../../src-main/store/recipes.ts';
import { findResult, inspectedImage, listResults, recordOutcome } from '../../src-main/store/results.ts';
import { isRunActive, touchRun } from '../../src-main/store/run-claims.ts';
import { cancelRun, resumeRun, setRunStatus, startRun } from '../../src-main/store/run-lifecycle.ts';
import { countOutcomes, getRun, listRuns, pendingImages } from '../../src-main/store/runs.ts';
import { context, inspectionResult, recipe, temporaryWorkspace, workspaceWithResult } from './fixtures.ts';
import { listAudit } from './history-fixture.ts';

const coded = (code: string) => expect.objectContaining({ code });
const file = (path: string, contentHash: string | null = null) => ({ path, contentHash, bytes: null });

describe('batches', () => {
  test('keep what is written on them, and record who changed what', async () => {
    const workspace = await temporaryWorkspace();
    const made = await createBatch(workspace, { name: 'A', lot: 'L-1', objectName: 'screw' }, 'ana');
    const changed = await updateBatch(workspace, made.id, { lot: 'L-2', order: '4711' }, 'bo');
    expect(changed).toEqual({ ...made, lot: 'L-2', order: '4711' });
    expect(await getBatch(workspace, made.id)).toEqual(changed);
    expect(await listAudit(workspace, { subject: 'batch', subjectId: made.id })).toMatchObject([
      { inspector: 'bo', action: 'changed', oldValue: { lot: 'L-1' }, newValue: { lot: 'L-2' } },
      { inspector: 'ana', action: 'created' },
    ]);
    await expect(getBatch(workspace, 99)).rejects.toEqual(coded('not-found'));
  });

  test('archived ones leave the list and come back', async () => {
    const workspace = await temporaryWorkspace();
    const { id } = await createBatch(workspace, { name: 'A' }, 'ana');
    await archiveBatch(workspace, id, true, 'ana');
    expect(await listBatches(workspace)).toEqual([]);
    expect(await listBatches(workspace, { archived: true })).toMatchObject([{ id }]);
    await archiveBatch(workspace, id, false, 'ana');
    expect(await listBatches(workspace)).toMatchObject([{ id }]);
  });

  test('are found by any of their texts; wildcards are plain characters', async () => {
    const workspace = await temporaryWorkspace();
    await createBatch(workspace, { name: '100% cotton' }, 'ana');
    await createBatch(workspace, { name: 'Nuts', partNumber: 'PN_77' }, 'ana');
    const found = async (search: string) => (await listBatches(workspace, { search })).map((b) => b.name);
    expect(await found('%')).toEqual(['100% cotton']);
    expect(await found('_')).toEqual(['Nuts']);
    expect(await found('pn_')).toEqual(['Nuts']);
    expect(await found("'; drop table batches; --")).toEqual([]);
  });
});

describe('images', () => {
  test('a path is in a batch once; new content is taken over and recorded', async () => {
    const workspace = await temporaryWorkspace();
    const { id } = await createBatch(workspace, { name: 'A' }, 'ana');
    const names = ['/x/a.png', '/x/b.png', '/x/<script>\n.png', '/x/=cmd().png'];
    const add = (hash: string) =>
      addImages(
        workspace,
        id,
        names.map((name, i) => file(name, i === 1 ? hash : 'h0')),
        'ana',
      );
    expect(await add('h1')).toEqual({ added: 4, unchanged: 0, changed: [], unread: [], vanished: [] });
    expect(await add('h2')).toEqual({
      added: 0,
      unchanged: 3,
      changed: ['/x/b.png'],
      unread: [],
      vanished: [],
    });
    const images = await listImages(workspace, id);
    expect(images.map(({ path }) => path)).toEqual(names);
    expect(images[1]).toMatchObject({ id: 2, contentHash: 'h2' });
    expect(await listAudit(workspace, { subject: 'image' })).toMatchObject([
      { subjectId: '2', oldValue: 'h1', newValue: 'h2' },
    ]);
    expect(await listImages(workspace, id, { after: 2, limit: 1 })).toMatchObject([{ id: 3 }]);
    expect((await getBatchSummary(workspace, id)).images).toBe(4);
  });

  test('files with the same content are reported together', async () => {
    const workspace = await temporaryWorkspace();
    const { id } = await createBatch(workspace, { name: 'A' }, 'ana');
    const other = await createBatch(workspace, { name: 'B' }, 'ana');
    await addImages(workspace, other.id, [file('/z', 'h1')], 'ana');
    await addImages(
      workspace,
      id,
      [file('/a', 'h2'), file('/b', 'h1'), file('/c', 'h2'), file('/d'), file('/e')],
      'ana',
    );
    expect(await listDuplicates(workspace, id)).toEqual([{ contentHash: 'h2', paths: ['/a', '/c'] }]);
  });
});

describe('recipes', () => {
  test('equal content is one recipe; changes are revisions', async () => {
    const workspace = await temporaryWorkspace();
    const first = await saveRecipe(workspace, recipe, { inspector: 'ana' });
    const { theta, ...rest } = recipe;
    expect(await saveRecipe(workspace, { ...rest, theta }, { inspector: 'bo' })).toEqual(first);
    const second = await saveRecipe(
      workspace,
      { ...recipe, theta: 0.6 },
      { inspector: 'bo', parentHash: first.hash },
    );
    expect(second).toMatchObject({ revision: 2, parentHash: first.hash, inspector: 'bo' });
    expect(await getRecipe(workspace, first.hash)).toEqual(first);
    expect((await listRecipes(workspace)).map(({ revision }) => revision)).toEqual([2, 1]);
  });
});

describe('runs and results', () => {
  test('a result comes back as it was stored', async () => {
    const { workspace, runId, imageId } = await workspaceWithResult();
    expect(await findResult(workspace, runId, imageId)).toMatchObject({
      status: 'done',
      result: inspectionResult(),
      image: { path: '/photos/a.png', width: 64, height: 48 },
    });
    expect(await findResult(workspace, runId, 99)).toBeUndefined();
  });

  test('what a run looked at is told apart from what it found', async () => {
    const { workspace, batch, runId, imageId, recipeHash } = await workspaceWithResult();
    const { contentHash, width, height } = inspectionResult();
    const seen = { path: '/photos/a.png', page: null, recipeHash, imported: contentHash, range: null };
    expect(await inspectedImage(workspace, runId, imageId)).toEqual({
      ...seen,
      contentHash,
      size: { width, height },
    });
    const claim = await startRun(workspace, batch.id, recipeHash, context);
    await expect(inspectedImage(workspace, claim.runId, imageId)).rejects.toEqual(coded('not-found'));
    const error = { code: 'image-unreadable', message: 'cut off' } as const;
    await recordOutcome(workspace, claim, imageId, { status: 'failed', error });
    expect(await inspectedImage(workspace, claim.runId, imageId)).toEqual({
      ...seen,
      contentHash: null,
      size: null,
    });
  });

  test('an image has one result per run; only a failure is replaced', async () => {
    const { workspace, batch, recipeHash, claim: first } = await workspaceWithResult();
    const claim = await startRun(workspace, batch.id, recipeHash, context);
    const error = { code: 'image-unreadable', message: 'cut off' } as const;
    await recordOutcome(workspace, claim, 1, { status: 'failed', error });
    expect(await listResults(workspace, claim.runId)).toMatchObject([{ status: 'failed', error }]);
    await recordOutcome(workspace, claim, 1, { status: 'done', result: inspectionResult() });
    await recordOutcome(workspace, claim, 1, { status: 'failed', error });
    await recordOutcome(workspace, claim, 1, { status: 'done', result: inspectionResult({ score: 0.1 }) });
    expect(await listResults(workspace, claim.runId)).toMatchObject([
      { status: 'done', result: { score: 0.9, regions: [{ index: 1 }] } },
    ]);
    expect(await countOutcomes(workspace, first.runId)).toEqual({ total: 1, done: 1, failed: 0 });
    expect((await listRuns(workspace, batch.id)).map(({ id }) => id)).toEqual([claim.runId, first.runId]);
  });

  test('a run covers the images that the batch had when it began', async () => {
    const { workspace, batch, recipeHash } = await workspaceWithResult();
    await addImages(workspace, batch.id, [file('/b'), file('/c')], 'ana');
    const claim = await startRun(workspace, batch.id, recipeHash, context);
    await addImages(workspace, batch.id, [file('/late')], 'ana');
    const failed = { status: 'failed', error: { code: 'image-unreadable', message: '' } } as const;
    await recordOutcome(workspace, claim, 2, failed);
    const pending = async (retryFailed: boolean, after = 0) =>
      (await pendingImages(workspace, claim.runId, { after, limit: 10, retryFailed })).map(({ id }) => id);
    expect(await pending(false)).toEqual([1, 3]);
    expect(await pending(true)).toEqual([1, 2, 3]);
    expect(await pending(true, 2)).toEqual([3]);
    expect(await countOutcomes(workspace, claim.runId)).toEqual({ total: 3, done: 0, failed: 1 });
  });

  test('a run at work is not taken over; an interrupted one is, and the old claim is void', async () => {
    const { workspace, claim } = await workspaceWithResult();
    await expect(resumeRun(workspace, claim.runId, context)).rejects.toThrow(/being worked on by process/);
    await setRunStatus(workspace, claim, 'interrupted', 'ana', { code: 'disk-full', message: 'full' });
    expect(await getRun(workspace, claim.runId)).toMatchObject({
      status: 'interrupted',
      error: { code: 'disk-full' },
      device: context.device,
    });
    const second = await resumeRun(workspace, claim.runId, context);
    expect(await getRun(workspace, claim.runId)).toMatchObject({ status: 'running', error: null });
    const late = { status: 'done', result: inspectionResult() } as const;
    await expect(recordOutcome(workspace, claim, 1, late)).rejects.toEqual(coded('workspace-locked'));
    await expect(touchRun(workspace, claim)).rejects.toEqual(coded('workspace-locked'));
    await touchRun(workspace, second);
  });

  test.each([
    ['a process that is gone', { owner_pid: 2 ** 22 + 1 }, false],
    [
      'a process id in use whose heartbeat stopped',
      { owner_pid: 1, heartbeat_at: '2024-01-01T00:00:00Z' },
      false,
    ],
    ['a living process', { owner_pid: 1, owner_process: processIdentity(1) }, true],
    [
      'a living process where the system does not tell processes apart',
      { owner_pid: 1, owner_process: null },
      true,
    ],
    ['a process whose id was given to another since', { owner_pid: 1 }, false],
    [
      'a living process whose heartbeat is in the future',
      { owner_pid: 1, owner_process: null, heartbeat_at: '2999-01-01T00:00:00Z' },
      false,
    ],
    [
      'another machine whose clock is far ahead',
      { owner_host: 'elsewhere', heartbeat_at: '2999-01-01T00:00:00Z' },
      false,
    ],
    ['another machine with a fresh heartbeat', { owner_host: 'elsewhere' }, true],
    [
      'another machine that fell silent',
      { owner_host: 'elsewhere', heartbeat_at: '2024-01-01T00:00:00Z' },
      false,
    ],
  ])('a run owned by %s', async (_name, columns, active) => {
    const { workspace, runId } = await workspaceWithResult();
    await workspace.db.updateTable('runs').set(columns).where('id', '=', runId).execute();
    expect(await isRunActive(workspace, runId)).toBe(active);
    const resumed = resumeRun(workspace, runId, context);
    if (active) await expect(resumed).rejects.toEqual(coded('conflict'));
    else expect((await resumed).runId).toBe(runId);
  });

  test('a run under a clock that was days ahead, whose process id another program has by now, can be cancelled', async () => {
    const { workspace, runId } = await workspaceWithResult();
    const ahead = new Date(Date.now() + 2 * 24 * 60 * 60_000).toISOString();
    const columns = { owner_pid: 1, heartbeat_at: ahead };
    await workspace.db.updateTable('runs').set(columns).where('id', '=', runId).execute();
    await cancelRun(workspace, runId, 'ana');
    expect(await getRun(workspace, runId)).toMatchObject({ status: 'cancelled' });
  });

  test('a final run, and one of another pack, are not resumed', async () => {
    const { workspace, claim } = await workspaceWithResult();
    await setRunStatus(workspace, claim, 'interrupted', 'ana');
    await expect(resumeRun(workspace, claim.runId, { ...context, packHash: 'd'.repeat(64) })).rejects.toThrow(
      /model pack/,
    );
    await setRunStatus(workspace, claim, 'cancelled', 'ana');
    await expect(resumeRun(workspace, claim.runId, context)).rejects.toThrow(/is cancelled/);
  });

  test('a run that is done is taken up again for the images that failed in it, and only for them', async () => {
    const { workspace, claim } = await workspaceWithResult();
    await setRunStatus(workspace, claim, 'done', 'ana');
    const retry = { retryFailed: true };
    await expect(resumeRun(workspace, claim.runId, context, retry)).rejects.toThrow(/is done/);
    await workspace.db
      .updateTable('results')
      .set({ status: 'failed', error_code: 'image-unreadable' })
      .execute();
    await expect(resumeRun(workspace, claim.runId, context)).rejects.toThrow(/is done/);
    await resumeRun(workspace, claim.runId, context, retry);
    expect(await getRun(workspace, claim.runId)).toMatchObject({ status: 'running', endedAt: null });
  });

  test('an empty batch has nothing to run', async () => {
    const { workspace, recipeHash } = await workspaceWithResult();
    const { id } = await createBatch(workspace, { name: 'empty' }, 'ana');
    await expect(startRun(workspace, id, recipeHash, context)).rejects.toThrow(/has no images/);
  });
});
