import { stat } from 'node:fs/promises';
import { sha256OfFile } from './hash.ts';
import { Limiter } from './limiter.ts';

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
 * position on the disk are others than when it was read, or so young that they prove nothing.
 */
export class ContentHashes {
  readonly #known = new Map<string, Known>();
  readonly #limiter = new Limiter<string>(AT_A_TIME);
  readonly #now: () => number;

  /** @param now milliseconds since 1970 */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Errors are Node's (`ENOENT`, `EACCES`, ...); `EINVAL` for what is no file. */
  async hashOf(path: string): Promise<string> {
    const known = this.#known.get(path);
    if (known && (await stampOf(path)).stamp === known.stamp) return known.hash;
    return this.#limiter.run(path, () => this.#hash(path));
  }

  async #hash(path: string): Promise<string> {
    const before = await stampOf(path);
    const begun = this.#now();
    const hash = await sha256OfFile(path);
    const after = await stampOf(path);
    this.#known.delete(path);
    if (after.stamp === before.stamp && after.newest < begun - COARSEST_TIME) {
      this.#known.set(path, { stamp: after.stamp, hash });
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.keys().next().value!);
    }
    return hash;
  }
}

async function stampOf(path: string) {
  const stats = await stat(path, { bigint: true });
  // Reading a pipe or a device would wait for ever.
  if (!stats.isFile()) throw Object.assign(new Error(`${path} is not a file`), { code: 'EINVAL' });
  const { size, mtimeNs, ctimeNs, mtimeMs, ctimeMs, ino, dev } = stats;
  return {
    stamp: [size, mtimeNs, ctimeNs, dev, ino].join(' '),
    newest: Number(mtimeMs > ctimeMs ? mtimeMs : ctimeMs),
  };
}
