import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { readOwnFile, removeLink } from '../../src-main/files/own-file.ts';
import { tempFolder } from '../temp-folder.ts';

async function arranged() {
  const folder = await tempFolder();
  const root = join(folder, 'cache');
  await mkdir(join(root, 'ab'), { recursive: true });
  await mkdir(join(folder, 'outside', 'ab'), { recursive: true });
  await writeFile(join(root, 'ab', 'own.webp'), 'own');
  await writeFile(join(folder, 'outside', 'ab', 'own.webp'), 'secret');
  return { folder, root };
}

test('a plain file in plain folders is read, also where the root itself is a link', async () => {
  const { folder, root } = await arranged();
  expect((await readOwnFile(root, 'ab', 'own.webp'))?.toString()).toBe('own');
  await symlink(root, join(folder, 'elsewhere'));
  expect((await readOwnFile(join(folder, 'elsewhere'), 'ab', 'own.webp'))?.toString()).toBe('own');
});

test('what a link leads to is not', async () => {
  const { folder, root } = await arranged();
  await symlink('/etc/passwd', join(root, 'ab', 'passwd.webp'));
  await symlink(join(root, 'ab', 'own.webp'), join(root, 'ab', 'inside.webp'));
  expect(await readOwnFile(root, 'ab', 'passwd.webp')).toBeUndefined();
  expect(await readOwnFile(root, 'ab', 'inside.webp')).toBeUndefined();
  await rename(join(root, 'ab'), join(folder, 'ab'));
  await symlink(join(folder, 'outside', 'ab'), join(root, 'ab'));
  expect(await readOwnFile(root, 'ab', 'own.webp')).toBeUndefined();
});

test('nor what is not there, is a folder, or is a pipe that nobody writes to', async () => {
  const { root } = await arranged();
  await promisify(execFile)('mkfifo', [join(root, 'ab', 'pipe.webp')]);
  for (const name of ['absent.webp', 'pipe.webp'])
    expect(await readOwnFile(root, 'ab', name)).toBeUndefined();
  expect(await readOwnFile(root, 'ab')).toBeUndefined();
  expect(await readOwnFile(join(root, 'absent'), 'ab', 'own.webp')).toBeUndefined();
});

test('a link is removed, and what it leads to stays', async () => {
  const { folder, root } = await arranged();
  await symlink(join(folder, 'outside'), join(root, 'cd'));
  expect(await removeLink(join(root, 'cd'))).toBe(true);
  expect(await removeLink(join(root, 'cd'))).toBe(false);
  expect(await removeLink(join(root, 'ab'))).toBe(false);
  expect(await readFile(join(folder, 'outside', 'ab', 'own.webp'), 'utf8')).toBe('secret');
});
