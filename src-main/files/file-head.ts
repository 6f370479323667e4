import { open } from 'node:fs/promises';

/** The first bytes of a file, fewer where it is shorter. @throws Node's errors of reading */
export async function readFileHead(path: string, length: number): Promise<Uint8Array> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
