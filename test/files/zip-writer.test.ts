import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { openZip } from '../../src-main/files/zip-archive.ts';
import { writeZip } from '../../src-main/files/zip-writer.ts';
import { canMount, smallDisk } from '../small-disk.ts';
import { tempFolder } from '../temp-folder.ts';

async function filesOf(contents: Record<string, Uint8Array | string>) {
  const folder = await tempFolder();
  const files = Object.keys(contents).map((name, i) => ({ name, path: join(folder, `${i}`) }));
  for (const { name, path } of files) await writeFile(path, contents[name]!);
  return { folder, files, archive: join(folder, 'out.zip') };
}

test('what was packed comes out as it was', async () => {
  const large = Buffer.from(Array.from({ length: 3_000_001 }, (_, i) => (i * 7919) >> 3));
  const contents = { 'pack.json': '{}', 'downloads/größe 模型.bin': large, empty: '' };
  const { archive, files } = await filesOf(contents);
  let written = 0;
  await writeZip(archive, files, { onBytes: (bytes) => (written += bytes) });
  expect(written).toBe(large.length + 2);
  const zip = await openZip(archive);
  expect([...zip.sizes]).toEqual([
    ['pack.json', 2],
    ['downloads/größe 模型.bin', large.length],
    ['empty', 0],
  ]);
  expect(sha256(await buffer(await zip.open('downloads/größe 模型.bin')))).toBe(sha256(large));
  zip.close();
});

test('every size is stored in 64 bits, and the same files give the same archive', async () => {
  const { archive, files, folder } = await filesOf({ a: 'abc' });
  await writeZip(archive, files);
  const bytes = await readFile(archive);
  // APPNOTE 4.3.7: sizes of all ones, and the first extra field is ZIP64's with both sizes.
  expect(bytes.subarray(18, 26)).toEqual(Buffer.alloc(8, 0xff));
  expect(bytes.readUInt16LE(31)).toBe(1);
  expect(bytes.readBigUInt64LE(35)).toBe(3n);
  await writeZip(join(folder, 'again.zip'), files);
  expect(await readFile(join(folder, 'again.zip'))).toEqual(bytes);
});

test('one that is cancelled, or lacks a file, leaves nothing', async () => {
  const { archive, files, folder } = await filesOf({ a: Buffer.alloc(3 << 20) });
  const before = await readdir(folder);
  const abort = new AbortController();
  const cancelled = writeZip(archive, files, { signal: abort.signal, onBytes: () => abort.abort() });
  await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
  await expect(writeZip(archive, [{ name: 'b', path: join(folder, 'b') }])).rejects.toThrow('ENOENT');
  expect(await readdir(folder)).toEqual(before);
});

test.runIf(canMount)('a full disk is told, and what was written is taken away', async () => {
  const disk = await smallDisk(1);
  const { files } = await filesOf({ a: Buffer.alloc(2 << 20) });
  await expect(writeZip(join(disk.folder, 'out.zip'), files)).rejects.toMatchObject({ code: 'disk-full' });
  expect(await readdir(disk.folder)).toEqual([]);
});
