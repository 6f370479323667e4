import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openZip } from '../../src-main/files/zip-archive.ts';
import { tempFolder } from '../temp-folder.ts';
import { type ZipEntry, zipFile } from './zip-file.ts';

async function opened(content: Uint8Array) {
  const path = join(await tempFolder(), 'pack.zip');
  await writeFile(path, content);
  const zip = await openZip(path);
  onTestFinished(() => zip.close());
  return zip;
}

const GOOD: ZipEntry = { name: 'widget/pack.json', content: '{"a": 1}' };

describe('openZip', () => {
  test('lists the files and gives what is in them, as often as asked', async () => {
    const zip = await opened(
      zipFile([{ name: 'widget/', content: '' }, GOOD, { name: 'ö.txt', content: 'grüße' }]),
    );
    expect([...zip.sizes]).toEqual([
      ['widget/pack.json', 8],
      ['ö.txt', 7],
    ]);
    for (let i = 0; i < 2; i++) expect(await text(await zip.open('ö.txt'))).toBe('grüße');
    expect(await text(await zip.open('widget/pack.json'))).toBe('{"a": 1}');
  });

  test.each<[string, ZipEntry]>([
    ['a path that climbs out', { name: '../evil', content: 'x' }],
    ['a path that climbs out later', { name: 'a/../../evil', content: 'x' }],
    ['a path that climbs out as on Windows', { name: '..\\evil', content: 'x' }],
    ['an absolute path', { name: '/etc/passwd', content: 'x' }],
    ['a path with a drive', { name: 'C:\\evil', content: 'x' }],
    ['a symbolic link', { name: 'link', content: '/etc/passwd', mode: 0o120777 }],
    ['an encrypted file', { name: 'secret', content: 'x', isEncrypted: true }],
    ['twice the same path', GOOD],
  ])('refuses an archive with %s', async (_name, entry) => {
    await expect(opened(zipFile([GOOD, entry]))).rejects.toMatchObject({
      code: 'pack-invalid',
      details: { case: 'zip-unsafe', name: expect.any(String) },
    });
  });

  test('refuses more files than any pack has', async () => {
    const file = zipFile([GOOD]);
    // Entries in all, in the record at the end.
    file.writeUInt16LE(10_001, file.length - 12);
    await expect(opened(file)).rejects.toMatchObject({ details: { case: 'zip-unsafe' } });
  });

  test.each([
    ['no ZIP file', Buffer.from('something else')],
    ['an empty file', Buffer.alloc(0)],
    ['the first half of one', zipFile([GOOD]).subarray(0, 50)],
  ])('says that %s cannot be read', async (_name, content) => {
    await expect(opened(content)).rejects.toMatchObject({
      code: 'pack-invalid',
      details: { case: 'zip-damaged' },
    });
  });

  test('a file that unpacks to more than the archive says fails', async () => {
    const zip = await opened(zipFile([{ name: 'bomb', content: Buffer.alloc(1 << 20), claimedSize: 100 }]));
    expect(zip.sizes.get('bomb')).toBe(100);
    await expect(zip.open('bomb').then(text)).rejects.toThrow(/too many bytes/);
  });
});
