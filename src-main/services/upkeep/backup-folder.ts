import { randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, lstat, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  BACKUP_FORMAT,
  type BackupFile,
  type BackupFolder,
  type BackupGeneration,
  type BackupManifest,
  backupFileSchema,
  backupFolderSchema,
  backupManifestSchema,
} from '../../../src-shared/backup.ts';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import { makeFolder, syncFolder, writeFileAtomically } from '../../files/atomic-write.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { type CopiedFile, copyHashed } from '../../files/copy-hashed.ts';
import { sha256OfFile } from '../../files/hash.ts';
import type { Workspace } from '../../store/workspace.ts';
import { lockBackups, type WorkspaceLock } from '../../store/workspace-lock.ts';

const MARKER = 'clipsam-backup.json';
const COPIED = 'copied.jsonl';
const GENERATION = /^(\d{6,})-\d{4}-\d{2}-\d{2}T\d{6}Z$/;

/** What a generation consists of, besides the contents that all share. */
export const PARTS = {
  database: 'workspace.sqlite',
  list: 'files.jsonl',
  manifest: 'manifest.json',
} as const;

/**
 * A folder with the backups of one workspace:
 * ```
 * clipsam-backup.json            whose it is
 * contents/ab/abcdef…            files, named after their SHA-256; generations share them
 * generations/000012-…/          a backup: database, list of the files, manifest
 * generations/000013-….part/     one that was not finished: it does not count
 * incoming/                      files on their way
 * copied.jsonl                   what one that was not finished has copied of files that have other names
 * ```
 */
export class BackupStore {
  readonly folder: string;
  readonly about: BackupFolder;

  constructor(folder: string, about: BackupFolder) {
    this.folder = folder;
    this.about = about;
  }

  /** Where the content with this SHA-256 lies, or would lie. */
  contentPath(sha256: string): string {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error(`"${sha256}" is not a SHA-256.`);
    return join(this.folder, 'contents', sha256.slice(0, 2), sha256);
  }

  /** Bytes of a content; undefined: it is not there. */
  async sizeOf(sha256: string): Promise<number | undefined> {
    const stats = await lstat(this.contentPath(sha256)).catch(() => undefined);
    return stats?.isFile() ? stats.size : undefined;
  }

  /**
   * Takes a file in, whole or not at all.
   * @param expected SHA-256 that it must have to be kept
   */
  async take(from: string, expected: string | undefined, signal: AbortSignal): Promise<CopiedFile> {
    const temporary = join(this.folder, 'incoming', randomBytes(8).toString('hex'));
    const copied = await copyHashed(from, temporary, signal);
    if (expected !== undefined && copied.sha256 !== expected) {
      await rm(temporary, { force: true });
      return copied;
    }
    const path = this.contentPath(copied.sha256);
    await makeBelow(dirname(path));
    await rename(temporary, path);
    return copied;
  }

  /** Remembers what a file's content was, until a backup is complete. */
  async noteCopied(file: BackupFile): Promise<void> {
    await appendFile(join(this.folder, COPIED), `${JSON.stringify(file)}\n`);
  }

  /** What backups that were cut off have noted. */
  async copiedBefore(): Promise<BackupFile[]> {
    const text = await readFile(join(this.folder, COPIED), 'utf8').catch(() => '');
    return text.split('\n').flatMap((line) => {
      try {
        return [backupFileSchema.parse(JSON.parse(line))];
      } catch {
        // Its writing was cut off.
        return [];
      }
    });
  }

  /** Takes a content that is not what its name says out of the way, so that the next backup takes it in anew. */
  async setAside(sha256: string): Promise<void> {
    const path = this.contentPath(sha256);
    await makeBelow(join(this.folder, 'damaged'));
    await rename(path, join(this.folder, 'damaged', `${sha256}-${randomBytes(4).toString('hex')}`));
  }

  /** Removes what work that was cut off has left, and makes room for new work; for who holds the lock. */
  async prepare(): Promise<void> {
    await rm(join(this.folder, 'incoming'), { recursive: true, force: true });
    for (const name of ['incoming', 'contents', 'generations']) await makeBelow(join(this.folder, name));
    for (const name of await namesIn(join(this.folder, 'generations'))) {
      if (/\.(part|gone)$/.test(name) && GENERATION.test(name.replace(/\.\w+$/, ''))) {
        await rm(this.pathOf(name), { recursive: true, force: true });
      }
    }
  }

