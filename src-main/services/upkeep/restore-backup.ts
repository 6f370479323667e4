import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lstat, readdir, rename, rm, statfs, utimes } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { type BackupFile, type BackupManifest, SHOWN_PATHS } from '../../../src-shared/backup.ts';
import { failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { makeFolder, syncFolder, toWriteError } from '../../files/atomic-write.ts';
import { copyHashed, SourceUnreadable } from '../../files/copy-hashed.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { DATABASE_FILE, hasDatabase } from '../../store/database-file.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { lockWorkspace } from '../../store/workspace-lock.ts';
import { severalAtOnce } from '../packs/several-at-once.ts';
import { toBackupError } from './backup-errors.ts';
import { type BackupStore, lockForReading, openBackups } from './backup-folder.ts';
import { chooseGeneration, databaseProblem, isSafePath, soundness } from './verify-backup.ts';

export interface RestoreOptions {
  /** Where the backups are. */
  readonly backups: string;
  /** Where the workspace goes. */
  readonly folder: string;
  /** Name or number; default: the newest. */
  readonly generation?: string | undefined;
  /** A workspace that stands there is kept under another name; else it is refused. */
  readonly inPlace: boolean;
  readonly inspector: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: {
    readonly step: 'files' | 'verifying';
    readonly done: number;
    readonly total: number;
  }) => void;
}

export interface RestoredWorkspace {
  readonly folder: string;
  readonly generation: string;
  readonly files: number;
  readonly bytes: number;
  /** Where the workspace that stood there is now. */
  readonly aside: string | undefined;
  /** Files that the backup does not have any more, or only damaged: how many, and some of their paths. */
  readonly lost: { readonly count: number; readonly paths: readonly string[] };
  /** Images elsewhere, which no backup has. */
  readonly imagesOutside: number;
}

/**
 * Makes a workspace of a backup: beside its place first, read again and compared there, then in one step. What was
 * copied before it was cut off need not be copied again. Nothing is removed: what stood there is kept beside it.
 * @throws ClipSamError `not-found`, `backup-failed` when database, list or manifest are not as they were, `path-denied`
 *   when something stands there, `workspace-locked`, `disk-full`, `cancelled`
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredWorkspace> {
  const { backups, inPlace, signal } = options;
  const folder = resolve(options.folder);
  try {
    const store = await openBackups(backups);
    const lock = lockForReading(backups);
    try {
      const generation = await chooseGeneration(store, options.generation);
      const isThere = await standsThere(folder);
      if (isThere && !inPlace) throw taken(folder);
      const manifest = await store.manifest(generation);
      const problem = await databaseProblem(store, generation, manifest.database.sha256);
      if (problem !== null) throw store.altered(generation, `its database: ${problem}`);
      const files = await store.files(manifest);
      const foreign = files.find((file) => !isSafePath(file));
      if (foreign) throw store.altered(generation, `it names ${foreign.path}`);
      const staging = `${folder}.restoring-${generation}`;
      const lost = await fill(staging, store, manifest, files, options).catch((error: unknown) => {
        throw toWriteError(error, join(staging, DATABASE_FILE));
      });
      throwIfCancelled(signal);
      const aside = isThere ? await setFolderAside(folder) : undefined;
      await rename(staging, folder);
      await syncFolder(dirname(folder));
      await note(folder, generation, options);
      const { bytes, imagesOutside } = manifest.counts;
      return { folder, generation, files: files.length - lost.count, bytes, aside, lost, imagesOutside };
    } finally {
      lock.release();
    }
  } catch (error) {
    throw toBackupError(error, backups);
  }
}

/** Copies what is not there yet, then reads everything. @returns what could not be had */
async function fill(
  staging: string,
  store: BackupStore,
  manifest: BackupManifest,
  files: readonly BackupFile[],
  { signal, onProgress }: RestoreOptions,
): Promise<RestoredWorkspace['lost']> {
  await makeFolder(staging);
  await removePieces(staging);
  await refuseWithoutRoom(staging, manifest, files);
  const lost = new Set<string>();
  let done = 0;
  await severalAtOnce(files, { signal }, async (file, { signal: stop }) => {
    const isHad = await place(store, file, join(staging, file.path), stop);
    if (!isHad) lost.add(file.path);
    onProgress?.({ step: 'files', done: ++done, total: files.length });
  });
  const database = join(staging, DATABASE_FILE);
  await rm(database, { force: true });
  const copied = await copyPiece(store.pathOf(manifest.generation, 'database'), database, signal);
  if (copied !== manifest.database.sha256) throw store.altered(manifest.generation, 'its database');
  await chmod(database, 0o600);
  for (const [i, { path, sha256 }] of files.entries()) {
    throwIfCancelled(signal);
    if (!lost.has(path) && (await sha256OfFile(join(staging, path))) !== sha256) {
      await rm(join(staging, path));
      throw new Error(`${path} was not written as it is in the backup. Restore again, to another disk.`);
    }
    onProgress?.({ step: 'verifying', done: i + 1, total: files.length });
  }
  const problem = await soundness(database);
  if (problem !== null) throw new Error(`The database was not written as it is in the backup: ${problem}`);
  return { count: lost.size, paths: [...lost].slice(0, SHOWN_PATHS) };
}

