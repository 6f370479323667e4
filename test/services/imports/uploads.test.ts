import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importIntoBatch } from '../../../src-main/services/imports/batch-imports.ts';
import { uploadName } from '../../../src-main/services/imports/upload-names.ts';
import { Uploads } from '../../../src-main/services/imports/uploads.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { UPLOAD_LIMITS, type UploadFile } from '../../../src-shared/upload.ts';
import { temporaryWorkspace } from '../../store/fixtures.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const fileOf = (name: string, bytes: Uint8Array): UploadFile => ({ name, bytes: bytes.length, modified: 1 });

/** Sends what is missing, piece by piece. @param pieces how many at most */
async function send(
  uploads: Uploads,
  files: readonly UploadFile[],
  contents: readonly Uint8Array[],
  pieces = Infinity,
) {
  const begun = await uploads.begin(files, 'Otto');
  let left = pieces;
  for (const { index, offset: from } of begun.missing) {
    const content = contents[index]!;
    let offset = from;
    do {
      if (left-- <= 0) return begun;
      const bytes = content.subarray(offset, offset + 1000);
      offset = await uploads.append(begun.id, begun.key, 'Otto', {
        index,
        offset,
        bytes,
        sha256: sha256(bytes),
      });
    } while (offset < content.length);
  }
  return begun;
}

