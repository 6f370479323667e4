import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createBatch } from '../../src-main/store/batches.ts';
import { addImages } from '../../src-main/store/images.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../src-main/store/recipes.ts';
import { recordOutcome } from '../../src-main/store/results.ts';
import { startRun } from '../../src-main/store/run-lifecycle.ts';
import type { Workspace } from '../../src-main/store/workspace.ts';
import { context, inspectionResult, recipe } from './results-fixture.ts';

export { context, inspectionResult, recipe, region } from './results-fixture.ts';

/** A folder that goes away with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The files of a workspace in which nothing is: all migrations run once per test file. */
let freshFiles: Promise<readonly { readonly name: string; readonly bytes: Uint8Array }[]> | undefined;

async function makeFresh() {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-test-'));
  try {
    await (await openWorkspace(folder, { create: true })).close();
    const names = ['workspace.sqlite', 'artifacts/history.json'];
    return await Promise.all(
      names.map(async (name) => ({ name, bytes: await readFile(join(folder, name)) })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A folder with a workspace in which nothing is, that goes away with the test. */
export async function freshWorkspaceFolder(): Promise<string> {
  freshFiles ??= makeFresh();
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'artifacts'));
  for (const { name, bytes } of await freshFiles) await writeFile(join(folder, name), bytes);
  return folder;
}

/** A new workspace that is closed with the test. */
export async function temporaryWorkspace(): Promise<Workspace> {
  const workspace = await openWorkspace(await freshWorkspaceFolder());
  onTestFinished(() => workspace.close());
  return workspace;
}

/** A batch whose run has one result, a reject with one region. */
export async function workspaceWithResult() {
  const workspace = await temporaryWorkspace();
  const batch = await createBatch(workspace, { name: 'Lot 7' }, 'ana');
  await addImages(
    workspace,
    batch.id,
    [{ path: '/photos/a.png', contentHash: 'a'.repeat(64), bytes: 5 }],
    'ana',
  );
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const claim = await startRun(workspace, batch.id, hash, context);
  await recordOutcome(workspace, claim, 1, { status: 'done', result: inspectionResult() });
  return { workspace, batch, claim, recipeHash: hash, imageId: 1, runId: claim.runId };
}
