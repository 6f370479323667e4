import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh folder that goes away with the test. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'clipsam-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs with `path` closed to this process, also when that process is root, whom permissions don't stop. */
export async function withoutAccess<T>(path: string, run: () => Promise<T>): Promise<T> {
  await chmod(path, 0o000);
  const isRoot = process.geteuid?.() === 0;
  const nobody = 65534;
  if (isRoot) process.seteuid!(nobody);
  try {
    return await run();
  } finally {
    if (isRoot) process.seteuid!(0);
    await chmod(path, 0o700);
  }
}