describe('an upload', () => {
  it('brings images into a folder of the workspace, from which they are imported', async () => {
    const workspace = await temporaryWorkspace();
    const uploads = new Uploads(workspace, 0);
    const contents = [randomBytes(2500), randomBytes(10), randomBytes(10)];
    const names = ['lot7/a.png', 'lot7/sub/b.jpg', 'lot7/notes.txt'];
    const files = names.map((name, i) => fileOf(name, contents[i]!));
    const { id, passedOver } = await send(uploads, files, contents);
    expect(passedOver).toEqual(['lot7/notes.txt']);
    const folder = await uploads.finish(id, 'Otto');
    expect(folder).toBe(join(workspace.folder, 'uploads', id, 'lot7'));
    expect(await readFile(join(folder, 'a.png'))).toEqual(contents[0]);
    expect(await readFile(join(folder, 'sub', 'b.jpg'))).toEqual(contents[1]);
    expect(await readdir(folder)).toEqual(['a.png', 'sub']);
    const batch = await createBatch(workspace, { name: 'Lot 7' } as never, 'Otto');
    const paths = [folder];
    const summary = await importIntoBatch({ workspace, batchId: batch.id, paths, inspector: 'Otto' });
    expect(summary.added).toBe(2);
  });

  it('goes on where it was broken off, also after the program was started anew', async () => {
    const workspace = await temporaryWorkspace();
    const content = randomBytes(4500);
    const files = [fileOf('a.png', content)];
    const first = await send(new Uploads(workspace, 0), files, [content], 2);
    const again = new Uploads(workspace, 0);
    await expect(again.append(first.id, first.key, 'Otto', piece(content, 2000))).rejects.toMatchObject({
      code: 'not-found',
    });
    const begun = await again.begin(files, 'Otto');
    expect(begun).toMatchObject({ id: first.id, missing: [{ index: 0, offset: 2000 }] });
    await expect(again.finish(begun.id, 'Otto')).rejects.toMatchObject({ code: 'conflict' });
    await send(again, files, [content]);
    expect((await again.begin(files, 'Otto')).missing).toEqual([]);
    expect(await readFile(join(await again.finish(begun.id, 'Otto'), 'a.png'))).toEqual(content);
    // Somebody else's is another one.
    expect((await again.begin(files, 'Rita')).id).not.toBe(begun.id);
  });

  const piece = (content: Uint8Array, offset: number, length = 1000) => {
    const bytes = content.subarray(offset, offset + length);
    return { index: 0, offset, bytes, sha256: sha256(bytes) };
  };

  it('takes no piece that was damaged, is too long, out of turn, or shows another key', async () => {
    const uploads = new Uploads(await temporaryWorkspace(), 0);
    const content = randomBytes(1500);
    const { id, key } = await uploads.begin([fileOf('a.png', content)], 'Otto');
    const append = (part: ReturnType<typeof piece>, by = key, owner: string | null = 'Otto') =>
      uploads.append(id, by, owner, part);
    await expect(append({ ...piece(content, 0), sha256: sha256(content) })).rejects.toMatchObject({
      details: { case: 'upload-damaged' },
    });
    await expect(append({ ...piece(content, 0), bytes: randomBytes(1501) })).rejects.toMatchObject({
      code: 'input-invalid',
    });
    for (const other of ['', 'x', randomBytes(32).toString('base64url')])
      await expect(append(piece(content, 0), other)).rejects.toMatchObject({ code: 'not-found' });
    await expect(append(piece(content, 0), key, 'Rita')).rejects.toMatchObject({ code: 'not-found' });
    await expect(append({ ...piece(content, 0), index: 1 })).rejects.toMatchObject({ code: 'not-found' });
    expect(await append(piece(content, 1000))).toBe(0);
    expect(await append(piece(content, 0), key, null)).toBe(1000);
    // A piece that comes twice changes nothing.
    expect(await append(piece(content, 0))).toBe(1000);
    expect(await append(piece(content, 1000))).toBe(1500);
    expect(await append(piece(content, 1000))).toBe(1500);
  });

  it('of what is there already takes no room a second time', async () => {
    const workspace = await temporaryWorkspace();
    const uploads = new Uploads(workspace, 0);
    const content = randomBytes(100);
    const upload = async (...names: string[]) => {
      const files = names.map((name) => fileOf(name, content));
      const { id } = await send(
        uploads,
        files,
        names.map(() => content),
      );
      return uploads.finish(id, 'Otto');
    };
    const first = await upload('a.png', 'b.png');
    const inode = async (path: string) => (await stat(path)).ino;
    expect(await inode(join(first, 'a.png'))).toBe(await inode(join(first, 'b.png')));
    const { id } = await createBatch(workspace, { name: 'A' } as never, 'Otto');
    await importIntoBatch({ workspace, batchId: id, paths: [first], inspector: 'Otto' });
    const second = await upload('c.png');
    expect(await inode(join(second, 'c.png'))).toBe(await inode(join(first, 'a.png')));
    expect(await readFile(join(second, 'c.png'))).toEqual(content);
  });

  it('says what is too much, and leaves the disk its reserve', async () => {
    const workspace = await temporaryWorkspace();
    const uploads = new Uploads(workspace, 0);
    const large = { name: 'a.png', bytes: UPLOAD_LIMITS.fileBytes + 1, modified: 1 };
    await expect(uploads.begin([large], 'Otto')).rejects.toMatchObject({
      details: { case: 'upload-file-too-large', limit: 4 },
    });
    const many = Array.from({ length: 51 }, (_, i) => ({
      name: `${i}.png`,
      bytes: UPLOAD_LIMITS.fileBytes,
      modified: 1,
    }));
    await expect(uploads.begin(many, 'Otto')).rejects.toMatchObject({
      details: { case: 'upload-too-large', limit: 200 },
    });
    const full = new Uploads(workspace, Number.MAX_SAFE_INTEGER);
    await expect(full.begin([fileOf('a.png', randomBytes(1))], 'Otto')).rejects.toMatchObject({
      code: 'disk-full',
    });
  });

  it('that nobody went on with, or imported, is gone after a week', async () => {
    const workspace = await temporaryWorkspace();
    const content = randomBytes(1500);
    const ids: string[] = [];
    for (const name of ['broken.png', 'unused.png', 'used.png']) {
      const uploads = new Uploads(workspace, 0);
      const { id } = await send(uploads, [fileOf(name, content)], [content], name === 'broken.png' ? 1 : 9);
      ids.push(id);
      if (name === 'broken.png') continue;
      const paths = [await uploads.finish(id, 'Otto')];
      if (name === 'unused.png') continue;
      const batch = await createBatch(workspace, { name: 'A' } as never, 'Otto');
      await importIntoBatch({ workspace, batchId: batch.id, paths, inspector: 'Otto' });
    }
    const uploads = new Uploads(workspace, 0);
    await mkdir(join(uploads.folder, 'else'));
    const there = async () => (await readdir(uploads.folder)).filter((name) => name !== '.parts').sort();
    const before = await there();
    await uploads.sweep(Date.now());
    expect(await there()).toEqual(before);
    await uploads.sweep(Date.now() + 8 * 24 * 3600 * 1000);
    expect(await there()).toEqual(['else', ids[2]!].sort());
    expect(await readdir(join(uploads.folder, '.parts'))).toEqual([]);
  });
});

it('names lead nowhere, are told apart, and can be had on every system', () => {
  const taken = new Set<string>();
  const named = (name: string) => uploadName(name, taken);
  expect(named('lot7/a.png')).toBe('lot7/a.png');
  expect(named('LOT7/A.png')).toBe('LOT7/A-2.png');
  expect(named('../../etc/a.png')).toBe('etc/a.png');
  expect(named('..\\..\\b.png')).toBe('b.png');
  expect(named('/abs/c.png')).toBe('abs/c.png');
  expect(named('x/.hidden/ d.png')).toBe('x/_hidden/_d.png');
  expect(named('con/aux.png')).toBe('_con/_aux.png');
  expect(named('a\0b<c>:|?*.png')).toBe('a_b_c_____.png');
  expect(named('e.png.')).toBe('e.png_');
  expect(named('..')).toBe('_');
  expect(Buffer.byteLength(named(`${'ü'.repeat(300)}.png`))).toBeLessThanOrEqual(200);
});
