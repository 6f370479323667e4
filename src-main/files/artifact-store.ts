import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { ArtifactRef } from '../../src-shared/result.ts';
import { writeFileAtomically } from './atomic-write.ts';
import { sha256 } from './hash.ts';
import { removeLink } from './own-file.ts';

/**
 * Files named after their content: `<root>/ab/abcdef….png`, pictures of other formats too. Putting the same bytes twice, at the same time or by
 * two processes, gives one file; a file that is there is complete.
 */
export class ArtifactStore {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Keeps the bytes. @throws ClipSamError `disk-full`, `path-denied` */
  async put(bytes: Uint8Array, mediaType: ArtifactRef['mediaType']): Promise<ArtifactRef> {
    return { sha256: await this.keep(bytes), bytes: bytes.byteLength, mediaType };
  }

  /** Keeps bytes of any kind. @returns their SHA-256 @throws ClipSamError `disk-full`, `path-denied` */
  async keep(bytes: Uint8Array): Promise<string> {
    const hash = sha256(bytes);
    const path = this.pathOf(hash);
    // Links are not followed: they may lead out of the workspace.
    await removeLink(dirname(path));
    if (!(await isFileOfSize(path, bytes.byteLength))) await writeFileAtomically(path, bytes);
    return hash;
  }

  /** True when there is an artifact with this SHA-256. */
  async has(hash: string): Promise<boolean> {
    const stats = await lstat(this.pathOf(hash)).catch(() => undefined);
    return stats?.isFile() === true;
  }

  /** Where the artifact with this SHA-256 lies, or would lie. @throws ClipSamError `input-invalid` for anything else */
  pathOf(artifact: Pick<ArtifactRef, 'sha256'> | string): string {
    const hash = typeof artifact === 'string' ? artifact : artifact.sha256;
    // Hashes come from databases and requests: anything else could climb out of the folder.
    if (!/^[0-9a-f]{64}$/.test(hash)) {
      throw new ClipSamError('input-invalid', `"${hash}" is not the SHA-256 of an artifact.`);
    }
    return join(this.root, hash.slice(0, 2), `${hash}.png`);
  }

  /** All files of the store, those of writes that were cut off too; whatever else lies in its folder is passed over. */
  async *list(): AsyncGenerator<StoredFile> {
    for (const folder of await readdir(this.root, { withFileTypes: true }).catch(() => [])) {
      if (!folder.isDirectory() || !/^[0-9a-f]{2}$/.test(folder.name)) continue;
      for (const entry of await readdir(join(this.root, folder.name), { withFileTypes: true })) {
        const [, sha256, unfinished] = NAME.exec(entry.name) ?? [];
        if (!sha256?.startsWith(folder.name) || !entry.isFile()) continue;
        yield { path: join(this.root, folder.name, entry.name), sha256, isWhole: unfinished === undefined };
      }
    }
  }
}

/** A file of the store. */
export interface StoredFile {
  readonly path: string;
  readonly sha256: string;
  /** False for what a write that was cut off left. */
  readonly isWhole: boolean;
}

const NAME = /^([0-9a-f]{64})\.png(\.\d+-[0-9a-f]{12}\.tmp)?$/;

async function isFileOfSize(path: string, size: number): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isFile() === true && stats.size === size;
}
