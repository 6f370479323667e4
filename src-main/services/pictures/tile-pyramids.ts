import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchImage } from '../../../src-shared/batch.ts';
import type { Pyramid } from '../../../src-shared/contract/review.ts';
import { type PyramidLayout, TILE_SIZE, writePyramid } from '../../codec/image-pyramid.ts';
import { toWriteError } from '../../files/atomic-write.ts';
import { Limiter } from '../../files/limiter.ts';
import { readOwnFile } from '../../files/own-file.ts';
import { CACHE_LIMITS } from './cache-limits.ts';
import { readImportedFile, versionOf } from './imported-file.ts';
import { MAX_VIEW_PIXELS } from './thumbnails.ts';

/** Milliseconds after which a use is worth writing down again. */
const TOUCH_INTERVAL = 60_000;
const LAYOUT_FILE = 'pyramid.json';

interface Kept extends PyramidLayout {
  /** Of all tiles. */
  readonly bytes: number;
}

/**
 * Images cut into tiles, for looking at them in full size. Made when they are first asked for, kept by the version
 * of the image: `<folder>/<version>/<level>/<column>_<row>.jpeg`. Links among them are not followed.
 */
export class TilePyramids {
  readonly #folder: string;
  /** Bytes that all pyramids together may take; those used longest ago go. */
  readonly capacity: number;
  /** One at a time: the largest images take hundreds of megabytes while they are cut. */
  readonly #limiter = new Limiter<Kept>(1);
  readonly #touched = new Map<string, number>();

  constructor(folder: string, capacity: number = CACHE_LIMITS.tiles) {
    this.#folder = folder;
    this.capacity = capacity;
  }

  /** The layout of an image's tiles, which are there when this returns. @throws ClipSamError `image-…`, `disk-full` */
  async layout(image: BatchImage, signal?: AbortSignal): Promise<Pyramid> {
    const version = versionOf(image);
    const { width, height, levels } = await this.#get(image, signal);
    return { imageId: image.id, width, height, tileSize: TILE_SIZE, levels, version };
  }

  /** JPEG; undefined when the pyramid has no such tile. @throws ClipSamError as {@link layout} */
  async tile(
    image: BatchImage,
    at: { readonly level: number; readonly column: number; readonly row: number },
    signal?: AbortSignal,
  ): Promise<Uint8Array | undefined> {
    const { width, height, levels } = await this.#get(image, signal);
    const side = TILE_SIZE * 2 ** at.level;
    if (at.level >= levels || at.column * side >= width || at.row * side >= height) return undefined;
    const hash = versionOf(image);
    const read = () => readOwnFile(this.#folder, hash, String(at.level), `${at.column}_${at.row}.jpeg`);
    const kept = await read();
    if (kept) return kept;
    // Dropped since the look, or damaged by somebody: made again, unless another look has done so by its turn.
    const make = async () => ((await read()) && (await this.#read(hash))) || this.#make(image, hash);
    await this.#limiter.run(hash, make, signal);
    return read();
  }

  /** Bytes that all pyramids take. */
  async size(): Promise<number> {
    return (await this.#kept()).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Removes all pyramids, or those that the condition does not hold for. One that is looked at is made again. */
  async clear(keep: (hash: string) => boolean = () => false): Promise<number> {
    let removed = 0;
    for (const { name, bytes } of await this.#kept()) {
      if (keep(name)) continue;
      await this.#drop(name);
      removed += bytes;
    }
    return removed;
  }

  async #get(image: BatchImage, signal: AbortSignal | undefined): Promise<Kept> {
    const hash = versionOf(image);
    const kept = await this.#read(hash);
    if (kept) return kept;
    // Somebody else's work may have ended between the look and this turn.
    const make = async () => (await this.#read(hash)) ?? (await this.#make(image, hash));
    return this.#limiter.run(hash, make, signal);
  }

  async #read(hash: string): Promise<Kept | undefined> {
    const file = join(this.#folderOf(hash), LAYOUT_FILE);
    const kept = parseLayout(await readOwnFile(this.#folder, hash, LAYOUT_FILE));
    if (!kept) return undefined;
    const now = Date.now();
    if (now - (this.#touched.get(hash) ?? 0) > TOUCH_INTERVAL) {
      this.#touched.set(hash, now);
      await utimes(file, new Date(now), new Date(now)).catch(() => {});
    }
    return kept;
  }

  async #make(image: BatchImage, hash: string): Promise<Kept> {
    const bytes = await readImportedFile(image);
    const temporary = join(this.#folder, `${hash}.${randomBytes(6).toString('hex')}`);
    try {
      await mkdir(this.#folder, { recursive: true });
      const layout = await writePyramid(bytes, image.path, temporary, {
        maxPixels: MAX_VIEW_PIXELS,
        page: image.page?.index,
        range: image.range ?? undefined,
      });
      const made: Kept = { ...layout, bytes: await sizeOf(temporary) };
      await writeFile(join(temporary, LAYOUT_FILE), JSON.stringify(made));
      await this.#makeRoom(made.bytes, hash);
      await rm(this.#folderOf(hash), { recursive: true, force: true });
      await rename(temporary, this.#folderOf(hash));
      this.#touched.set(hash, Date.now());
      return made;
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      await rm(`${temporary}_files`, { recursive: true, force: true });
      await rm(`${temporary}.dzi`, { force: true });
      throw toWriteError(error, join(this.#folder, hash));
    }
  }

  /** Drops what was used longest ago, and what a program that died left half done, until there is room. */
  async #makeRoom(needed: number, except: string): Promise<void> {
    const kept = (await this.#kept()).filter(({ name }) => name !== except);
    const names = new Set(kept.map(({ name }) => name));
    for (const name of await readdir(this.#folder)) {
      if (!names.has(name) && !name.startsWith(except)) await this.#drop(name);
    }
    let total = kept.reduce((sum, { bytes }) => sum + bytes, needed);
    for (const { name, bytes } of kept.sort((a, b) => a.usedAt - b.usedAt)) {
      if (total <= this.capacity) return;
      await this.#drop(name);
      total -= bytes;
    }
  }

  /** Pyramids that are whole. */
  async #kept(): Promise<{ readonly name: string; readonly bytes: number; readonly usedAt: number }[]> {
    const kept: { name: string; bytes: number; usedAt: number }[] = [];
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const file = join(this.#folder, name, LAYOUT_FILE);
      const layout = parseLayout(await readOwnFile(this.#folder, name, LAYOUT_FILE));
      const usedAt = (await stat(file).catch(() => undefined))?.mtimeMs;
      if (layout && usedAt !== undefined && !name.includes('.'))
        kept.push({ name, usedAt, bytes: layout.bytes });
    }
    return kept;
  }

  async #drop(name: string): Promise<void> {
    this.#touched.delete(name);
    // Gone at once, not tile by tile: nobody finds the layout without its tiles.
    const doomed = join(this.#folder, `${name.split('.', 1)[0]}.${randomBytes(6).toString('hex')}`);
    await rename(join(this.#folder, name), doomed).catch(() => {});
    await rm(doomed, { recursive: true, force: true }).catch(() => {});
  }

  #folderOf(hash: string): string {
    return join(this.#folder, hash);
  }
}

/** Undefined without a file, or for one that a power cut left empty. */
function parseLayout(content: Buffer | undefined): Kept | undefined {
  try {
    return content && (JSON.parse(content.toString('utf8')) as Kept);
  } catch {
    return undefined;
  }
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
