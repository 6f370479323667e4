import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { sql } from 'kysely';
import { onTestFinished } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { type BackupOptions, makeBackup } from '../../../src-main/services/upkeep/make-backup.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { InspectionResult } from '../../../src-shared/result.ts';
import { context, inspectionResult, recipe, temporaryFolder } from '../../store/fixtures.ts';

export const inspector = 'ana';
/** Files that are younger than a backup's beginning and that no result names are not in it. */
const LONG_AGO = new Date('2026-01-01T00:00:00Z');

/** A workspace, and a place for its backups. */
export async function site() {
  const folder = await temporaryFolder();
  const workspace = await openWorkspace(join(folder, 'workspace'), { create: true });
  onTestFinished(() => workspace.close());
  return { folder, workspace, backups: join(folder, 'disk', 'backups') };
}

/** A batch with images in the workspace, and a run that has results for the first of them. */
export async function batchWithResults(
  workspace: Workspace,
  name: string,
  count = 3,
  done = count,
  found: Partial<InspectionResult> = {},
) {
  const { id } = await createBatch(workspace, { name }, inspector);
  const folder = join(workspace.folder, 'photos', name);
  await mkdir(folder, { recursive: true });
  const files = Array.from({ length: count }, (_, i) => join(folder, `${i}.png`));
  for (const file of files) {
    await writeFile(file, `image ${relative(workspace.folder, file)}`);
    await utimes(file, LONG_AGO, LONG_AGO);
  }
  const contents = await Promise.all(
    files.map(async (path) => ({
      path,
      contentHash: sha256(await readFile(path)),
      bytes: (await stat(path)).size,
    })),
  );
  await addImages(workspace, id, contents, inspector);
  const { hash } = await saveRecipe(workspace, recipe, { inspector });
  const claim = await startRun(workspace, id, hash, context);
  const images = await listImages(workspace, id);
  const record = async (index: number) => {
    const put = (text: string) => workspace.artifacts.put(Buffer.from(text), 'image/png');
    const artifacts = {
      coarseMap: await put(`coarse map of ${name} ${index}`),
      finalMap: await put(`final map of ${name} ${index}`),
      mask: await put('mask'),
    };
    const { id: imageId, contentHash } = images[index]!;
    const result = inspectionResult({ contentHash: contentHash!, artifacts, ...found });
    await recordOutcome(workspace, claim, imageId, { status: 'done', result });
    return artifacts;
  };
  const artifacts = [];
  for (let i = 0; i < done; i++) artifacts.push(await record(i));
  const finish = async () => {
    await setRunStatus(workspace, claim, 'done', inspector);
    releaseClaim(claim);
  };
  return { id, runId: claim.runId, claim, images, artifacts, files, record, finish };
}

export function backUp(
  workspace: Workspace,
  folder: string,
  options: Partial<Omit<BackupOptions, 'workspace' | 'folder'>> = {},
) {
  const { signal } = new AbortController();
  return makeBackup({ workspace, folder, keep: 7, inspector, signal, ...options });
}

/** All rows of all tables. */
export async function allRows({ db }: Pick<Workspace, 'db'>): Promise<Record<string, unknown[]>> {
  const { rows: tables } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' order by name`.execute(
    db,
  );
  const all: Record<string, unknown[]> = {};
  for (const { name } of tables) {
    all[name] = (await sql`select * from ${sql.table(name)}`.execute(db)).rows;
  }
  return all;
}

/** SHA-256 of the files below a folder, by their paths with `/`. */
export async function hashesBelow(folder: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    hashes[relative(folder, path).replaceAll('\\', '/')] = sha256(await readFile(path));
  }
  return hashes;
}
