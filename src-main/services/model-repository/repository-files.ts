import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { makeFolder, syncFolder, toWriteError, writeFileAtomically } from '../../files/atomic-write.ts';
import { copyHashed, SourceUnreadable } from '../../files/copy-hashed.ts';
import { sha256, sha256OfFile } from '../../files/hash.ts';

/** Name of the list of hashes, as `sha256sum --check` reads it. */
const HASHES = 'SHA256SUMS';

/**
 * A folder that is filled file by file. What is there already with the right content stays; each file appears whole or not
 * at all.
 */
export class RepositoryFiles {
  readonly #folder: string;
  readonly #signal: AbortSignal | undefined;
  readonly #hashes = new Map<string, string>();
  #written = 0;

  constructor(folder: string, signal?: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** Files that were not there, or had another content. */
  get written(): number {
    return this.#written;
  }

  /** @param path in the folder, with `/` @throws ClipSamError `disk-full`, `path-denied`, `cancelled` */
  async write(path: string, content: Uint8Array | string): Promise<void> {
    throwIfCancelled(this.#signal);
    const hash = sha256(content);
    if (!(await this.#has(path, hash))) {
      await writeFileAtomically(join(this.#folder, path), content);
      this.#written++;
    }
    this.#hashes.set(path, hash);
  }

  /**
   * Copies a file.
   * @param expected its SHA-256
   * @throws ClipSamError as {@link write}; `pack-hash-mismatch` when it is another file by now, `pack-file-missing`
   */
  async copy(path: string, from: string, expected: string): Promise<void> {
    throwIfCancelled(this.#signal);
    if (!(await this.#has(path, expected))) {
      const target = join(this.#folder, path);
      const temporary = `${target}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
      await makeFolder(dirname(target));
      try {
        const { sha256: found } = await copyHashed(from, temporary, this.#signal);
        if (found !== expected) throw altered(from);
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true }).catch(() => undefined);
        if (error instanceof ClipSamError) throw error;
        if (error instanceof SourceUnreadable) throw missing(from, error);
        throw toWriteError(error, target);
      }
      await syncFolder(dirname(target));
      this.#written++;
    }
    this.#hashes.set(path, expected);
  }

  /** Writes {@link HASHES} of all files so far. */
  async writeHashes(): Promise<void> {
    const lines = [...this.#hashes].sort(([a], [b]) => (a < b ? -1 : 1));
    await this.write(HASHES, lines.map(([path, hash]) => `${hash}  ${path}\n`).join(''));
  }

  async #has(path: string, hash: string): Promise<boolean> {
    return (await sha256OfFile(join(this.#folder, path)).catch(() => undefined)) === hash;
  }
}

function altered(file: string): ClipSamError {
  return failure(
    'pack-file-altered',
    { file },
    `${file} is another file than a moment ago. Check the pack with \`clipsam models verify\`, and export it again.`,
  );
}

function missing(file: string, cause: unknown): ClipSamError {
  return failure(
    'pack-file-missing',
    { file },
    `${file} cannot be read. Check the pack with \`clipsam models verify\`, and export it again.`,
    cause,
  );
}
