import { createHook } from 'node:async_hooks';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { expect, test, vi } from 'vitest';
import { type ListedImage, listImageFiles, sortNames } from '../../src-main/files/image-files.ts';
import { tempFolder, withoutAccess } from '../temp-folder.ts';

const { realpath } = vi.hoisted(() => ({ realpath: vi.fn<(path: string) => Promise<string>>() }));
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof import('node:fs/promises')>();
  realpath.mockImplementation((path) => actual.realpath(path));
  return { ...actual, realpath };
});

async function folderWith(...paths: string[]): Promise<string> {
  const folder = await tempFolder();
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
  return folder;
}

async function list(paths: string[]): Promise<ListedImage[]> {
  const listed: ListedImage[] = [];
  for await (const item of listImageFiles(paths)) listed.push(item);
  return listed;
}

async function names(folder: string): Promise<string[]> {
  const images = (await list([folder])).filter(({ kind }) => kind === 'image');
  return images.map(({ path }) => relative(folder, path));
}

test('lists images of a folder tree in natural order, files before subfolders', async () => {
  const folder = await folderWith(
    'part10.png',
    'part2.JPG',
    'part1.tiff',
    'notes.txt',
    'lot 2/b.bmp',
    'lot 10/a.webp',
    'lot 10/deeper/c.jpeg',
  );
  expect(await names(folder)).toEqual([
    'part1.tiff',
    'part2.JPG',
    'part10.png',
    'lot 2/b.bmp',
    'lot 10/a.webp',
    'lot 10/deeper/c.jpeg',
  ]);
});

test('names that are the same number come in one order, whatever the file system says', async () => {
  expect(await names(await folderWith('01.png', '001.png', '1.png', '0001.png'))).toEqual([
    '0001.png',
    '001.png',
    '01.png',
    '1.png',
  ]);
});

test('gives absolute paths', async () => {
  const folder = await folderWith('a.png');
  const listed = await list([
    relative(process.cwd(), folder),
    relative(process.cwd(), join(folder, 'no.png')),
  ]);
  expect(listed.map(({ path }) => path)).toEqual([join(folder, 'a.png'), join(folder, 'no.png')]);
});

test('skips hidden files and folders', async () => {
  expect(await names(await folderWith('.hidden.png', '.cache/a.png', 'seen.png'))).toEqual(['seen.png']);
});

test('takes files that are named one by one, whatever their extension, in the order given', async () => {
  const folder = await folderWith('z.dat', 'a.png');
  const paths = [join(folder, 'z.dat'), join(folder, 'a.png')];
  expect(await list(paths)).toEqual(paths.map((path) => ({ kind: 'image', path })));
});

test('follows links, but lists no folder twice and ends on loops', async () => {
  const folder = await folderWith('lot/a.png');
  await symlink(folder, join(folder, 'lot', 'loop'));
  await symlink(join(folder, 'lot', 'a.png'), join(folder, 'linked.png'));
  await symlink(join(folder, 'lot'), join(folder, 'lot-again'));
  expect(await names(folder)).toEqual(['linked.png', 'lot/a.png']);
});

test('reports a missing path and goes on', async () => {
  const folder = await folderWith('a.png');
  const missing = join(folder, 'none.png');
  expect(await list([missing, folder])).toEqual([
    { kind: 'unreadable', path: missing, error: expect.objectContaining({ code: 'image-not-found' }) },
    { kind: 'image', path: join(folder, 'a.png') },
  ]);
});

test('reports an unreadable folder and goes on', async () => {
  const folder = await folderWith('closed/a.png', 'open/b.png');
  const closed = join(folder, 'closed');
  await chmod(folder, 0o755);
  await chmod(join(folder, 'open'), 0o755);
  expect(await withoutAccess(closed, () => list([folder]))).toEqual([
    {
      kind: 'unreadable',
      path: closed,
      error: expect.objectContaining({
        code: 'image-unreadable',
        message: expect.stringContaining('permission'),
      }),
    },
    { kind: 'image', path: join(folder, 'open', 'b.png') },
  ]);
});

test('gives the event loop its turn while a large folder is listed', async () => {
  const folder = await folderWith(...Array.from({ length: 2500 }, (_, i) => `${i}.png`));
  let turns = 0;
  let timer = setImmediate(function count() {
    turns++;
    timer = setImmediate(count);
  });
  const listing = listImageFiles([folder]);
  await listing.next();
  const before = turns;
  for await (const { kind } of listing) expect(kind).toBe('image');
  clearImmediate(timer);
  expect(turns - before).toBeGreaterThanOrEqual(2);
});

