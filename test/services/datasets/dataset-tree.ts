import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { FindOptions } from '../../../src-main/services/datasets/find-categories.ts';
import { findCategories } from '../../../src-main/services/datasets/find-categories.ts';
import { tempFolder } from '../../temp-folder.ts';

/** Files by their paths below a root of the given name; what they hold does not matter where only the path is given. */
export async function tree(
  name: string,
  files: readonly string[] | Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  const root = join(await tempFolder(), name);
  const contents = Array.isArray(files) ? files.map((path) => [path, 'x'] as const) : Object.entries(files);
  for (const [path, content] of contents) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

/** Expects the error that names a path below the root, and what should be there. */
export async function expectWrong(
  root: string,
  path: string,
  expected: string | RegExp,
  options: FindOptions = {},
): Promise<void> {
  await expect(findCategories(root, options)).rejects.toMatchObject({
    code: 'input-invalid',
    message: expect.stringMatching(expected),
  });
  const error = await findCategories(root, options).catch((thrown: Error) => thrown);
  expect((error as Error).message.startsWith(`${join(root, path)} `)).toBe(true);
}
