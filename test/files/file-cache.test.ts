import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { FileCache } from '../../src-main/files/file-cache.ts';
import { tempFolder } from '../temp-folder.ts';

const removal = vi.hoisted(() => ({ before: async () => {} }));
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof import('node:fs/promises')>();
  const rm: typeof real.rm = async (...args) => {
    await removal.before();
    await real.rm(...args);
  };
  return { ...real, rm };
});

const hashOf = (i: number) => i.toString(16).padStart(2, '0').repeat(32);
const content = (i: number) => Buffer.alloc(100, i);

async function filled(folder: string, count: number, capacity: number) {
  const cache = new FileCache(folder, 'webp', capacity);
  for (let i = 0; i < count; i++) {
    await cache.put(hashOf(i), content(i));
    // File systems tell times apart only so far.
    const used = new Date(Date.now() - (count - i) * 3_600_000);
    await utimes(join(folder, hashOf(i).slice(0, 2), `${hashOf(i)}.webp`), used, used);
  }
  return cache;
}

async function held(cache: FileCache, count: number): Promise<number[]> {
  const found = await Promise.all(Array.from({ length: count }, (_, i) => cache.get(hashOf(i))));
  return found.flatMap((bytes, i) => (bytes ? [i] : []));
}

test('never grows beyond its capacity for long: what was used longest ago goes first', async () => {
  const folder = await tempFolder();
  await filled(folder, 10, Number.POSITIVE_INFINITY);
  const cache = new FileCache(folder, 'webp', 600);
  // A use counts, also one of the oldest.
  expect(await cache.get(hashOf(0))).toEqual(content(0));
  await cache.put(hashOf(10), content(10));
  await cache.trim();
  expect(await cache.size()).toBeLessThanOrEqual(600);
  expect(await held(cache, 11)).toEqual([0, 7, 8, 9, 10]);
  for (let i = 11; i < 30; i++) await cache.put(hashOf(i), content(i));
  await cache.trim();
  expect(await cache.size()).toBeLessThanOrEqual(600);
});

test('what is put while old files are searched and removed counts as well', async () => {
  const folder = await tempFolder();
  await filled(folder, 10, Number.POSITIVE_INFINITY);
  const cache = new FileCache(folder, 'webp', 600);
  // The first removal waits until as much has come as went.
  let puts: Promise<void> | undefined;
  removal.before = async () => {
    puts ??= (async () => {
      for (let i = 10; i < 15; i++) await cache.put(hashOf(i), content(i));
    })();
    await puts;
  };
  await cache.trim();
  removal.before = async () => {};
  expect(puts).toBeDefined();
  expect(await cache.size()).toBeLessThanOrEqual(600);
  expect(await held(cache, 15)).toEqual([10, 11, 12, 13, 14]);
});

test('a file that goes while it is read is read whole or not at all', async () => {
  const cache = await filled(await tempFolder(), 40, Number.POSITIVE_INFINITY);
  const reads = Array.from(
    { length: 400 },
    async (_, i) => [i % 40, await cache.get(hashOf(i % 40))] as const,
  );
  await cache.clear();
  for (const [i, bytes] of await Promise.all(reads)) {
    if (bytes) expect(bytes).toEqual(content(i));
  }
  expect(await held(cache, 40)).toEqual([]);
  // And kept again afterwards.
  await cache.put(hashOf(3), content(3));
  expect(await held(cache, 40)).toEqual([3]);
});

test('clears what it is told to, and says how much that was', async () => {
  const cache = await filled(await tempFolder(), 6, Number.POSITIVE_INFINITY);
  expect(await cache.clear((hash) => hash !== hashOf(2))).toBe(100);
  expect(await held(cache, 6)).toEqual([0, 1, 3, 4, 5]);
  expect(await cache.size()).toBe(500);
});

test('where nothing can be written, nothing is kept and nobody is disturbed', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'cache'), 'in the way');
  const cache = new FileCache(join(folder, 'cache'), 'webp', 600);
  await cache.put(hashOf(1), content(1));
  expect(await cache.get(hashOf(1))).toBeUndefined();
  expect([await cache.size(), await cache.clear()]).toEqual([0, 0]);
  expect(await new FileCache(join(folder, 'nowhere'), 'webp', 600).size()).toBe(0);
});
