import { lstat, readdir, rm, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from './atomic-write.ts';
import { readOwnFile, removeLink } from './own-file.ts';

/** Milliseconds after which a use is worth writing down again. */
const TOUCH_INTERVAL = 10 * 60_000;
/** Share of the capacity that is left when old files went: not every new one starts a search. */
const KEPT_SHARE = 0.9;
/** Files looked at or removed at a time. */
const AT_A_TIME = 64;

interface Entry {
  readonly path: string;
  readonly key: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/**
 * Files that can be made again, named after the hash of what they were made from: `<folder>/ab/abcdef….webp`. When
 * they take more room than they may, those used longest ago go, beside other work. A file that is removed while
 * somebody reads it is read to its end. Links among them are not followed: nothing is read or written through one.
 */
export class FileCache {
  readonly capacity: number;
  readonly #folder: string;
  readonly #extension: string;
  readonly #touched = new Map<string, number>();
  /** Undefined until the folder was looked through. */
  #bytes: number | undefined;
  /** Bytes that came since the search under way began, which may have missed them. */
  #cameMeanwhile = 0;
  #trimming: Promise<void> | undefined;

  /** @param capacity bytes */
  constructor(folder: string, extension: string, capacity: number) {
    this.#folder = folder;
    this.#extension = extension;
    this.capacity = capacity;
  }

  /** Undefined when it is not there. */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(hash);
    const content = await readOwnFile(this.#folder, hash.slice(0, 2), `${hash}.${this.#extension}`);
    const now = Date.now();
    if (content && now - (this.#touched.get(hash) ?? 0) > TOUCH_INTERVAL) {
      this.#touched.set(hash, now);
      await utimes(path, new Date(now), new Date(now)).catch(() => {});
    }
    return content;
  }

  /** Keeps a file. A full disk keeps nobody from working: then it is not kept. */
  async put(hash: string, content: Uint8Array): Promise<void> {
    const path = this.#pathOf(hash);
    try {
      await removeLink(dirname(path));
      await writeFileAtomically(path, content);
    } catch {
      return;
    }
    this.#cameMeanwhile += content.byteLength;
    if (this.#bytes !== undefined) this.#bytes += content.byteLength;
    if (this.#bytes === undefined || this.#bytes > this.capacity) this.trim();
  }

  /** Bytes that the files take. */
  async size(): Promise<number> {
    return (await this.#entries()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Removes what is more than there may be; returns when it is done, also with what came meanwhile. */
  trim(): Promise<void> {
    this.#trimming ??= this.#trim();
    return this.#trimming;
  }

  /** Removes all files, or those that the condition does not hold for. @returns bytes that were removed */
  async clear(keep: (hash: string) => boolean = () => false): Promise<number> {
    const removed = await this.#remove((await this.#entries()).filter(({ key }) => !keep(key)));
    this.#bytes = undefined;
    return removed;
  }

  async #trim(): Promise<void> {
    try {
      do {
        this.#cameMeanwhile = 0;
        const entries = await this.#entries();
        const total = entries.reduce((sum, { bytes }) => sum + bytes, 0);
        const removed = await this.#remove(total > this.capacity ? this.#oldest(entries, total) : []);
        this.#bytes = total - removed + this.#cameMeanwhile;
      } while (this.#cameMeanwhile > 0 && this.#bytes > this.capacity);
    } finally {
      this.#trimming = undefined;
    }
  }

  /** Those used longest ago, so many that the rest leaves room for some time. */
  #oldest(entries: readonly Entry[], total: number): Entry[] {
    const old: Entry[] = [];
    let left = total;
    for (const entry of entries.toSorted((a, b) => a.usedAt - b.usedAt)) {
      if (left <= this.capacity * KEPT_SHARE) break;
      old.push(entry);
      left -= entry.bytes;
    }
    return old;
  }

  async #remove(entries: readonly Entry[]): Promise<number> {
    let removed = 0;
    for (let start = 0; start < entries.length; start += AT_A_TIME) {
      const group = entries.slice(start, start + AT_A_TIME).map(async ({ path, key, bytes }) => {
        // In use, as Windows has it: it goes the next time.
        await rm(path, { force: true }).then(
          () => (removed += bytes),
          () => {},
        );
        this.#touched.delete(key);
      });
      await Promise.all(group);
    }
    return removed;
  }

  async #entries(): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (const folder of await readdir(this.#folder, { withFileTypes: true }).catch(() => [])) {
      if (!folder.isDirectory() || folder.name.length !== 2) continue;
      const subfolder = join(this.#folder, folder.name);
      const names = await readdir(subfolder).catch(() => []);
      for (let start = 0; start < names.length; start += AT_A_TIME) {
        const group = names.slice(start, start + AT_A_TIME).map(async (name) => {
          const path = join(subfolder, name);
          const stats = await lstat(path).catch(() => undefined);
          if (stats?.isFile()) {
            entries.push({ path, key: name.split('.', 1)[0]!, bytes: stats.size, usedAt: stats.mtimeMs });
          }
        });
        await Promise.all(group);
      }
    }
    return entries;
  }

  #pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), `${hash}.${this.#extension}`);
  }
}
