import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { receiveFile } from '../../src-main/files/receive-file.ts';
import { tempFolder } from '../temp-folder.ts';

const CONTENT = Buffer.from('the weights of a model');
const EXPECTED = { bytes: CONTENT.length, sha256: sha256(CONTENT) };

test('writes what comes and tells how much', async () => {
  const path = join(await tempFolder(), 'a.bin');
  const told: number[] = [];
  const content = Readable.from([CONTENT.subarray(0, 5), CONTENT.subarray(5)]);
  expect(await receiveFile(content, path, EXPECTED, { onBytes: (bytes) => told.push(bytes) })).toBe(true);
  expect(await readFile(path)).toEqual(CONTENT);
  expect(told).toEqual([5, CONTENT.length - 5]);
});

test.each([
  ['one byte is another', Buffer.from('the weights of a mode1')],
  ['the end is missing', CONTENT.subarray(0, 8)],
  ['there is nothing', Buffer.alloc(0)],
])('keeps nothing when %s', async (_name, content) => {
  const folder = await tempFolder();
  expect(await receiveFile(Readable.from([content]), join(folder, 'a.bin'), EXPECTED)).toBe(false);
  expect(await readdir(folder)).toEqual([]);
});

test('reads no further than the file should go, however much there is', async () => {
  const folder = await tempFolder();
  let read = 0;
  const endless = Readable.from(
    (function* () {
      for (;;) {
        read++;
        yield Buffer.alloc(8);
      }
    })(),
  );
  expect(await receiveFile(endless, join(folder, 'a.bin'), EXPECTED)).toBe(false);
  expect(read).toBeLessThan(100);
  expect(await readdir(folder)).toEqual([]);
});

test('stops when it is cancelled, and keeps nothing', async () => {
  const folder = await tempFolder();
  const abort = new AbortController();
  const content = Readable.from(
    (async function* () {
      yield CONTENT.subarray(0, 5);
      abort.abort();
      await new Promise(() => {});
    })(),
  );
  await expect(
    receiveFile(content, join(folder, 'a.bin'), EXPECTED, { signal: abort.signal }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  expect(await readdir(folder)).toEqual([]);
});

test('tells a write error from a read error, and overwrites nothing', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'there'), 'mine');
  const attempt = (path: string, content = Readable.from([CONTENT])) => receiveFile(content, path, EXPECTED);
  await expect(attempt(join(folder, 'no', 'a.bin'))).rejects.toMatchObject({ code: 'path-denied' });
  const broken = Readable.from(
    (async function* () {
      yield CONTENT;
      throw new Error('the stick was pulled out');
    })(),
  );
  await expect(attempt(join(folder, 'b.bin'), broken)).rejects.toThrow('pulled out');
  await expect(attempt(join(folder, 'there'))).rejects.toMatchObject({ code: 'path-denied' });
  expect(await readFile(join(folder, 'there'), 'utf8')).toBe('mine');
});
