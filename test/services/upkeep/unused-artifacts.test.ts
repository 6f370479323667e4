import { existsSync, utimesSync } from 'node:fs';
import { cp, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  removeUnusedArtifacts,
  restoreFromQuarantine,
} from '../../../src-main/services/upkeep/unused-artifacts.ts';
import { createBatch, deleteBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { insertChange } from '../../../src-main/store/memory-changes.ts';
import { type OpenOptions, openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { beginPurge, purgeStep } from '../../../src-main/store/purges.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { context, inspectionResult, recipe, temporaryFolder } from '../../store/fixtures.ts';

const inspector = 'ana';
const never = new AbortController().signal;

async function opened(folder: string, options: OpenOptions = {}) {
  const workspace = await openWorkspace(folder, options);
  onTestFinished(() => workspace.close());
  return workspace;
}

/** A finished run over some images, each with three artifacts of its own. */
async function inspect(workspace: Workspace, name: string, count: number) {
  const { id } = await createBatch(workspace, { name }, inspector);
  const files = Array.from({ length: count }, (_, i) => `/photos/${name}/${i}.png`);
  await addImages(
    workspace,
    id,
    files.map((path) => ({ path, contentHash: null, bytes: null })),
    inspector,
  );
  const { hash } = await saveRecipe(workspace, recipe, { inspector });
  const claim = await startRun(workspace, id, hash, context);
  const put = (text: string) => workspace.artifacts.put(Buffer.from(text), 'image/png');
  for (const image of await listImages(workspace, id)) {
    const artifacts = {
      coarseMap: await put(`coarse ${image.path}`),
      finalMap: await put(`final ${image.path}`),
      mask: await put(`mask ${image.path}`),
    };
    await recordOutcome(workspace, claim, image.id, {
      status: 'done',
      result: inspectionResult({ artifacts }),
    });
  }
  await setRunStatus(workspace, claim, 'done', inspector);
  releaseClaim(claim);
  return id;
}

async function filesIn(workspace: Pick<Workspace, 'artifacts'>) {
  const files: string[] = [];
  for await (const { path } of workspace.artifacts.list()) files.push(path);
  return files.sort();
}

/** Lets the files look as if they were written that many seconds from now. */
function date(files: readonly string[], seconds: number) {
  const time = Date.now() / 1000 + seconds;
  for (const file of files) utimesSync(file, time, time);
}

test.each([
  ['missing', (file: string) => rm(file)],
  ['empty', (file: string) => truncate(file, 0)],
])(
  'a database that is %s is not made anew where there are artifacts, and none of them goes',
  async (_how, lose) => {
    const folder = await temporaryFolder();
    const workspace = await openWorkspace(folder, { create: true });
    await inspect(workspace, 'A', 8);
    const files = await filesIn(workspace);
    expect(files).toHaveLength(24);
    await workspace.close();
    await lose(join(folder, 'workspace.sqlite'));
    for (const options of [{}, { create: true }]) {
      await expect(openWorkspace(folder, options)).rejects.toMatchObject({
        code: 'workspace-incomplete',
        message: expect.stringContaining('24 maps and masks'),
        details: { case: 'database-missing', folder, files: 24, megabytes: 0.1, copies: 0 },
      });
    }
    expect(await filesIn(workspace)).toEqual(files);
  },
);

test('a database from before the last session is recognised; accepted, it removes nothing that it does not know', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'workspace.sqlite');
  const first = await openWorkspace(folder, { create: true });
  await inspect(first, 'A', 2);
  await first.close();
  await cp(file, `${file}.old`);
  const second = await openWorkspace(folder);
  await inspect(second, 'B', 8);
  const files = await filesIn(second);
  expect(files).toHaveLength(30);
  await second.close();
  await rename(`${file}.old`, file);

  await expect(openWorkspace(folder)).rejects.toMatchObject({
    code: 'workspace-incomplete',
    details: { case: 'database-older', files: 30 },
  });
  const accepted = await opened(folder, { accept: true });
  expect(await removeUnusedArtifacts(accepted, 100, never)).toEqual({
    files: 0,
    bytes: 0,
    setAside: 0,
    problem: undefined,
  });
  expect(await filesIn(accepted)).toEqual(files);
  // From here on it is the one that the artifacts belong to.
  await accepted.close();
  await (await openWorkspace(folder)).close();
});

test('another workspace’s database in its place is recognised', async () => {
  const [mine, other] = [await temporaryFolder(), await temporaryFolder()];
  for (const folder of [mine, other]) {
    const workspace = await openWorkspace(folder, { create: true });
    await inspect(workspace, 'A', 1);
    await workspace.close();
  }
  await cp(join(other, 'workspace.sqlite'), join(mine, 'workspace.sqlite'));
  await expect(openWorkspace(mine)).rejects.toMatchObject({ details: { case: 'database-older' } });
});

