import { stat, statfs } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import {
  BACKUP_FORMAT,
  type BackupCounts,
  type BackupFile,
  type BackupGeneration,
} from '../../../src-shared/backup.ts';
import type { BackupEvent } from '../../../src-shared/contract/backups.ts';
import { failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { SOFTWARE_VERSION } from '../../../src-shared/version.ts';
import { writeFileAtomically } from '../../files/atomic-write.ts';
import { SourceUnreadable } from '../../files/copy-hashed.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { recordBackup } from '../../store/backups.ts';
import { findBrokenReferences, openSnapshot } from '../../store/database-snapshot.ts';
import { findDamage } from '../../store/page-check.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lockBackups } from '../../store/workspace-lock.ts';
import { severalAtOnce } from '../packs/several-at-once.ts';
import { artifactPath, type BackupContents, backupContents, type FileToBackUp } from './backup-contents.ts';
import { toBackupError } from './backup-errors.ts';
import { type BackupStore, describeGeneration, openOrMakeBackups } from './backup-folder.ts';
import { inBackupTurn } from './backup-turns.ts';
import { usedArtifacts } from './unused-artifacts.ts';

export interface BackupOptions {
  readonly workspace: Workspace;
  /** Where its backups are, or will be. */
  readonly folder: string;
  /** Id that the folder must have: see {@link openOrMakeBackups}. */
  readonly folderId?: string;
  /** Generations that are kept, this one among them. */
  readonly keep: number;
  readonly inspector: string;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: BackupEvent) => void;
}

/** How it stands between its steps. */
interface Work extends BackupOptions {
  readonly store: BackupStore;
  /** Folder name of the generation while it does not count. */
  readonly part: string;
  readonly startedAt: Date;
}

/**
 * Copies a workspace to another folder beside everything else that goes on in it: first its database as it is now, then
 * the files that this state needs and the folder does not have yet. What was written is read again before the backup
 * counts, and only then do the oldest ones go. When it is cut off, however that happens, the earlier ones are as they
 * were, and the next one goes on with what was copied.
 * @throws ClipSamError `backup-failed`, `conflict`, `disk-full`, `path-denied`, `cancelled`, `workspace-corrupt` when
 *   the database is damaged: a damaged one never takes the place of an older one that is sound
 */
export async function makeBackup(options: BackupOptions): Promise<BackupGeneration> {
  const { workspace, folder, signal } = options;
  refuseInside(workspace.folder, folder);
  return inBackupTurn(folder, signal, () => makeInTurn(options));
}

async function makeInTurn(options: BackupOptions): Promise<BackupGeneration> {
  const { workspace, folder, keep, inspector, signal } = options;
  try {
    const store = await openOrMakeBackups(folder, workspace, options.folderId);
    const lock = lockBackups(folder);
    try {
      await store.prepare();
      const startedAt = new Date();
      const generation = await store.nextGeneration(startedAt);
      const work: Work = { ...options, store, startedAt, part: await store.begin(generation) };
      const counts = await write(work, generation);
      const made = await describeGeneration(store, generation);
      if (!workspace.isReadOnly) {
        await recordBackup(workspace, {
          folder,
          folderId: store.about.id,
          generation,
          startedAt: startedAt.toISOString(),
          madeAt: made.madeAt,
          counts,
          inspector,
        });
      }
      throwIfCancelled(signal);
      await store.remove((await store.generations()).slice(keep));
      return made;
    } finally {
      lock.release();
    }
  } catch (error) {
    throw toBackupError(error, folder);
  }
}

/** @returns what is in it; from here on it counts */
async function write(work: Work, generation: string): Promise<BackupCounts> {
  const { workspace, store, part, startedAt, signal, onEvent } = work;
  const file = store.pathOf(part, 'database');
  await workspace.snapshotTo(file, {
    signal,
    onProgress: (progress) => onEvent?.({ kind: 'working', step: 'database', ...progress }),
  });
  const damage = await findDamage(file);
  if (damage !== undefined) throw store.altered(generation, damage);
  const snapshot = openSnapshot(file);
  let wanted: BackupContents;
  try {
    const broken = await findBrokenReferences(snapshot.db);
    if (broken !== undefined) throw store.altered(generation, broken);
    wanted = await backupContents(workspace, snapshot, startedAt.getTime(), signal);
  } finally {
    await snapshot.close();
  }
  const { files, fresh, counts } = await copyFiles(work, wanted);
  const text = files.map((entry) => `${JSON.stringify(entry)}\n`).join('');
  await writeFileAtomically(store.pathOf(part, 'list'), text);
  await readAgain(work, fresh);
  const said = async (which: 'database' | 'list') => {
    const path = store.pathOf(part, which);
    return { sha256: await sha256OfFile(path), bytes: (await stat(path)).size };
  };
  await store.complete(part, {
    format: BACKUP_FORMAT,
    folderId: store.about.id,
    workspaceId: workspace.id,
    generation,
    startedAt: startedAt.toISOString(),
    madeAt: new Date().toISOString(),
    softwareVersion: SOFTWARE_VERSION,
    database: await said('database'),
    list: await said('list'),
    counts,
  });
  return counts;
}

