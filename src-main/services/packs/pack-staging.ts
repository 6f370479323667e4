import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, syncFolder, toWriteError, writeFileAtomically } from '../../files/atomic-write.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import { parsePack, type ReadPack } from '../../inference/pack-loader.ts';
import { lockPacks } from '../../store/workspace-lock.ts';
import { DESCRIPTION } from './pack-source.ts';
import type { WantedFile } from './wanted-files.ts';

/** What is kept of a download, so that it can go on. Its names are those in the file. */
export interface DownloadNote {
  /** Where the pack comes from. */
  readonly source: string;
  readonly base: string | null;
  readonly inspector: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** A download that began. */
export interface BegunDownload extends ReadPack {
  readonly note: DownloadNote;
  /** Text of pack.json. */
  readonly description: string;
}

const NOTE = 'download.json';
const REMOVED = 'removed-';

/** The folder below the imported packs in which packs are put together. */
function stagingRoot(packsFolder: string): string {
  return join(packsFolder, '.incoming');
}

/**
 * Works on a folder of packs while no other program does.
 * @throws ClipSamError `workspace-locked`, `path-denied`, `disk-full`
 */
export async function withPacksLocked<T>(packsFolder: string, work: () => Promise<T>): Promise<T> {
  const root = stagingRoot(packsFolder);
  await makeFolder(root);
  const lock = lockPacks(root);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** Takes a pack away at once, and then its bytes. What a crash leaves of them is swept. */
export async function discardPack(packsFolder: string, folder: string): Promise<void> {
  const going = join(stagingRoot(packsFolder), `${REMOVED}${randomUUID()}`);
  await rename(folder, going).catch((error: unknown) => {
    throw toWriteError(error, folder);
  });
  await syncFolder(packsFolder);
  await rm(going, { recursive: true, force: true, maxRetries: 3 });
}

/** Removes what is left of packs that were removed. */
export async function sweepRemoved(packsFolder: string): Promise<void> {
  for (const path of await listRemoved(packsFolder))
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** What is left of packs that were removed. */
export async function listRemoved(packsFolder: string): Promise<string[]> {
  const root = stagingRoot(packsFolder);
  const names = await readdir(root).catch(() => []);
  return names.filter((name) => name.startsWith(REMOVED)).map((name) => join(root, name));
}

/** Hashes of the packs that something is there of. */
export async function listStaged(packsFolder: string): Promise<string[]> {
  const names = await readdir(stagingRoot(packsFolder)).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{64}$/.test(name));
}

/** The folder in which one pack is put together: its files as they will lie, and parts of those that are on their way. */
export class PackStaging {
  /** The folder of the imported packs. */
  readonly packsFolder: string;
  /** Everything that belongs to it. */
  readonly folder: string;

  constructor(packsFolder: string, packHash: string) {
    this.packsFolder = packsFolder;
    this.folder = join(stagingRoot(packsFolder), packHash);
  }

  /** The pack's folder as it will appear. */
  get packFolder(): string {
    return join(this.folder, 'pack');
  }

  /** Makes the folders. @throws ClipSamError `disk-full`, `path-denied` */
  async begin(description: string): Promise<void> {
    await makeFolder(join(this.folder, 'parts'));
    await writeFileAtomically(this.pathOf(DESCRIPTION), description);
  }

  /** @param path below the pack's folder */
  pathOf(path: string): string {
    return join(this.packFolder, path);
  }

  /** Where a file lies until its hash is known to be right. */
  partOf({ path, sha256 }: WantedFile): string {
    return join(this.folder, 'parts', `${sha256}-${hashOfJson(path).slice(0, 8)}.part`);
  }

  /** Whether a file is there with its size. */
  async has({ path, bytes }: WantedFile): Promise<boolean> {
    const stats = await stat(this.pathOf(path)).catch(() => undefined);
    return stats?.isFile() === true && stats.size === bytes;
  }

  /** Bytes of a file that are there, whole or as a part. */
  async bytesOf(file: WantedFile): Promise<number> {
    for (const path of [this.pathOf(file.path), this.partOf(file)]) {
      const stats = await stat(path).catch(() => undefined);
      if (stats) return stats.size;
    }
    return 0;
  }

  /** Bytes of the files that are there; of none more than it should have. */
  async bytesOfAll(files: readonly WantedFile[]): Promise<number> {
    let bytes = 0;
    for (const file of files) bytes += Math.min(await this.bytesOf(file), file.bytes);
    return bytes;
  }

  /** Moves a part whose hash is right to where the file belongs. */
  async settle(file: WantedFile): Promise<void> {
    await moveFile(this.partOf(file), this.pathOf(file.path));
  }

  /** From here on the download can go on by itself. */
  async writeNote(note: DownloadNote): Promise<void> {
    await writeFileAtomically(join(this.folder, NOTE), JSON.stringify(note));
  }

  /** What is kept of a download; undefined when there is none, or it can't be read. */
  async note(): Promise<DownloadNote | undefined> {
    try {
      return toNote(JSON.parse(await readFile(join(this.folder, NOTE), 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** A download that began; undefined when there is none, or what is there cannot be read. */
  async begun(): Promise<BegunDownload | undefined> {
    return this.readBegun().catch(() => undefined);
  }

  /** As {@link begun}. @throws when what is there cannot be read */
  async readBegun(): Promise<BegunDownload | undefined> {
    const text = await readFile(join(this.folder, NOTE), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const path = this.pathOf(DESCRIPTION);
    const description = await readFile(path, 'utf8');
    return { note: toNote(JSON.parse(text)), description, ...parsePack(description, path) };
  }

  /** After a failure: a download that has brought something stays, anything else goes. */
  async leave(files: readonly WantedFile[]): Promise<void> {
    const isWorthKeeping = (await this.begun()) !== undefined && (await this.bytesOfAll(files)) > 0;
    if (!isWorthKeeping) await this.remove().catch(() => {});
  }

  /** The whole pack appears at once, or not at all. */
  async publish(folder: string): Promise<void> {
    await syncFolder(this.packFolder);
    await move(this.packFolder, folder);
    await this.remove();
  }

  /** Puts whole files in the place of those that are damaged or missing, one at a time: each makes it better. */
  async repair(folder: string): Promise<void> {
    const from = this.packFolder;
    for (const entry of await readdir(from, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      await moveFile(path, join(folder, path.slice(from.length)));
    }
    await this.remove();
  }

  /** Removes all of it. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function moveFile(from: string, to: string): Promise<void> {
  await makeFolder(dirname(to));
  await move(from, to);
}

async function move(from: string, to: string): Promise<void> {
  await rename(from, to).catch((error: unknown) => {
    throw toWriteError(error, to);
  });
  await syncFolder(dirname(to));
}

/** Notes of earlier versions said `author` and `place`. */
function toNote(stored: DownloadNote & { readonly author?: string; readonly place?: string }): DownloadNote {
  const { author = '', place = '', inspector = author, source = place, base, startedAt } = stored;
  return { source, base, inspector, startedAt };
}