test('artifacts newer than all that the database knows stop every removal, and are never taken for its own', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'workspace.sqlite');
  const first = await openWorkspace(folder, { create: true });
  const batch = await inspect(first, 'A', 2);
  await deleteBatch(first, batch, true, inspector);
  // Copied while it was open, and put back after a crash: the marks alone do not tell.
  await first.db.insertInto('settings').values({ name: 'x', value: '1' }).execute();
  await first.copyTo(`${file}.old`);
  const before = await filesIn(first);
  await inspect(first, 'B', 8);
  const files = await filesIn(first);
  await first.db.destroy();
  for (const part of ['', '-wal', '-shm']) await rm(file + part, { force: true });
  await rename(`${file}.old`, file);
  date(
    files.filter((path) => !before.includes(path)),
    120,
  );
  const again = await opened(folder);
  const late = { ...again, openedAt: again.openedAt + 600_000 };
  await beginPurge(late, batch, inspector);
  while ((await purgeStep(late, batch)) !== undefined);
  const removal = await removeUnusedArtifacts(late, 100, never);
  expect(removal).toMatchObject({
    files: 0,
    setAside: 0,
    problem: { code: 'workspace-incomplete', details: { case: 'artifacts-unknown', files: 24 } },
  });
  expect(await filesIn(again)).toEqual(files);
  // What was purged by hand in a doubtful database goes by way of the quarantine.
  expect(await removeUnusedArtifacts(again, 100, never)).toMatchObject({ files: 0, setAside: 6 });
  expect(await filesIn(again)).toHaveLength(24);
});

test('what was left by an inspection that was cut off lies in quarantine first, and comes back when a result names it', async () => {
  const workspace = await opened(await temporaryFolder(), { create: true });
  const { artifacts } = workspace;
  const ref = await artifacts.put(Buffer.from('late'), 'image/png');
  const stranger = await artifacts.put(Buffer.from('nobody knows'), 'image/png');
  date([artifacts.pathOf(stranger)], -3600);
  await inspect(workspace, 'A', 1);
  date([artifacts.pathOf(ref)], 1);
  expect(await removeUnusedArtifacts(workspace, 3, never)).toMatchObject({ files: 0, setAside: 1 });
  const quarantine = join(workspace.folder, 'quarantine');
  expect(await readdir(quarantine)).toEqual([`${ref.sha256}.png`]);
  expect(existsSync(artifacts.pathOf(stranger))).toBe(true);

  expect(await removeUnusedArtifacts(workspace, 10, never)).toMatchObject({ files: 0, setAside: 0 });
  expect(await readdir(quarantine)).toHaveLength(1);
  await workspace.db
    .updateTable('results')
    .set({ artifacts: JSON.stringify({ ...inspectionResult().artifacts, mask: ref }) })
    .execute();
  expect(await restoreFromQuarantine(workspace)).toBe(1);
  expect(existsSync(artifacts.pathOf(ref))).toBe(true);
});

test('after its days of use a file leaves the quarantine for good, but not one that this database did not put there', async () => {
  const workspace = await opened(await temporaryFolder(), { create: true });
  const ref = await workspace.artifacts.put(Buffer.from('late'), 'image/png');
  await inspect(workspace, 'A', 1);
  date([workspace.artifacts.pathOf(ref)], 1);
  await removeUnusedArtifacts(workspace, 3, never);
  const quarantine = join(workspace.folder, 'quarantine');
  const foreign = `${'f'.repeat(64)}.png`;
  await writeFile(join(quarantine, foreign), 'of another database');
  await removeUnusedArtifacts(workspace, 10, never);
  expect(await readdir(quarantine)).toHaveLength(2);
  await removeUnusedArtifacts(workspace, 11, never);
  expect(await readdir(quarantine)).toEqual([foreign]);
});

test('files without a result go with the batch in whose run they were made', async () => {
  const workspace = await opened(await temporaryFolder(), { create: true });
  const ref = await workspace.artifacts.put(Buffer.from('of a cancelled image'), 'image/png');
  const batch = await inspect(workspace, 'A', 1);
  date([workspace.artifacts.pathOf(ref)], 1);
  await deleteBatch(workspace, batch, true, inspector);
  await beginPurge(workspace, batch, inspector);
  while ((await purgeStep(workspace, batch)) !== undefined);
  expect(await removeUnusedArtifacts(workspace, 0, never)).toMatchObject({ files: 3, setAside: 1 });
  expect(await filesIn(workspace)).toEqual([]);
});

test('what a product remembers stays, whenever its picture was kept; what nothing names is set aside', async () => {
  const workspace = await opened(await temporaryFolder(), { create: true });
  await inspect(workspace, 'A', 1);
  const before = new Set(await filesIn(workspace));
  const remembered = await workspace.artifacts.keep(Buffer.from('an accepted part'));
  const stray = await workspace.artifacts.keep(Buffer.from('of no result'));
  // As if they had been written while the run was at work.
  date(
    (await filesIn(workspace)).filter((file) => !before.has(file)),
    0,
  );
  const item = {
    kind: 'reference' as const,
    contentHash: remembered,
    ...{ page: null, range: null, imageId: null, runId: null, source: '/good/0.png' },
    ...{ polygons: null, width: null, height: null },
  };
  const change = {
    product: { partNumber: '4711', revision: '' },
    add: [item],
    origin: 'files',
    inspector,
  } as const;
  await workspace.db.transaction().execute((db) => insertChange({ ...workspace, db }, change));
  expect(await removeUnusedArtifacts(workspace, 0, never)).toMatchObject({ setAside: 1, problem: undefined });
  expect(await workspace.artifacts.has(remembered)).toBe(true);
  expect(await workspace.artifacts.has(stray)).toBe(false);
});
