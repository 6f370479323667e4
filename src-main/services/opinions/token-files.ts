import { lstat, readdir, rm, utimes } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { removeLink } from '../../files/own-file.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { WorkspaceHealth } from '../../store/workspace-health.ts';

/** Bytes that token files may take: of the default pack some 700 images. */
const CAPACITY = 4_000_000_000;
/** Milliseconds for which a file counts as in use after somebody has said so: another program may work with it. */
const GRACE = 60 * 60_000;
/** Milliseconds between two such words of who works with files for long. */
const SIGN_OF_USE = 15 * 60_000;
/** Share of the capacity that is left when old files went: not every new one starts a search. */
const KEPT_SHARE = 0.9;

interface TokenFile {
  readonly path: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/**
 * The folder of token files: tokens of images, which can be made again. When they take more room than they may, those
 * used longest ago go; never one that is in use, here or in another program.
 */
export class TokenFiles {
  readonly folder: string;
  readonly capacity: number;
  readonly #grace: number;
  readonly #held = new Map<string, number>();

  /**
   * @param folder what the inference process is told to write them to
   * @param limits for tests: bytes, and milliseconds after its last use for which a file is not removed
   */
  constructor(folder: string, limits: { readonly capacity?: number; readonly grace?: number } = {}) {
    this.folder = folder;
    this.capacity = limits.capacity ?? CAPACITY;
    this.#grace = limits.grace ?? GRACE;
  }

  /** A file's path, by its name in the folder. */
  pathOf(name: string): string {
    return join(this.folder, name);
  }

  /** The reverse of {@link pathOf}. */
  nameOf(path: string): string {
    return relative(this.folder, path);
  }

  /** True when there is a file of that name. */
  async has(name: string): Promise<boolean> {
    return (await lstat(this.pathOf(name)).catch(() => undefined))?.isFile() === true;
  }

  /**
   * Keeps files from being removed.
   * @returns gives them free again; more than once does no harm
   */
  async hold(paths: readonly string[]): Promise<() => void> {
    for (const path of paths) this.#held.set(path, (this.#held.get(path) ?? 0) + 1);
    const sign = () => Promise.all(paths.map(noteUse));
    const timer = setInterval(sign, SIGN_OF_USE);
    timer.unref();
    let free = false;
    await sign();
    return () => {
      if (free) return;
      free = true;
      clearInterval(timer);
      for (const path of paths) {
        const others = this.#held.get(path)! - 1;
        if (others > 0) this.#held.set(path, others);
        else this.#held.delete(path);
      }
    };
  }

  /** Removes what is more than there may be. @returns bytes that were removed */
  async trim(): Promise<number> {
    const files = await this.#files();
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total <= this.capacity) return 0;
    let removed = 0;
    for (const file of files.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (total - removed <= this.capacity * KEPT_SHARE) break;
      removed += await this.#remove(file);
    }
    return removed;
  }

  /** Removes all that are not in use. @returns bytes that were removed */
  async clear(): Promise<number> {
    let removed = 0;
    for (const file of await this.#files()) removed += await this.#remove(file);
    return removed;
  }

  /** Bytes that the files take. */
  async size(): Promise<number> {
    return (await this.#files()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async #remove({ path, bytes }: TokenFile): Promise<number> {
    // Looked at again: somebody may have begun to use it since the folder was listed.
    const stats = await lstat(path).catch(() => undefined);
    if (!stats || this.#held.has(path) || Date.now() - stats.mtimeMs < this.#grace) return 0;
    return rm(path, { force: true }).then(
      () => bytes,
      () => 0,
    );
  }

  async #files(): Promise<TokenFile[]> {
    const entries = await readdir(this.folder, { withFileTypes: true, recursive: true }).catch(() => []);
    const files: TokenFile[] = [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const stats = await lstat(path).catch(() => undefined);
      if (stats) files.push({ path, bytes: stats.size, usedAt: stats.mtimeMs });
    }
    return files;
  }
}

async function noteUse(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => {});
}

const known = new WeakMap<WorkspaceHealth, TokenFiles>();

/** The token files of an open workspace, for every inspector's view of it: all of them share its health. */
export async function tokenFilesOf({ cacheFolder, health }: Workspace): Promise<TokenFiles> {
  const files = known.get(health) ?? new TokenFiles(join(cacheFolder, 'tokens'));
  known.set(health, files);
  // A workspace may come from somebody else: what is written and removed here has to stay in it.
  for (const folder of [cacheFolder, files.folder]) await removeLink(folder);
  return files;
}
