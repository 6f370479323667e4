import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { failure, throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import type { StoredFile } from '../../files/artifact-store.ts';
import { beginGeneration, historyBegan } from '../../store/history.ts';
import { rememberedContents } from '../../store/memory-items.ts';
import { artifactUses, importedFrom } from '../../store/purges.ts';
import {
  forgetReleased,
  forgetSetAside,
  knownTimes,
  listReleased,
  listSetAside,
  noteSetAside,
} from '../../store/removals.ts';
import { reportContents } from '../../store/reports.ts';
import { mayBeWriting, runsState } from '../../store/run-claims.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Files removed in one transaction: some 5 ms. */
const GROUP = 50;
/** Days of use that a file lies in quarantine. */
const QUARANTINE_DAYS = 7;
/** Milliseconds between a file's time and the run's that made it, or its last sign of life. */
const SLACK = 60_000;

/** A file that may go: at once, or by way of the quarantine. */
interface Unneeded {
  readonly file: StoredFile;
  readonly atOnce: boolean;
}

export interface Removal {
  /** What is gone. */
  readonly files: number;
  readonly bytes: number;
  /** Put into quarantine. */
  readonly setAside: number;
  /** Why nothing was removed: the database does not know what it should. */
  readonly problem: ErrorRecord | undefined;
}

/** Bytes of the artifacts that only the given batches' results name, and no product remembers. */
export async function bytesOfArtifacts(workspace: Workspace, batchIds: ReadonlySet<number>): Promise<number> {
  const own = new Map<string, number>();
  const others = await neededBesides(workspace);
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

/** Where files wait that nothing needs any more. */
function quarantineFolder({ folder }: Pick<Workspace, 'folder'>): string {
  return join(folder, 'quarantine');
}

/**
 * Removes artifacts that the database proves to be unused: those of results that it removed itself, at once where
 * somebody asked for it, and those that its runs wrote without a result, which lie in quarantine for
 * {@link QUARANTINE_DAYS} days of use first. Any other file stays. When there are artifacts newer than all that the
 * database knows, it may be an old copy, and nothing is removed.
 *
 * Whenever a program may write results, nothing is touched, since its files come before their results: every removal is
 * in a transaction that no run can begin in.
 * @param day days of use
 * @returns undefined when it had to stop before the end because of a run
 */
export async function removeUnusedArtifacts(
  workspace: Workspace,
  day: number,
  signal: AbortSignal,
): Promise<Removal | undefined> {
  const runs = await runsState(workspace.db);
  if (await mayBeWriting(workspace.db)) return undefined;
  const used = await usedArtifacts(workspace, signal);
  restoreNeeded(workspace, used);
  const { unneeded, problem } = await findUnneeded(workspace, used, signal);
  const removed = { files: 0, bytes: 0, setAside: 0, problem };
  if (problem) {
    // From here on, files that are there now never count as written by this database.
    await beginGeneration(workspace.db, workspace.artifacts.root, 'accepted');
    return removed;
  }
  await endQuarantine(workspace, day, used);
  for (let start = 0; start < unneeded.length; start += GROUP) {
    throwIfCancelled(signal);
    const group = unneeded.slice(start, start + GROUP);
    const isDone = await workspace.db.transaction().execute(async (db) => {
      if ((await mayBeWriting(db)) || (await runsState(db)) !== runs) return false;
      await removeGroup({ ...workspace, db }, group, day, removed);
      return true;
    });
    if (!isDone) return undefined;
  }
  const released = await listReleased(workspace.db);
  const isOver = (hash: string) => used.has(hash) || !existsSync(workspace.artifacts.pathOf(hash));
  await forgetReleased(workspace.db, [...released.keys()].filter(isOver));
  return removed;
}

/** What is needed whether or not a result names it: what products remember, and reports with the records below them. */
export async function neededBesides(workspace: Pick<Workspace, 'db'>): Promise<Set<string>> {
  const reported = await reportContents(workspace);
  return (await rememberedContents(workspace.db)).union(reported);
}

/** SHA-256 of every artifact that the database names. */
export async function usedArtifacts(
  workspace: Pick<Workspace, 'db'>,
  signal?: AbortSignal,
): Promise<Set<string>> {
  const used = await neededBesides(workspace);
  for await (const page of artifactUses(workspace)) {
    throwIfCancelled(signal);
    for (const { artifacts } of page) {
      for (const { sha256 } of Object.values(artifacts)) used.add(sha256);
    }
  }
  return used;
}

async function findUnneeded(
  workspace: Workspace,
  used: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<{ readonly unneeded: readonly Unneeded[]; readonly problem: ErrorRecord | undefined }> {
  const released = await listReleased(workspace.db);
  const { newest, runs } = await knownTimes(workspace);
  const began = await historyBegan(workspace.db);
  const isDoubtful = (written: number) => began.beginning === 'accepted' && written < began.at;
  const unneeded: Unneeded[] = [];
  let unknown = 0;
  let newestUnknown = 0;
  for await (const file of workspace.artifacts.list()) {
    throwIfCancelled(signal);
    if (file.isWhole && used.has(file.sha256)) continue;
    const atOnce = released.get(file.sha256);
    const written = statSync(file.path, { throwIfNoEntry: false })?.mtimeMs;
    if (written === undefined) continue;
    if (atOnce !== undefined) unneeded.push({ file, atOnce: atOnce && !isDoubtful(written) });
    else if (runs.some(({ from, to }) => written >= from && written <= to + SLACK)) {
      unneeded.push({ file, atOnce: false });
    } else if (file.isWhole && written > newest + SLACK && written < workspace.openedAt) {
      unknown++;
      newestUnknown = Math.max(newestUnknown, written);
    }
  }
  return { unneeded, problem: unknown > 0 ? tooNew(workspace, unknown, newestUnknown) : undefined };
}

function tooNew({ folder }: Workspace, files: number, written: number): ErrorRecord {
  const newest = new Date(written).toISOString().slice(0, 16).replace('T', ' ');
  return toErrorRecord(
    failure(
      'artifacts-unknown',
      { folder, files, newest },
      `${folder} holds ${files} maps and masks that are newer than everything in its database (the newest of ${newest} UTC). The database may be an old copy. No file is removed. Restore the right one, or ask for help before you go on.`,
    ),
  );
}

async function removeGroup(
  workspace: Workspace,
  group: readonly Unneeded[],
  day: number,
  removed: { files: number; bytes: number; setAside: number },
): Promise<void> {
  const root = relative(workspace.folder, workspace.artifacts.root).replaceAll(sep, '/');
  const imported = new Set(await importedFrom(workspace.db, root));
  // A picture may have been remembered, or a report made, since the files were looked through: no run is needed for that.
  const needed = await neededBesides(workspace);
  const setAside: string[] = [];
  for (const { file, atOnce } of group) {
    const { path } = file;
    if (needed.has(file.sha256)) continue;
    if (imported.has(relative(workspace.folder, path).replaceAll(sep, '/'))) continue;
    try {
      if (atOnce) {
        const { size } = statSync(path);
        rmSync(path);
        removed.files++;
        removed.bytes += size;
      } else {
        move(path, join(quarantineFolder(workspace), basename(path)));
        setAside.push(basename(path));
        removed.setAside++;
      }
    } catch {
      // In use, as Windows has it, or gone: it is looked at again the next time.
    }
  }
  await noteSetAside(workspace.db, setAside, day);
}

/** Removes what has been in quarantine for long enough, as far as this database put it there. */
async function endQuarantine(workspace: Workspace, day: number, used: ReadonlySet<string>): Promise<void> {
  const over: string[] = [];
  for (const { file, day: since } of await listSetAside(workspace.db)) {
    const path = join(quarantineFolder(workspace), file);
    if (day - since <= QUARANTINE_DAYS || used.has(file.slice(0, 64))) continue;
    rmSync(path, { force: true });
    over.push(file);
  }
  await forgetSetAside(workspace.db, over);
}

/** Brings back what is in quarantine and named by a result, or remembered, after all. */
export async function restoreFromQuarantine(workspace: Workspace): Promise<number> {
  if (filesInQuarantine(workspace).length === 0) return 0;
  return restoreNeeded(workspace, await usedArtifacts(workspace));
}

function restoreNeeded(workspace: Workspace, used: ReadonlySet<string>): number {
  let restored = 0;
  for (const file of filesInQuarantine(workspace)) {
    const sha256 = file.slice(0, 64);
    if (!used.has(sha256) || file !== `${sha256}.png`) continue;
    const path = workspace.artifacts.pathOf(sha256);
    if (statSync(path, { throwIfNoEntry: false })) continue;
    move(join(quarantineFolder(workspace), file), path);
    restored++;
  }
  return restored;
}

function filesInQuarantine(workspace: Workspace): string[] {
  try {
    return readdirSync(quarantineFolder(workspace));
  } catch {
    return [];
  }
}

function move(from: string, to: string): void {
  mkdirSync(join(to, '..'), { recursive: true });
  renameSync(from, to);
}
