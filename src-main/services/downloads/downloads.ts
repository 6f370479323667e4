import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import type { Download } from '../../../src-shared/download.ts';
import { failure } from '../../../src-shared/errors.ts';
import type { Action } from '../../../src-shared/permissions.ts';
import { makeFolder } from '../../files/atomic-write.ts';
import { writeZip } from '../../files/zip-writer.ts';
import { MANIFEST } from '../../reports/export-manifest.ts';

/** Milliseconds for which a file is there that nobody fetches. */
const KEEP = 15 * 60_000;
/** Files of one person that are there at the same time; a further one takes the oldest one's place. */
const MOST = 4;

/** For whom a file is made, and by what they got it. */
export interface DownloadFor {
  readonly owner: string;
  readonly action: Action;
}

interface Stored extends Download, DownloadFor {
  readonly folder: string;
  readonly path: string;
  readonly expiry: NodeJS.Timeout;
}

/**
 * Files that are made for browsers: in a folder of their own until they were fetched, for a quarter of an hour at most, and not
 * after the end of the program. Several files become one ZIP archive.
 */
export class Downloads {
  readonly #folder: string;
  readonly #stored = new Map<string, Stored>();

  /** @param folder for files that can be made again */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param write writes files into the folder that it gets; says what the download is called, without an ending
   * @throws ClipSamError `disk-full`, `path-denied`, `cancelled`, and what `write` throws; then nothing is left
   */
  async make<T extends { readonly name: string }>(
    whose: DownloadFor,
    write: (folder: string) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T & { readonly download: Download }> {
    const id = randomBytes(16).toString('hex');
    const folder = join(this.#folder, id);
    const files = join(folder, 'files');
    try {
      await makeFolder(files);
      const written = await write(files);
      const { path, ending } = await packed(files, signal);
      const { size: bytes } = await stat(path);
      const download = { id, name: `${written.name}${ending}`, bytes };
      const expiry = setTimeout(() => void this.#remove(id).catch(() => {}), KEEP);
      expiry.unref();
      this.#stored.set(id, { ...download, ...whose, folder, path, expiry });
      await this.#makeRoom(whose.owner);
      return { ...written, download };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * @param owner whose request it is; null: not known here
   * @throws ClipSamError `not-found` when it was fetched already, is too old, or is somebody else's
   */
  find(id: string, owner: string | null): Download & DownloadFor {
    const stored = this.#stored.get(id);
    if (!stored || (owner !== null && owner !== stored.owner))
      throw failure('download-gone', 'This file is not there any more. Export it again.');
    return stored;
  }

  /** The content; once all of it was read the file is gone. @throws ClipSamError as {@link find} */
  read(id: string, owner: string | null): ReadableStream<Uint8Array> {
    this.find(id, owner);
    const content = createReadStream(this.#stored.get(id)!.path, { highWaterMark: 1 << 18 });
    content.once('end', () => void this.#remove(id).catch(() => {}));
    return Readable.toWeb(content) as ReadableStream<Uint8Array>;
  }

  /** Removes what is left, of this program and of those that died. */
  async close(): Promise<void> {
    for (const { expiry } of this.#stored.values()) clearTimeout(expiry);
    this.#stored.clear();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeRoom(owner: string): Promise<void> {
    const own = [...this.#stored.values()].filter((one) => one.owner === owner);
    for (const { id } of own.slice(0, -MOST)) await this.#remove(id);
  }

  async #remove(id: string): Promise<void> {
    const stored = this.#stored.get(id);
    if (!stored) return;
    clearTimeout(stored.expiry);
    this.#stored.delete(id);
    await rm(stored.folder, { recursive: true, force: true });
  }
}

/** The one file of a folder, or an archive of all of them beside it. */
async function packed(
  folder: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly path: string; readonly ending: string }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sources = entries
    // Says to the next export into a folder what may be replaced there.
    .filter((entry) => entry.isFile() && entry.name !== MANIFEST)
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => ({ path, name: path.slice(folder.length + 1).replaceAll(sep, '/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const [first, ...others] = sources;
  if (first && others.length === 0) return { path: first.path, ending: extname(first.path) };
  const path = `${folder}.zip`;
  await writeZip(path, sources, { signal });
  await rm(folder, { recursive: true, force: true });
  return { path, ending: '.zip' };
}