async function copyFiles(
  work: Work,
  wanted: BackupContents,
): Promise<{
  readonly files: readonly BackupFile[];
  /** SHA-256 of the contents that were not there before. */
  readonly fresh: readonly string[];
  readonly counts: BackupCounts;
}> {
  const { workspace, store, signal, onEvent } = work;
  const known = await filesOfBefore(store);
  const there = alreadyThere(store, known);
  const files: BackupFile[] = [];
  const toCopy: FileToBackUp[] = [];
  for (const file of wanted.files) {
    throwIfCancelled(signal);
    const entry = await there(file);
    if (entry) files.push(entry);
    else toCopy.push(file);
  }
  await refuseWithoutRoom(store.folder, toCopy);
  const total = wanted.files.length;
  const fresh: string[] = [];
  let copiedBytes = 0;
  let damaged = 0;
  const gone: FileToBackUp[] = [];
  await severalAtOnce(toCopy, { signal }, async (file, { signal: stop }) => {
    try {
      const copied = await store.take(file.from, file.sha256, stop);
      if (file.sha256 === undefined || copied.sha256 === file.sha256) {
        const { path, modified } = file;
        const entry = { path, sha256: copied.sha256, bytes: copied.bytes, modified };
        if (file.sha256 === undefined) await store.noteCopied(entry);
        files.push(entry);
        fresh.push(copied.sha256);
        copiedBytes += copied.bytes;
      } else {
        damaged++;
      }
    } catch (error) {
      if (!(error instanceof SourceUnreadable)) throw error;
      gone.push(file);
    }
    onEvent?.({ kind: 'working', step: 'files', done: files.length + damaged + gone.length, total });
  });
  // What the workspace lost, an earlier backup may still have; and some may have been removed for good meanwhile.
  const lost = [...wanted.lost, ...gone.flatMap(({ sha256 }) => sha256 ?? [])];
  const stillNamed = lost.length > 0 ? await usedArtifacts(workspace, signal) : new Set();
  let missing = wanted.imagesMissing + gone.filter(({ sha256 }) => sha256 === undefined).length;
  for (const sha256 of lost) {
    const bytes = await store.sizeOf(sha256);
    if (bytes !== undefined) files.push({ path: artifactPath(sha256), sha256, bytes });
    else if (stillNamed.has(sha256)) missing++;
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return {
    files,
    fresh,
    counts: {
      files: files.length,
      bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
      copied: fresh.length,
      copiedBytes,
      imagesOutside: wanted.imagesOutside,
      missing,
      damaged,
    },
  };
}

/** Files of the newest backup, and of what was cut off since, by path: one that was not written since need not be read. */
async function filesOfBefore(store: BackupStore): Promise<ReadonlyMap<string, BackupFile>> {
  const [newest] = await store.generations();
  let files: readonly BackupFile[] = [];
  try {
    if (newest !== undefined) files = await store.files(await store.manifest(newest));
  } catch {
    // Damaged: everything is read.
  }
  return new Map([...files, ...(await store.copiedBefore())].map((file) => [file.path, file]));
}

function alreadyThere(store: BackupStore, known: ReadonlyMap<string, BackupFile>) {
  return async ({ path, bytes, modified, sha256 }: FileToBackUp): Promise<BackupFile | undefined> => {
    const before = known.get(path);
    const isSame = before?.bytes === bytes && before.modified === modified;
    const content = sha256 ?? (isSame ? before.sha256 : undefined);
    if (content === undefined) return undefined;
    const size = await store.sizeOf(content);
    // An artifact of another size than its copy is damaged here or there: it is read.
    if (size !== bytes) return undefined;
    return { path, sha256: content, bytes, modified };
  };
}

/** Reads what was written again: the disk may have taken it and kept something else. */
async function readAgain({ store, signal, onEvent }: Work, fresh: readonly string[]): Promise<void> {
  for (const [i, sha256] of fresh.entries()) {
    throwIfCancelled(signal);
    if ((await sha256OfFile(store.contentPath(sha256))) !== sha256) {
      await store.setAside(sha256);
      throw failure(
        'backup-unreachable',
        { folder: store.folder, problem: 'it gives back other bytes than were written' },
        `The disk with ${store.folder} gives back other bytes than were written. The backup does not count. Use another disk.`,
      );
    }
    onEvent?.({ kind: 'working', step: 'verifying', done: i + 1, total: fresh.length });
  }
}

async function refuseWithoutRoom(folder: string, files: readonly FileToBackUp[]): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(folder);
  const wanted = files.reduce((sum, { bytes }) => sum + bytes, 0);
  // Some shares tell nothing.
  if (blocks === 0 || wanted < bavail * bsize) return;
  throw failure(
    'disk-full',
    { folder },
    `The backup takes ${Math.ceil(wanted / 1e6)} MB more, and the disk that holds ${folder} has ${Math.floor((bavail * bsize) / 1e6)} MB left. Free some space there, or choose a folder on another disk. Earlier backups are as they were.`,
  );
}

/** A backup within the workspace is lost with it, and would hold itself. */
export function refuseInside(workspaceFolder: string, folder: string): void {
  if (!isAbsolute(folder)) {
    throw failure('not-a-full-path', { path: folder }, `"${folder}" is not the full path of a folder.`);
  }
  const [workspace, backups] = [resolve(workspaceFolder), resolve(folder)];
  const isWithin = (inner: string, outer: string) => {
    const path = relative(outer, inner);
    return path === '' || !(path.startsWith('..') || isAbsolute(path));
  };
  if (!isWithin(backups, workspace) && !isWithin(workspace, backups)) return;
  throw failure(
    'backup-inside',
    { folder },
    `${folder} lies within the workspace, or the workspace within it. Choose a folder elsewhere, best on another disk.`,
  );
}
