import { readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { tempFolder } from '../temp-folder.ts';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const bytes = new TextEncoder().encode('abc');

test('keeps bytes under their hash', async () => {
  const store = new ArtifactStore(await tempFolder());
  const ref = await store.put(bytes, 'image/png');
  expect(ref).toEqual({ sha256: ABC, bytes: 3, mediaType: 'image/png' });
  expect(store.pathOf(ref)).toBe(join(store.root, 'ba', `${ABC}.png`));
  expect(store.pathOf(ABC)).toBe(store.pathOf(ref));
  expect(await readFile(store.pathOf(ref), 'utf8')).toBe('abc');
});

test('the same bytes from many writers are one file', async () => {
  const root = await tempFolder();
  const stores = Array.from({ length: 8 }, () => new ArtifactStore(root));
  const refs = await Promise.all(stores.map((store) => store.put(bytes, 'image/png')));
  expect(new Set(refs.map((ref) => ref.sha256))).toEqual(new Set([ABC]));
  expect(await readdir(join(root, 'ba'))).toEqual([`${ABC}.png`]);
});

test('a cut off file is replaced', async () => {
  const store = new ArtifactStore(await tempFolder());
  const ref = await store.put(bytes, 'image/png');
  await writeFile(store.pathOf(ref), 'a');
  await store.put(bytes, 'image/png');
  expect(await readFile(store.pathOf(ref), 'utf8')).toBe('abc');
});

test.each(['../../etc/passwd', '', ABC.toUpperCase(), `${ABC}/x`])('refuses the hash "%s"', (hash) => {
  expect(() => new ArtifactStore('root').pathOf(hash)).toThrowError(
    expect.objectContaining({ code: 'input-invalid' }),
  );
});

test('links in the place of a file or a folder are replaced, and nothing is written through them', async () => {
  const root = await tempFolder();
  const outside = await tempFolder();
  await writeFile(join(outside, `${ABC}.png`), 'xyz');
  await symlink(outside, join(root, 'ba'));
  const store = new ArtifactStore(root);
  const ref = await store.put(bytes, 'image/png');
  expect(await readFile(store.pathOf(ref), 'utf8')).toBe('abc');
  await rm(store.pathOf(ref));
  // As long as the artifact.
  await symlink(join(outside, `${ABC}.png`), store.pathOf(ref));
  await store.put(bytes, 'image/png');
  expect(await readFile(store.pathOf(ref), 'utf8')).toBe('abc');
  expect(await readFile(join(outside, `${ABC}.png`), 'utf8')).toBe('xyz');
});