/** @returns false when the backup does not have it as it was */
async function place(
  store: BackupStore,
  { sha256, bytes, modified }: BackupFile,
  to: string,
  signal: AbortSignal,
): Promise<boolean> {
  const there = await lstat(to).catch(() => undefined);
  if (there?.isFile() && there.size === bytes && (await sha256OfFile(to)) === sha256) return true;
  await rm(to, { force: true });
  await makeFolder(dirname(to));
  try {
    const copied = await copyPiece(store.contentPath(sha256), to, signal, sha256);
    if (copied !== sha256) return false;
  } catch (error) {
    if (error instanceof SourceUnreadable && (await store.generations()).length > 0) return false;
    throw error;
  }
  if (modified !== undefined) await utimes(to, new Date(), new Date(modified));
  return true;
}

const PIECE = /\.[0-9a-f]{12}\.restoring$/;

/** @param expected it is not kept with another content @returns SHA-256 */
async function copyPiece(from: string, to: string, signal: AbortSignal, expected?: string): Promise<string> {
  const temporary = `${to}.${randomBytes(6).toString('hex')}.restoring`;
  const { sha256 } = await copyHashed(from, temporary, signal);
  if (expected === undefined || sha256 === expected) await rename(temporary, to);
  else await rm(temporary, { force: true });
  return sha256;
}

/** Removes what copying that was cut off has left. */
async function removePieces(staging: string): Promise<void> {
  for (const entry of await readdir(staging, { recursive: true, withFileTypes: true })) {
    if (entry.isFile() && PIECE.test(entry.name)) await rm(join(entry.parentPath, entry.name));
  }
}

async function standsThere(folder: string): Promise<boolean> {
  return existsSync(folder) && (await readdir(folder)).length > 0;
}

function taken(folder: string) {
  return failure(
    'restore-taken',
    { folder },
    `${folder} is not empty. Choose a new folder with --to, or add --in-place: what stands there is then kept beside it.`,
  );
}

/** Renames a workspace that no workstation has open. @returns its new name */
async function setFolderAside(folder: string): Promise<string> {
  // Only what is a workspace: another folder would be a slip.
  if (!hasDatabase(join(folder, DATABASE_FILE)) && !existsSync(join(folder, 'artifacts'))) {
    throw failure(
      'restore-taken',
      { folder },
      `${folder} is not empty and no workspace. Choose another folder with --to.`,
    );
  }
  lockWorkspace(folder).release();
  let number = 1;
  while (existsSync(`${folder}.before-${number}`)) number++;
  const aside = `${folder}.before-${number}`;
  await rename(folder, aside);
  return aside;
}

/** Opens the workspace, as the program will, and writes down where it is from. */
async function note(
  folder: string,
  generation: string,
  { backups, inspector }: RestoreOptions,
): Promise<void> {
  const workspace = await openWorkspace(folder);
  try {
    await recordAuditEvent(workspace, {
      inspector,
      action: 'restored',
      subject: 'backup',
      subjectId: generation,
      newValue: { from: resolve(backups), folder },
    });
  } finally {
    await workspace.close();
  }
}

async function refuseWithoutRoom(
  staging: string,
  manifest: BackupManifest,
  files: readonly BackupFile[],
): Promise<void> {
  const { bavail, bsize, blocks } = await statfs(staging);
  let wanted = manifest.database.bytes;
  for (const { path, bytes } of files) if (!existsSync(join(staging, path))) wanted += bytes;
  if (blocks === 0 || wanted < bavail * bsize) return;
  throw failure(
    'disk-full',
    { folder: dirname(staging) },
    `The workspace takes ${Math.ceil(wanted / 1e6)} MB, and the disk for ${basename(staging)} has ${Math.floor((bavail * bsize) / 1e6)} MB left. Free some space there, or choose a folder on another disk.`,
  );
}
