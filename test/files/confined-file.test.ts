import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { confinedFile, isInsideFolders } from '../../src-main/files/confined-file.ts';
import { tempFolder } from '../temp-folder.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await realpath(await tempFolder());
  root = join(folder, 'root');
  await mkdir(join(root, 'assets'), { recursive: true });
  await mkdir(join(folder, 'root-neighbour'));
  await writeFile(join(root, 'index.html'), 'page');
  await writeFile(join(root, 'assets', 'a b.js'), 'script');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await writeFile(join(folder, 'root-neighbour', 'secret.txt'), 'secret');
});

it.each([
  ['/index.html', 'index.html'],
  ['/assets/a%20b.js', join('assets', 'a b.js')],
])('finds %s', async (pathname, file) => {
  expect(await confinedFile(root, pathname)).toBe(join(root, file));
});

it('follows links that stay inside, and the root itself may be one', async () => {
  await symlink(join(root, 'index.html'), join(root, 'start.html'));
  await symlink(root, join(folder, 'link'));
  expect(await confinedFile(join(folder, 'link'), '/start.html')).toBe(join(root, 'index.html'));
});

describe('refuses', () => {
  it.each([
    ['a parent', '/../secret.txt'],
    ['a parent further down', '/assets/../../secret.txt'],
    ['an encoded parent', '/%2e%2e/secret.txt'],
    ['a parent with an encoded slash', '/..%2fsecret.txt'],
    ['all of it encoded', '/%2e%2e%2fsecret.txt'],
    ['a doubly encoded parent', '/%252e%252e%252fsecret.txt'],
    ['an overlong encoding', '/%c0%ae%c0%ae/secret.txt'],
    ['a half encoding', '/%2'],
    ['a neighbour whose name starts the same', '/../root-neighbour/secret.txt'],
    ['backslashes', '/..\\secret.txt'],
    ['encoded backslashes', '/..%5csecret.txt'],
    ['a NUL', '/index.html%00.js'],
    ['a line break', '/index.html%0a'],
    ['a drive or a stream', '/C:/secret.txt'],
    ['an absolute path', '//etc/passwd'],
    ['an encoded absolute path', '/%2fetc/passwd'],
    ['no leading slash', 'index.html'],
    ['the folder itself', '/'],
    ['a folder', '/assets'],
    ['a dot', '/./index.html'],
    ['what is not there', '/missing.js'],
  ])('%s', async (_what, pathname) => {
    expect(await confinedFile(root, pathname)).toBeUndefined();
  });

  it('links to files and folders outside, however long the way', async () => {
    await symlink(join(folder, 'secret.txt'), join(root, 'file'));
    await symlink(folder, join(root, 'folder'));
    await symlink('../secret.txt', join(root, 'relative'));
    await symlink(join(root, 'file'), join(root, 'twice'));
    for (const path of ['/file', '/folder/secret.txt', '/relative', '/twice', '/folder']) {
      expect(await confinedFile(root, path)).toBeUndefined();
    }
  });
});

it('a path is inside of a folder when it is there and no link leads out', async () => {
  const folder = await realpath(await tempFolder());
  const root = join(folder, 'root');
  await mkdir(join(root, 'a'), { recursive: true });
  await mkdir(join(folder, 'root-other'));
  await writeFile(join(root, 'a', 'b.txt'), '');
  await symlink(folder, join(root, 'up'));
  await symlink(join(root, 'a'), join(folder, 'into'));
  for (const path of ['root', 'root/a', 'root/a/b.txt', 'into/b.txt', 'root/../root/a'])
    expect([path, await isInsideFolders(join(folder, path), [root])]).toEqual([path, true]);
  for (const path of ['.', 'root-other', 'root/up', 'root/absent', 'root/..'])
    expect([path, await isInsideFolders(join(folder, path), [root])]).toEqual([path, false]);
  expect(await isInsideFolders(join(root, 'a'), [])).toBe(false);
  expect(await isInsideFolders(join(root, 'a'), [join(folder, 'absent'), root])).toBe(true);
});
