import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { beginLot } from '../../../src-main/services/lots/begin-lot.ts';
import { disposeLot } from '../../../src-main/services/lots/dispose-lot.ts';
import { tokenFilesOf } from '../../../src-main/services/opinions/token-files.ts';
import { Thumbnails } from '../../../src-main/services/pictures/thumbnails.ts';
import { TilePyramids } from '../../../src-main/services/pictures/tile-pyramids.ts';
import { type Clock, Housekeeping } from '../../../src-main/services/upkeep/housekeeping.ts';
import { addAnnotation, retractAnnotation } from '../../../src-main/store/annotations.ts';
import { getBatchSummary, listBatchSummaries } from '../../../src-main/store/batch-summaries.ts';
import { createBatch, deleteBatch, getBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { beginPurge, listPurging, purgeStep } from '../../../src-main/store/purges.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import { addJudgement, createStudy } from '../../../src-main/store/studies.ts';
import { addVerdict, verdictHistory } from '../../../src-main/store/verdicts.ts';
import { isNewWorkspace, type Workspace } from '../../../src-main/store/workspace.ts';
import { context, inspectionResult, recipe, temporaryFolder } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';

const inspector = 'ana';

async function site() {
  const folder = await temporaryFolder();
  const workspace = await openWorkspace(join(folder, 'workspace'), { create: true });
  onTestFinished(() => workspace.close());
  return { folder, workspace, ...keeperOf(workspace) };
}

function keeperOf(workspace: Workspace, clock?: Clock) {
  const cache = join(workspace.folder, 'cache');
  const thumbnails = new Thumbnails(join(cache, 'thumbnails'));
  const gone: number[] = [];
  const faults: unknown[] = [];
  const keeper = new Housekeeping({
    workspace,
    thumbnails,
    tiles: new TilePyramids(join(cache, 'tiles')),
    onBatch: (id) => gone.push(id),
    log: (error) => faults.push(error),
    ...(clock && { clock }),
  });
  return { keeper, thumbnails, gone, faults };
}

/** A batch with a finished run over real files; map and mask are the same in every batch, the coarse map is its own. */
async function inspectedBatch(workspace: Workspace, folder: string, name: string, count = 3) {
  const { id } = await createBatch(workspace, { name }, inspector);
  await mkdir(join(folder, name), { recursive: true });
  const files = Array.from({ length: count }, (_, i) => join(folder, name, `${i}.png`));
  await Promise.all(files.map((file) => writeFile(file, file)));
  const contents = files.map((path) => ({ path, contentHash: sha256(path), bytes: path.length }));
  await addImages(workspace, id, contents, inspector);
  const { hash } = await saveRecipe(workspace, recipe, { inspector });
  const claim = await startRun(workspace, id, hash, context);
  const images = await listImages(workspace, id);
  const put = (text: string) => workspace.artifacts.put(Buffer.from(text), 'image/png');
  const artifacts = {
    coarseMap: await put(`coarse map of ${name}`),
    finalMap: await put('final map'),
    mask: await put('mask'),
  };
  for (const { id: imageId, contentHash } of images) {
    const result = inspectionResult({ contentHash: contentHash!, artifacts });
    await recordOutcome(workspace, claim, imageId, { status: 'done', result });
  }
  const { runId } = claim;
  const imageIds = images.map((image) => image.id);
  return { id, claim, runId, imageIds, files, own: artifacts.coarseMap };
}

async function finished(workspace: Workspace, { claim }: { claim: Parameters<typeof setRunStatus>[1] }) {
  await setRunStatus(workspace, claim, 'done', inspector);
  releaseClaim(claim);
}

async function judged(
  workspace: Workspace,
  {
    id: batchId,
    runId,
    imageIds,
  }: Pick<Awaited<ReturnType<typeof inspectedBatch>>, 'id' | 'runId' | 'imageIds'>,
) {
  const study = await createStudy(
    workspace,
    { batchId, name: '', rounds: 2, seed: 's', inspector },
    imageIds,
  );
  await addJudgement(workspace, study.id, () => ({
    inspector,
    round: 1,
    imageId: imageIds[0]!,
    verdict: 'accept',
    milliseconds: 900,
    supersedes: null,
  }));
  const at = { runId, imageId: imageIds[0]!, inspector };
  const lot = { batchId, size: 500, standard: 'iso-2859-1', level: 'S-1', limits: { major: 4 } } as const;
  const about = { supplier: '', severities: {}, lot: '', overrideReason: '', resubmits: null, inspector };
  const { lot: begun } = await beginLot(workspace, { ...lot, ...about });
  await disposeLot(workspace, { id: begun.id, disposition: 'cancelled', comment: 'a trial', inspector });
  await addVerdict(workspace, { ...at, verdict: 'reject' });
  await addVerdict(workspace, { ...at, verdict: 'uncertain' });
  const { id } = await addAnnotation(workspace, { ...at, kind: 'false-positive', regionIndex: 1 });
  await retractAnnotation(workspace, id, inspector);
}

test('a purged batch is gone with all that was said; other batches, recipes and image files are as before', async () => {
  const { folder, workspace, keeper, gone } = await site();
  const lost = await inspectedBatch(workspace, folder, 'lost');
  const kept = await inspectedBatch(workspace, folder, 'kept');
  for (const batch of [lost, kept]) {
    await judged(workspace, batch);
    await finished(workspace, batch);
  }
  await deleteBatch(workspace, lost.id, true, 'bo');
  const before = await getBatchSummary(workspace, kept.id);
  const counts = { images: 3, results: 3, verdicts: 2, annotations: 2, studies: 1, lots: 1 };
  const expected = { batches: 1, ...counts, bytes: 'coarse map of lost'.length };
  expect(await keeper.preview(lost.id)).toEqual(expected);

  const steps: number[] = [];
  expect(await keeper.purge(lost.id, 'cy', ({ done }) => steps.push(done))).toEqual(expected);
  expect(steps).toEqual([0, 3]);
  expect(gone).toContain(lost.id);
  await expect(getBatchSummary(workspace, lost.id)).rejects.toMatchObject({ code: 'not-found' });
  const left: Record<string, number> = {
    ...{ images: 3, runs: 1, results: 3, regions: 3, verdicts: 2, annotations: 2 },
    ...{ studies: 1, study_images: 3, study_judgements: 1 },
    ...{ lots: 1, lot_images: 3, lot_decisions: 1 },
  };
  for (const [table, count] of Object.entries(left)) {
    const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(
      workspace.db,
    );
    expect([table, rows[0]!.n]).toEqual([table, count]);
  }
  expect(await getBatchSummary(workspace, kept.id)).toEqual(before);
  expect(await verdictHistory(workspace, kept.runId, kept.imageIds[0]!)).toHaveLength(2);
  for (const file of [...lost.files, ...kept.files]) expect(await readFile(file, 'utf8')).toBe(file);
  expect(existsSync(workspace.artifacts.pathOf(lost.own))).toBe(false);
  expect(existsSync(workspace.artifacts.pathOf(kept.own))).toBe(true);
  expect(existsSync(workspace.artifacts.pathOf(sha256('mask')))).toBe(true);

  const [event] = await listAudit(workspace, { subject: 'batch', subjectId: lost.id });
  expect(event).toMatchObject({
    inspector: 'cy',
    action: 'purged',
    oldValue: { id: lost.id, name: 'lost', deletedAt: expect.any(String) },
    newValue: { ...counts, runs: 1 },
  });
  // What inspectors had said is still in the history, which nothing removes.
  expect(await listAudit(workspace, { subject: 'verdict' })).toHaveLength(4);
});

test('only what was deleted can be purged, and a purge that was begun cannot be taken back', async () => {
  const { folder, workspace, keeper } = await site();
  const batch = await inspectedBatch(workspace, folder, 'B');
  await finished(workspace, batch);
  await expect(keeper.purge(batch.id, inspector)).rejects.toMatchObject({ code: 'not-found' });
  await expect(keeper.purge(99, inspector)).rejects.toMatchObject({ code: 'not-found' });
  expect(await getBatch(workspace, batch.id)).toMatchObject({ name: 'B' });
  await deleteBatch(workspace, batch.id, true, inspector);
  await beginPurge(workspace, batch.id, inspector);
  await expect(deleteBatch(workspace, batch.id, false, inspector)).rejects.toMatchObject({
    code: 'not-found',
  });
  expect(await listBatchSummaries(workspace, { search: '', show: 'deleted' })).toEqual([]);
});

test('a purge that was cut off is finished after the next start', async () => {
  const { folder, workspace } = await site();
  const batch = await inspectedBatch(workspace, folder, 'B', 401);
  await judged(workspace, batch);
  await finished(workspace, batch);
  await deleteBatch(workspace, batch.id, true, inspector);
  await beginPurge(workspace, batch.id, 'cy');
  // One step of three, then the power fails: the artifacts are still there.
  expect(await purgeStep(workspace, batch.id)).toBe(200);
  await workspace.close();
  const again = await openWorkspace(workspace.folder);
  onTestFinished(() => again.close());
  expect(await listPurging(again)).toEqual([batch.id]);
  const { keeper } = keeperOf(again);
  const pages = () => sql<{ n: number }>`select page_count as n from pragma_page_count`.execute(again.db);
  const before = (await pages()).rows[0]!.n;
  let turns = 0;
  const watch = () => {
    turns++;
    watching = setImmediate(watch);
  };
  let watching = setImmediate(watch);
  await keeper.tidy();
  clearImmediate(watching);
  expect(await listPurging(again)).toEqual([]);
  // Two steps were left, and others had their turn between them; the database gave its space back.
  expect(turns).toBeGreaterThanOrEqual(2);
  expect((await pages()).rows[0]!.n).toBeLessThan(before / 2);
  expect(await readdir(join(again.artifacts.root, sha256('mask').slice(0, 2)))).toEqual([]);
  expect(await listAudit(again, { subject: 'batch', subjectId: batch.id, limit: 1 })).toMatchObject([
    { inspector: 'cy', action: 'purged', newValue: { images: 401, results: 401, verdicts: 2 } },
  ]);
  // The samples do not come back to who has thrown them away.
  expect(await isNewWorkspace(again)).toBe(false);
});

test('batches go by themselves after thirty days of use, however the clock jumps', async () => {
  const { folder, workspace } = await site();
  const hour = 60 * 60_000;
  const time = { now: Date.parse('2026-03-01T08:00:00Z'), elapsed: 0 };
  const { keeper } = keeperOf(workspace, { now: () => time.now, elapsed: () => time.elapsed });
  const pass = async (hours: number) => {
    time.now += hours * hour;
    time.elapsed += hours * hour;
    await keeper.tidy();
  };
  const batch = await inspectedBatch(workspace, folder, 'B');
  await finished(workspace, batch);
  await deleteBatch(workspace, batch.id, true, inspector);
  const isThere = async () =>
    (await listBatchSummaries(workspace, { search: '', show: 'deleted' })).length === 1;

  // A clock a month ahead, several times: not one day of use.
  for (let i = 0; i < 40; i++) {
    time.now += 31 * 24 * hour;
    await pass(0.05);
  }
  expect(await isThere()).toBe(true);
  expect(existsSync(workspace.artifacts.pathOf(batch.own))).toBe(true);
  // Days of eight hours, the program closed between them.
  let days = 0;
  for (; days < 60 && (await isThere()); days++) {
    await pass(8);
    time.now += 16 * hour;
  }
  expect(days).toBe(31);
  expect(await listAudit(workspace, { subject: 'batch', subjectId: batch.id, limit: 1 })).toMatchObject([
    { inspector: 'ClipSAM Workstation', action: 'purged' },
  ]);
  // Nobody asked for it: its files lie in quarantine for another week.
  const inQuarantine = join(workspace.folder, 'quarantine', `${batch.own.sha256}.png`);
  expect(existsSync(workspace.artifacts.pathOf(batch.own))).toBe(false);
  let week = 0;
  for (; week < 30 && existsSync(inQuarantine); week++) {
    await pass(8);
    time.now += 16 * hour;
  }
  expect(week).toBe(8);
});

test('artifacts that no result names go, but never while a run may be writing', async () => {
  const { folder, workspace, keeper } = await site();
  const { artifacts } = workspace;
  const batch = await inspectedBatch(workspace, folder, 'B');
  const orphan = artifacts.pathOf(await artifacts.put(Buffer.from('of an inspection cut off'), 'image/png'));
  const unfinished = `${orphan}.123-0123456789ab.tmp`;
  const foreign = join(artifacts.root, 'ab', 'notes.txt');
  await mkdir(join(artifacts.root, 'ab'), { recursive: true });
  for (const path of [unfinished, foreign]) await writeFile(path, 'x');
  await keeper.tidy();
  expect(existsSync(orphan)).toBe(true);
  await finished(workspace, batch);
  await keeper.tidy();
  expect([orphan, unfinished, foreign].map(existsSync)).toEqual([false, false, true]);
  expect(existsSync(artifacts.pathOf(batch.own))).toBe(true);
});

test('a file that somebody imported stays, even where artifacts lie', async () => {
  const { workspace, keeper } = await site();
  const { artifacts } = workspace;
  const path = artifacts.pathOf(await artifacts.put(Buffer.from('a mask worth inspecting'), 'image/png'));
  const { id } = await createBatch(workspace, { name: 'Masks' }, inspector);
  await addImages(workspace, id, [{ path, contentHash: sha256('x'), bytes: 1 }], inspector);
  await keeper.tidy();
  expect(existsSync(path)).toBe(true);
});

test('small pictures of purged images go, those of other batches stay', async () => {
  const { folder, workspace, keeper, thumbnails } = await site();
  const lost = await inspectedBatch(workspace, folder, 'lost', 1);
  const kept = await inspectedBatch(workspace, folder, 'kept', 1);
  const hashes = [lost, kept].map(({ files }) => sha256(files[0]!));
  for (const hash of hashes) await thumbnails.cache.put(hash, Buffer.from('picture'));
  for (const batch of [lost, kept]) await finished(workspace, batch);
  await deleteBatch(workspace, lost.id, true, inspector);
  await keeper.purge(null, inspector);
  expect(await Promise.all(hashes.map((hash) => thumbnails.cache.get(hash)))).toEqual([
    undefined,
    Buffer.from('picture'),
  ]);
  expect(await readdir(join(folder, 'lost'))).toEqual(['0.png']);
});

test('tokens of images go with a batch that is purged, but for those that a run compares with', async () => {
  const { folder, workspace, keeper } = await site();
  const lost = await inspectedBatch(workspace, folder, 'lost', 1);
  await finished(workspace, lost);
  const tokens = await tokenFilesOf(workspace);
  await mkdir(tokens.folder, { recursive: true });
  const old = new Date(Date.now() - 2 * 60 * 60_000);
  for (const name of ['idle', 'used']) {
    await writeFile(tokens.pathOf(name), name);
    await utimes(tokens.pathOf(name), old, old);
  }
  const release = await tokens.hold([tokens.pathOf('used')]);
  await deleteBatch(workspace, lost.id, true, inspector);
  await keeper.purge(null, inspector);
  expect(await readdir(tokens.folder)).toEqual(['used']);
  release();
});
