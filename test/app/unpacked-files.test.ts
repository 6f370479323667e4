import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { alteredFiles } from '../../src-main/app/unpacked-files.ts';
import { tempFolder } from '../temp-folder.ts';

/** SHA-256 of "abc" and of nothing (FIPS 180-2). */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

async function program(list: Record<string, string>, files: Record<string, string>) {
  const folder = await tempFolder();
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, 'app.asar.unpacked', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  return alteredFiles(join(folder, 'app.asar'), 'linux', async (path) => {
    expect(path).toBe(join(folder, 'app.asar', 'out', 'app', 'unpacked.json'));
    return JSON.stringify(list);
  });
}

it('files that are as they were packaged are not named', async () => {
  const list = { 'models/a.onnx': ABC, 'node_modules/b/c.js': EMPTY, 'not/packed.js': ABC };
  expect(await program(list, { 'models/a.onnx': 'abc', 'node_modules/b/c.js': '' })).toEqual([]);
});

it('others are, and those that were added; three are enough', async () => {
  const list = { 'a.js': ABC, 'b/c.js': EMPTY };
  expect(await program(list, { 'a.js': 'abd', 'b/c.js': '' })).toEqual(['a.js']);
  expect(await program(list, { 'a.js': 'abc', 'b/c.js': '', 'b/d.js': 'abc' })).toEqual(['b/d.js']);
  const many = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.js`, 'x']));
  expect(await program(list, many)).toHaveLength(3);
});

it('a list that is not there is an error, no matter what lies beside it', async () => {
  await expect(alteredFiles(join(await tempFolder(), 'app.asar'))).rejects.toThrow('ENOENT');
});
