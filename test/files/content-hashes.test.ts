import { mkdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ContentHashes } from '../../src-main/files/content-hashes.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { tempFolder } from '../temp-folder.ts';

/** A clock an hour ahead: every file is old enough to be remembered. */
const later = () => Date.now() + 3_600_000;

describe('the content of a file', () => {
  test('is found out again when it was overwritten, also with as many bytes and the old time', async () => {
    const path = join(await tempFolder(), 'a.png');
    const hashes = new ContentHashes(later);
    const time = new Date('2024-05-01T09:30:00Z');
    await writeFile(path, 'old part');
    await utimes(path, time, time);
    expect(await hashes.hashOf(path)).toBe(sha256('old part'));
    // As `cp --preserve` and synchronising programs do it.
    await writeFile(path, 'new part');
    await utimes(path, time, time);
    expect(await hashes.hashOf(path)).toBe(sha256('new part'));
  });

  test('is found out again when another file was moved there', async () => {
    const folder = await tempFolder();
    const [path, other] = [join(folder, 'a.png'), join(folder, 'b.png')];
    await writeFile(path, 'old part');
    await writeFile(other, 'new part');
    const hashes = new ContentHashes(later);
    expect(await hashes.hashOf(path)).toBe(sha256('old part'));
    await rename(other, path);
    expect(await hashes.hashOf(path)).toBe(sha256('new part'));
  });

  test('of a young file is read every time: its times prove nothing yet', async () => {
    const path = join(await tempFolder(), 'a.png');
    const hashes = new ContentHashes(() => 0);
    for (const content of ['one', 'two', 'six']) {
      await writeFile(path, content);
      expect(await hashes.hashOf(path)).toBe(sha256(content));
    }
  });

  test('is the same for many who ask at a time, large files included', async () => {
    const folder = await tempFolder();
    const large = Buffer.alloc(9 << 20, 7);
    await writeFile(join(folder, 'large.bin'), large);
    for (let i = 0; i < 20; i++) await writeFile(join(folder, `${i}`), `${i}`);
    const hashes = new ContentHashes();
    const names = Array.from({ length: 100 }, (_, i) => `${i % 20}`);
    const all = await Promise.all(names.map((name) => hashes.hashOf(join(folder, name))));
    expect(all).toEqual(names.map(sha256));
    expect(await hashes.hashOf(join(folder, 'large.bin'))).toBe(sha256(large));
  });

  test('what is gone, or is no file, is an error, also when it was known', async () => {
    const folder = await tempFolder();
    const path = join(folder, 'a.png');
    const hashes = new ContentHashes(later);
    await writeFile(path, 'part');
    await hashes.hashOf(path);
    await rm(path);
    await expect(hashes.hashOf(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await mkdir(path);
    await expect(hashes.hashOf(path)).rejects.toMatchObject({ code: 'EINVAL' });
    await rm(path, { recursive: true });
    await writeFile(path, 'part');
    expect(await hashes.hashOf(path)).toBe(sha256('part'));
  });
});
