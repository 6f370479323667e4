import { readFile } from 'node:fs/promises';

/** The content of a file; undefined where there is none. Other errors are Node's. */
export async function readFileOf(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
