import { type BackupFile, type BackupVerification, SHOWN_PATHS } from '../../../src-shared/backup.ts';
import { failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { sha256OfFile } from '../../files/hash.ts';
import { findBrokenReferences, openSnapshot } from '../../store/database-snapshot.ts';
import { findDamage } from '../../store/page-check.ts';
import { toBackupError } from './backup-errors.ts';
import { type BackupStore, lockForReading, openBackups } from './backup-folder.ts';
import { inBackupTurn } from './backup-turns.ts';

export interface VerifyOptions {
  readonly folder: string;
  /** Default: the newest. */
  readonly generation?: string | undefined;
  readonly signal: AbortSignal;
  /** Files. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Reads all of a backup again, and compares it with what was written. Files that are not what they were are set aside in
 * the backup's folder, so that the next backup takes them in anew.
 * @throws ClipSamError `not-found`, `conflict`, `backup-failed` when list or manifest are not as they were
 */
export function verifyBackup(options: VerifyOptions): Promise<BackupVerification> {
  return inBackupTurn(options.folder, options.signal, () => verifyInTurn(options));
}

async function verifyInTurn(options: VerifyOptions): Promise<BackupVerification> {
  const { folder, signal, onProgress } = options;
  try {
    const store = await openBackups(folder);
    const lock = lockForReading(folder);
    try {
      const generation = await chooseGeneration(store, options.generation);
      const manifest = await store.manifest(generation);
      const files = await store.files(manifest);
      const damaged: string[] = [];
      const missing: string[] = [];
      let done = 0;
      for (const [sha256, same] of Map.groupBy(files, (file) => file.sha256)) {
        throwIfCancelled(signal);
        const state = await stateOf(store, sha256);
        if (state === 'damaged') await store.setAside(sha256).catch(() => {});
        if (state !== 'sound')
          (state === 'damaged' ? damaged : missing).push(...same.map(({ path }) => path));
        done += same.length;
        onProgress?.({ done, total: files.length });
      }
      return {
        generation,
        files: files.length,
        bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
        damaged: shown(damaged),
        missing: shown(missing),
        database: await databaseProblem(store, generation, manifest.database.sha256),
      };
    } finally {
      lock.release();
    }
  } catch (error) {
    throw toBackupError(error, folder);
  }
}

/** A generation that is there. @param wanted default: the newest @throws ClipSamError `not-found` */
export async function chooseGeneration(store: BackupStore, wanted: string | undefined): Promise<string> {
  const { folder } = store;
  const all = await store.generations();
  const chosen =
    wanted === undefined ? all[0] : all.find((name) => name === wanted || name.split('-')[0] === wanted);
  if (chosen !== undefined) return chosen;
  if (wanted === undefined) {
    throw failure('backup-none', { folder }, `There is no complete backup in ${folder}. Make one first.`);
  }
  throw failure(
    'backup-unknown',
    { folder, generation: wanted },
    `There is no backup ${wanted} in ${folder}. Those that are there: clipsam backup list --to ${folder}.`,
  );
}

/** What is wrong with a backup's database; null: nothing. */
export async function databaseProblem(
  store: BackupStore,
  generation: string,
  sha256: string,
): Promise<string | null> {
  const file = store.pathOf(generation, 'database');
  if ((await sha256OfFile(file)) !== sha256) return 'its content is not what was written';
  return soundness(file);
}

/** What is wrong with a database file; null: nothing. */
export async function soundness(file: string): Promise<string | null> {
  const damage = await findDamage(file);
  if (damage !== undefined) return damage;
  const snapshot = openSnapshot(file);
  try {
    return (await findBrokenReferences(snapshot.db)) ?? null;
  } finally {
    await snapshot.close();
  }
}

async function stateOf(store: BackupStore, sha256: string): Promise<'sound' | 'damaged' | 'missing'> {
  try {
    return (await sha256OfFile(store.contentPath(sha256))) === sha256 ? 'sound' : 'damaged';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return 'missing';
    // A sector that cannot be read any more.
    if (code === 'EIO' && (await store.sizeOf(sha256)) !== undefined) return 'damaged';
    throw error;
  }
}

function shown(paths: readonly string[]): { readonly count: number; readonly paths: string[] } {
  return { count: paths.length, paths: paths.slice(0, SHOWN_PATHS) };
}

/** Whether a path in a backup's list is one within a workspace: the list may come from somebody else. */
export function isSafePath({ path }: Pick<BackupFile, 'path'>): boolean {
  const parts = path.split('/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and its kind are what is refused.
  const isPlain = !/[\u0000-\u001f\\]|^[a-zA-Z]:/.test(path);
  return (
    isPlain &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..') &&
    !/^workspace\.sqlite/.test(path)
  );
}