  /** Names of the complete backups, the newest first. */
  async generations(): Promise<string[]> {
    const names = await readdir(join(this.folder, 'generations'));
    return names.filter((name) => GENERATION.test(name)).sort((a, b) => numberOf(b) - numberOf(a));
  }

  pathOf(generation: string, part?: keyof typeof PARTS): string {
    const folder = join(this.folder, 'generations', generation);
    return part === undefined ? folder : join(folder, PARTS[part]);
  }

  /** A name after all others, whatever the clock says. */
  async nextGeneration(now: Date): Promise<string> {
    const [newest] = await this.generations();
    const number = String((newest === undefined ? 0 : numberOf(newest)) + 1).padStart(6, '0');
    return `${number}-${now.toISOString().slice(0, 19).replaceAll(':', '')}Z`;
  }

  async begin(generation: string): Promise<string> {
    const part = `${generation}.part`;
    await mkdir(this.pathOf(part));
    return part;
  }

  /** From here on the backup counts. */
  async complete(part: string, manifest: Omit<BackupManifest, 'hash'>): Promise<void> {
    const whole: BackupManifest = { ...manifest, hash: hashOfJson(manifest) };
    await writeFileAtomically(this.pathOf(part, 'manifest'), `${JSON.stringify(whole, null, 2)}\n`);
    await rename(this.pathOf(part), this.pathOf(manifest.generation));
    await syncFolder(join(this.folder, 'generations'));
    await rm(join(this.folder, COPIED), { force: true });
  }

  /** @throws ClipSamError `backup-failed` when the manifest is not as it was written */
  async manifest(generation: string): Promise<BackupManifest> {
    let manifest: BackupManifest;
    const text = await readFile(this.pathOf(generation, 'manifest'), 'utf8');
    try {
      manifest = backupManifestSchema.parse(JSON.parse(text));
    } catch {
      throw this.altered(generation, `its ${PARTS.manifest} cannot be read`);
    }
    const { hash, ...said } = manifest;
    const isOurs = said.folderId === this.about.id && said.generation === generation;
    if (hashOfJson(said) !== hash || !isOurs) {
      throw this.altered(generation, `its ${PARTS.manifest} was changed`);
    }
    return manifest;
  }

  /** The files of a generation. @throws ClipSamError `backup-failed` when the list is not as it was written */
  async files({ generation, list }: BackupManifest): Promise<BackupFile[]> {
    const path = this.pathOf(generation, 'list');
    if ((await sha256OfFile(path)) !== list.sha256) {
      throw this.altered(generation, `its ${PARTS.list} was changed`);
    }
    const files: BackupFile[] = [];
    for await (const line of createInterface({ input: createReadStream(path) })) {
      files.push(backupFileSchema.parse(JSON.parse(line)));
    }
    return files;
  }

  /** Takes backups away, then the contents that no other one names; where that cannot be told, contents stay. */
  async remove(generations: readonly string[]): Promise<void> {
    for (const name of generations) {
      await rename(this.pathOf(name), this.pathOf(`${name}.gone`));
      await rm(this.pathOf(`${name}.gone`), { recursive: true, force: true });
    }
    const named = new Set<string>();
    try {
      for (const generation of await this.generations()) {
        for (const { sha256 } of await this.files(await this.manifest(generation))) named.add(sha256);
      }
    } catch {
      return;
    }
    for (const shard of await namesIn(join(this.folder, 'contents'))) {
      if (!/^[0-9a-f]{2}$/.test(shard)) continue;
      for (const name of await namesIn(join(this.folder, 'contents', shard))) {
        if (/^[0-9a-f]{64}$/.test(name) && !named.has(name))
          await rm(this.contentPath(name), { force: true });
      }
    }
  }

  altered(generation: string, problem: string) {
    return failure(
      'backup-altered',
      { folder: this.folder, generation, problem },
      `The backup ${generation} in ${this.folder} is not as it was written: ${problem}. Use an earlier one (clipsam backup list --to ${this.folder}), and check the disk.`,
    );
  }
}

