import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkWritable, toWriteError, writeFileAtomically } from '../../src-main/files/atomic-write.ts';
import { tempFolder, withoutAccess } from '../temp-folder.ts';

describe('checkWritable', () => {
  test('makes the folders and leaves what stands there', async () => {
    const folder = await tempFolder();
    await checkWritable(join(folder, 'a', 'b', 'new.json'));
    expect(await readdir(join(folder, 'a', 'b'))).toEqual([]);
    await writeFileAtomically(join(folder, 'old.json'), 'old');
    await checkWritable(join(folder, 'old.json'));
    expect(await readFile(join(folder, 'old.json'), 'utf8')).toBe('old');
  });

  test('says what a write would say, also where Node waits for ever', async () => {
    const folder = await tempFolder();
    const targets = [folder, '/dev/null'];
    if (process.platform === 'linux') targets.push('/proc/nowhere/figures.json', '/proc/figures.json');
    for (const target of targets) {
      await expect(checkWritable(target)).rejects.toMatchObject({ code: 'path-denied' });
    }
  });
});

describe('writeFileAtomically', () => {
  test.each([
    ['NUL', 'a\0b/x.csv'],
    ['more bytes than a name may have', `${'n'.repeat(300)}.csv`],
  ])('says in its own words that a name has %s', async (_, name) => {
    const refused = writeFileAtomically(join(await tempFolder(), name), 'x');
    await expect(refused).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(/^Nothing can be called "[^\0]*"\. Choose another name\.$/),
    });
  });

  test('writes text and bytes, makes missing folders, and leaves nothing else behind', async () => {
    const folder = await tempFolder();
    await writeFileAtomically(join(folder, 'a', 'b', 'text.json'), 'grüße');
    const pool = new Uint8Array([9, 9, 1, 2, 3, 9]);
    await writeFileAtomically(join(folder, 'a', 'b', 'bytes.bin'), pool.subarray(2, 5));
    expect(await readFile(join(folder, 'a/b/text.json'), 'utf8')).toBe('grüße');
    expect([...(await readFile(join(folder, 'a/b/bytes.bin')))]).toEqual([1, 2, 3]);
    expect((await readdir(join(folder, 'a/b'))).sort()).toEqual(['bytes.bin', 'text.json']);
  });

  test('many writers of one file leave one whole version', async () => {
    const path = join(await tempFolder(), 'shared.txt');
    const versions = Array.from({ length: 20 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(versions.map((text) => writeFileAtomically(path, text)));
    expect(versions).toContain(await readFile(path, 'utf8'));
  });

  test('a failed rename leaves no temporary file', async () => {
    const folder = await tempFolder();
    await mkdir(join(folder, 'target', 'occupied'), { recursive: true });
    await expect(writeFileAtomically(join(folder, 'target'), 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['target']);
  });

  test('a folder without write permission is an error that says so', async () => {
    const folder = await tempFolder();
    const error = withoutAccess(folder, () => writeFileAtomically(join(folder, 'x'), 'x'));
    await expect(error).rejects.toMatchObject({
      code: 'path-denied',
      message: expect.stringContaining(folder),
    });
  });

  test('a file where a folder should be, or the reverse, is an error that names the path', async () => {
    const folder = await tempFolder();
    await writeFileAtomically(join(folder, 'x'), 'x');
    const path = join(folder, 'x', 'y');
    for (const target of [path, folder]) {
      await expect(writeFileAtomically(target, 'z')).rejects.toMatchObject({
        code: 'path-denied',
        message: expect.stringContaining(`${target} cannot be written`),
      });
    }
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('x');
  });

  test('a full disk keeps the old file, leaves no temporary file and names the folder', async (context) => {
    const folder = await tempFolder();
    if (!mountSmallDisk(folder)) {
      console.warn('SKIPPED: a full disk needs the right to mount a tmpfs (run as root on Linux).');
      context.skip();
    }
    const path = join(folder, 'result.bin');
    await writeFileAtomically(path, 'old');
    await expect(writeFileAtomically(path, new Uint8Array(1 << 20))).rejects.toMatchObject({
      code: 'disk-full',
      message: expect.stringMatching(new RegExp(`${folder}.*Free some space`)),
    });
    expect(await readdir(folder)).toEqual(['result.bin']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

describe('toWriteError', () => {
  test.each([
    ['ENOSPC', 'disk-full'],
    ['EDQUOT', 'disk-full'],
    ['EACCES', 'path-denied'],
    ['EROFS', 'path-denied'],
    ['ENOTDIR', 'path-denied'],
    ['EEXIST', 'path-denied'],
  ])('%s becomes %s and keeps its cause', (code, expected) => {
    const cause = Object.assign(new Error(code), { code });
    expect(toWriteError(cause, join('results', 'map.png'))).toMatchObject({ code: expected, cause });
  });

  test('other errors stay as they are', () => {
    const error = new TypeError('something else');
    expect(toWriteError(error, 'x')).toBe(error);
  });
});

function mountSmallDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', [folder]));
  return true;
}
