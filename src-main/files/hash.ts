import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** SHA-256 as 64 lower-case hexadecimal digits. Text is hashed as UTF-8. */
export function sha256(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}

/** As {@link sha256}, beside this thread: for contents that would hold it. */
export async function sha256InBackground(content: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', content as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString('hex');
}

/** Bytes up to which a file is read at once: many times faster than a stream for small ones. */
export const SMALL_FILE = 4 << 20;

/** SHA-256 of a file; a large one is read in 1 MiB pieces. Errors are Node's (`ENOENT`, `EACCES`, ...). */
export async function sha256OfFile(path: string): Promise<string> {
  const file = await open(path);
  try {
    if ((await file.stat()).size <= SMALL_FILE) return await sha256InBackground(await file.readFile());
    const hash = createHash('sha256');
    await pipeline(file.createReadStream({ highWaterMark: 1 << 20, autoClose: false }), hash);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}

/** SHA-1 by which git names a file, over `blob <bytes>\0` and its content: 40 digits. Errors are Node's. */
export async function gitBlobSha1OfFile(path: string): Promise<string> {
  const file = await open(path);
  try {
    const hash = createHash('sha1').update(`blob ${(await file.stat()).size}\0`);
    await pipeline(file.createReadStream({ highWaterMark: 1 << 20, autoClose: false }), hash);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