test('ends with `cancelled` when the signal is aborted', async () => {
  const folder = await folderWith('a.png', 'b.png');
  const controller = new AbortController();
  const listing = listImageFiles([folder], controller.signal);
  await listing.next();
  controller.abort();
  await expect(listing.next()).rejects.toMatchObject({ code: 'cancelled' });
});

test('leaves out the masks of MVTec AD’s layout, unless they are asked for', async () => {
  const folder = await folderWith('test/scratch/1.png', 'ground_truth/scratch/1_mask.png');
  expect(await names(folder)).toEqual(['test/scratch/1.png']);
  expect(await names(join(folder, 'ground_truth'))).toEqual(['scratch/1_mask.png']);
});

test('a folder of many files is sorted in pieces, with turns of the event loop between', async () => {
  const count = 20_001;
  // 7919 is a prime that does not divide the count: every number comes once.
  const shuffled = Array.from({ length: count }, (_, i) => `part${(i * 7919) % count}.png`);
  let turns = 0;
  const watch = () => {
    turns++;
    watching = setImmediate(watch);
  };
  let watching = setImmediate(watch);
  const sorted = await sortNames(shuffled);
  clearImmediate(watching);
  expect(sorted).toEqual(Array.from({ length: count }, (_, i) => `part${i}.png`));
  expect(turns).toBeGreaterThanOrEqual(8);
  expect(await sortNames([])).toEqual([]);
});

test('takes every ending of a format that is read, and tells of pictures that are not', async () => {
  const read = ['a.jpg', 'b.JFIF', 'c.pjpeg', 'd.jif', 'e.pjp', 'f.jpe', 'g.dib', 'h.AVIF'];
  const unread = ['h.heic', 'i.hif', 'j.jp2', 'k.jxl', 'l.pgm', 'm.cr2', 'n.dcm', 'o.psd', 'p.svg'];
  const folder = await folderWith(
    ...read,
    ...unread,
    'notes.txt',
    'lot.csv',
    'jpg',
    '.hidden.heic',
    'sub/q.heif',
  );
  const listed = await list([folder]);
  const namesOf = (kind: string) =>
    listed.filter((entry) => entry.kind === kind).map(({ path }) => relative(folder, path));
  expect(namesOf('image')).toEqual(read);
  expect(namesOf('passed-over')).toEqual([...unread, join('sub', 'q.heif')]);
});

test('tells of each folder of masks that it leaves out', async () => {
  const folder = await folderWith(
    'nut/test/cut/1.png',
    'nut/ground_truth/cut/1_mask.png',
    'nut/ground_truth/x.heic',
  );
  expect(await list([folder])).toEqual([
    { kind: 'truth-folder', path: join(folder, 'nut', 'ground_truth') },
    { kind: 'image', path: join(folder, 'nut', 'test', 'cut', '1.png') },
  ]);
});

test('a file with an ending that is not read is taken when it is named', async () => {
  const folder = await folderWith('a.heic');
  expect(await list([join(folder, 'a.heic')])).toEqual([{ kind: 'image', path: join(folder, 'a.heic') }]);
});

test('the work grows with the folders, not with their depth', async () => {
  /** Promises and calls to the system for so many folders within each other, with an image in each. */
  const operations = async (depth: number) => {
    const top = await tempFolder();
    let folder = top;
    for (let i = 0; i < depth; i++) {
      folder = join(folder, 'd');
      await mkdir(folder);
      await writeFile(join(folder, 'a.png'), '');
    }
    let count = 0;
    const hook = createHook({ init: () => count++ }).enable();
    const listed = await list([top]);
    hook.disable();
    expect(listed).toHaveLength(depth);
    return count;
  };
  const few = await operations(100);
  const many = await operations(800);
  expect(many).toBeGreaterThan(few);
  expect(many / few).toBeLessThan(10);
});

test('where a folder really lies is found out once, not on every level', async () => {
  const top = await tempFolder();
  await mkdir(join(top, ...Array.from({ length: 50 }, () => 'd')), { recursive: true });
  await symlink(join(top, 'd'), join(top, 'link'));
  realpath.mockClear();
  expect(await list([top])).toEqual([]);
  expect(realpath.mock.calls).toEqual([[top], [join(top, 'link')]]);
});
