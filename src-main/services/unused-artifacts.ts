import { rmSync, statSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { StoredFile } from '../files/artifact-store.ts';
import { artifactUses, importedFrom } from '../store/purges.ts';
import { mayBeWriting } from '../store/runs.ts';
import type { Workspace } from '../store/workspace.ts';

/** Files removed in one transaction: some 5 ms. */
const GROUP = 50;

/** Bytes of the artifacts that only the given batches' results name. */
export async function bytesOfArtifacts(workspace: Workspace, batchIds: ReadonlySet<number>): Promise<number> {
  const own = new Map<string, number>();
  const others = new Set<string>();
  for await (const page of artifactUses(workspace)) {
    for (const { batchId, artifacts } of page) {
      for (const { sha256, bytes } of Object.values(artifacts)) {
        if (batchIds.has(batchId)) own.set(sha256, bytes);
        else others.add(sha256);
      }
    }
  }
  let total = 0;
  for (const [sha256, bytes] of own) if (!others.has(sha256)) total += bytes;
  return total;
}

/**
 * Removes the artifacts that no result names: of batches that were removed for good, and of inspections that were cut
 * off. Whenever a program may write results, nothing is touched, since its files come before their results: every
 * removal is in a transaction that no run can begin in.
 * @returns what was removed; undefined when it had to stop before the end because of a run
 */
export async function removeUnusedArtifacts(
  workspace: Workspace,
  signal: AbortSignal,
): Promise<{ readonly files: number; readonly bytes: number } | undefined> {
  const since = new Date().toISOString();
  if (await mayBeWriting(workspace.db, since)) return undefined;
  const used = new Set<string>();
  for await (const page of artifactUses(workspace)) {
    throwIfCancelled(signal);
    for (const { artifacts } of page) {
      for (const { sha256 } of Object.values(artifacts)) used.add(sha256);
    }
  }
  const removed = { files: 0, bytes: 0 };
  let group: StoredFile[] = [];
  for await (const file of workspace.artifacts.list()) {
    throwIfCancelled(signal);
    if (file.isWhole && used.has(file.sha256)) continue;
    group.push(file);
    if (group.length < GROUP) continue;
    if (!(await removeGroup(workspace, group, since, removed))) return undefined;
    group = [];
  }
  return (await removeGroup(workspace, group, since, removed)) ? removed : undefined;
}

/** @returns false when a run has begun, and nothing was removed */
function removeGroup(
  workspace: Workspace,
  files: readonly StoredFile[],
  since: string,
  removed: { files: number; bytes: number },
): Promise<boolean> {
  return workspace.db.transaction().execute(async (db) => {
    if (await mayBeWriting(db, since)) return false;
    const root = relative(workspace.folder, workspace.artifacts.root).replaceAll(sep, '/');
    const imported = new Set(await importedFrom(db, root));
    for (const { path } of files) {
      if (imported.has(relative(workspace.folder, path).replaceAll(sep, '/'))) continue;
      try {
        const { size } = statSync(path);
        rmSync(path);
        removed.files++;
        removed.bytes += size;
      } catch {
        // In use, as Windows has it, or gone: it is looked at again the next time.
      }
    }
    return true;
  });
}
