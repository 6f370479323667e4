import { readFile, stat } from 'node:fs/promises';
import { sha256InBackground, sha256OfFile } from './hash.ts';

/** Bytes up to which a file is read at once: many times faster than a stream for small ones. */
const SMALL_FILE = 4 << 20;
/** Files remembered; those asked for first are forgotten first. */
const REMEMBERED = 100_000;
/** Milliseconds in which a file system may give two versions of a file the same times (FAT counts in 2 s). */
const COARSEST_TIME = 2000;
/** Files hashed at a time. */
const AT_A_TIME = 4;

interface Known {
  readonly stamp: string;
  readonly hash: string;
}

/**
 * The content of files as they are now, by their SHA-256. A file is read again only when its size, its times or its
 * place on the disk are others than when it was read, or so young that they prove nothing.
 */
export class ContentHashes {
  readonly #known = new Map<string, Known>();
  readonly #underWay = new Map<string, Promise<string>>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Errors are Node's (`ENOENT`, `EACCES`, ...); `EINVAL` for what is no file. */
  async hashOf(path: string): Promise<string> {
    const known = this.#known.get(path);
    if (known && (await stampOf(path)).stamp === known.stamp) return known.hash;
    const shared = this.#underWay.get(path) ?? this.#begin(path);
    return shared;
  }

  #begin(path: string): Promise<string> {
    const work = this.#inTurn(() => this.#hash(path)).finally(() => this.#underWay.delete(path));
    this.#underWay.set(path, work);
    return work;
  }

  async #hash(path: string): Promise<string> {
    const before = await stampOf(path);
    const begun = this.#now();
    const hash =
      before.bytes <= SMALL_FILE ? await sha256InBackground(await readFile(path)) : await sha256OfFile(path);
    const after = await stampOf(path);
    this.#known.delete(path);
    if (after.stamp === before.stamp && after.newest < begun - COARSEST_TIME) {
      this.#known.set(path, { stamp: after.stamp, hash });
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    }
    return hash;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= AT_A_TIME) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

async function stampOf(path: string) {
  const stats = await stat(path, { bigint: true });
  // Reading a pipe or a device would wait for ever.
  if (!stats.isFile()) throw Object.assign(new Error(`${path} is not a file`), { code: 'EINVAL' });
  const { size, mtimeNs, ctimeNs, mtimeMs, ctimeMs, ino, dev } = stats;
  return {
    stamp: [size, mtimeNs, ctimeNs, dev, ino].join(' '),
    bytes: Number(size),
    newest: Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs),
  };
}