/** Keeps backups from being made or removed meanwhile; where nothing can be written, or the disk is full, nobody can. */
export function lockForReading(folder: string): WorkspaceLock {
  try {
    return lockBackups(folder);
  } catch (error) {
    const isUnwritable = error instanceof ClipSamError && ['path-denied', 'disk-full'].includes(error.code);
    if (isUnwritable) return { release: () => {} };
    throw error;
  }
}

/** What people see of a backup. */
export async function describeGeneration(store: BackupStore, generation: string): Promise<BackupGeneration> {
  try {
    const { madeAt, softwareVersion, database, counts } = await store.manifest(generation);
    return { generation, madeAt, softwareVersion, databaseBytes: database.bytes, counts, problem: null };
  } catch (error) {
    const none = { files: 0, bytes: 0, copied: 0, copiedBytes: 0, imagesOutside: 0, missing: 0, damaged: 0 };
    const problem = error instanceof Error ? error.message : String(error);
    return { generation, madeAt: '', softwareVersion: '', databaseBytes: 0, counts: none, problem };
  }
}

/** Who a folder of backups belongs to; undefined: it has none. @throws ClipSamError when it cannot be told */
async function readMarker(folder: string): Promise<BackupFolder | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, MARKER), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return backupFolderSchema.parse(JSON.parse(text));
  } catch {
    throw failure(
      'backup-newer',
      { folder },
      `${folder} holds backups that this program cannot read: ${MARKER} is damaged, or a newer version wrote it. Update this program, or choose another folder.`,
    );
  }
}

/**
 * Opens a folder that has backups.
 * @throws ClipSamError `not-found` when there are none
 */
export async function openBackups(folder: string): Promise<BackupStore> {
  const about = await readMarker(folder);
  if (about) return new BackupStore(folder, about);
  throw failure(
    'backup-none',
    { folder },
    `There are no backups in ${folder}. Check the path, and that the disk is connected.`,
  );
}

/**
 * Opens the folder that a workspace's backups go to, or makes one of an empty or new folder.
 * @param expected id that it must have: the folder that was chosen may be on a disk that is not connected now
 * @throws ClipSamError `conflict` when it is another workspace's, `path-denied` when something else lies there,
 *   `backup-failed` when it is not the expected one
 */
export async function openOrMakeBackups(
  folder: string,
  workspace: Pick<Workspace, 'id' | 'folder'>,
  expected?: string,
): Promise<BackupStore> {
  const about = await readMarker(folder);
  if (expected !== undefined && about?.id !== expected) {
    throw failure(
      'backup-gone',
      { folder },
      `${folder} does not hold the backups that it held. Connect the disk or the share that they are on, or choose a folder anew.`,
    );
  }
  if (about && about.workspaceId !== workspace.id) {
    throw failure(
      'backup-of-other',
      { folder, workspace: about.workspaceFolder },
      `${folder} holds the backups of another workspace (${about.workspaceFolder}). Choose a folder of its own for this one.`,
    );
  }
  if (about) return new BackupStore(folder, about);
  const there = await namesIn(folder);
  if (there.some((name) => !PASSED_OVER.test(name))) {
    throw failure(
      'backup-foreign',
      { folder },
      `${folder} is not empty and holds no backups. Choose an empty folder, or a new one in it: ${join(folder, `${basename(workspace.folder)}-backups`)}.`,
    );
  }
  await makeFolder(folder);
  const made: BackupFolder = {
    format: BACKUP_FORMAT,
    id: randomUUID(),
    workspaceId: workspace.id,
    workspaceFolder: workspace.folder,
  };
  await writeFileAtomically(join(folder, MARKER), `${JSON.stringify(made, null, 2)}\n`);
  await makeFolder(join(folder, 'generations'));
  return new BackupStore(folder, made);
}

/** What systems put onto disks of their own accord, and what a first backup that was cut off leaves. */
const PASSED_OVER =
  /^(\.DS_Store|\.Trash.*|\.Spotlight-V100|\.fseventsd|System Volume Information|\$RECYCLE\.BIN|lost\+found|backup\.lock.*|clipsam-backup\.json\..*\.tmp)$/;

/** Not those above it: where they are gone, so is the disk. */
async function makeBelow(path: string): Promise<void> {
  await mkdir(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function numberOf(generation: string): number {
  return Number(GENERATION.exec(generation)![1]);
}
