import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { TokenFiles } from '../../../src-main/services/opinions/token-files.ts';
import { tempFolder } from '../../temp-folder.ts';

const DAY = 86_400_000;

/** Files of 100 bytes, the first used longest ago. */
async function filesOf(names: readonly string[], capacity: number, grace?: number) {
  const folder = await tempFolder();
  for (const [age, name] of names.toReversed().entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), new Uint8Array(100));
    const at = new Date(Date.now() - (age + 1) * DAY);
    await utimes(join(folder, name), at, at);
  }
  const files = new TokenFiles(folder, { capacity, ...(grace !== undefined && { grace }) });
  const left = async () =>
    (await readdir(folder, { recursive: true })).filter((name) => names.includes(name)).sort();
  return { folder, files, left, paths: names.map((name) => join(folder, name)) };
}

test('those used longest ago go when there are more bytes than there may be', async () => {
  const { files, left } = await filesOf(['a', 'b', 'c', 'd', 'e'], 350);
  expect(await files.size()).toBe(500);
  // A tenth below the limit, so that the next file does not begin the search again.
  expect(await files.trim()).toBe(200);
  expect(await left()).toEqual(['c', 'd', 'e']);
  expect(await files.trim()).toBe(0);
});

test('files below folders count as well', async () => {
  const { files, left } = await filesOf([join('aa', 'a'), join('bb', 'b')], 100);
  expect(await files.trim()).toBe(200);
  expect(await left()).toEqual([]);
});

test('what is in use stays, as long as anybody uses it', async () => {
  const { files, left, paths } = await filesOf(['a', 'b', 'c'], 100, 0);
  const first = await files.hold([paths[0]!, paths[1]!]);
  const second = await files.hold([paths[0]!]);
  expect(await files.trim()).toBe(100);
  expect(await left()).toEqual(['a', 'b']);
  first();
  first();
  expect(await files.clear()).toBe(100);
  expect(await left()).toEqual(['a']);
  second();
  expect(await files.clear()).toBe(100);
});

test('what another program has just used stays', async () => {
  const { folder, files, left, paths } = await filesOf(['a', 'b'], 50);
  const other = new TokenFiles(folder);
  (await other.hold([paths[0]!]))();
  expect(await files.trim()).toBe(100);
  expect(await left()).toEqual(['a']);
});

test('a folder that is not there has no files', async () => {
  const files = new TokenFiles(join(await tempFolder(), 'none'));
  expect([await files.size(), await files.trim(), await files.clear()]).toEqual([0, 0, 0]);
});
