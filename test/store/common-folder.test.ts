import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBatch } from '../../src-main/store/batches.ts';
import { commonFolder } from '../../src-main/store/common-folder.ts';
import { addImages } from '../../src-main/store/images.ts';
import { temporaryWorkspace } from './fixtures.ts';

test.each([
  ['one image', ['/a/b/x.png'], '/a/b'],
  ['one folder', ['/a/b/x.png', '/a/b/y.png'], '/a/b'],
  ['folders whose names begin alike', ['/a/part1/x.png', '/a/part10/x.png', '/a/part2/x.png'], '/a'],
  ['nothing but the root', ['/a/x.png', '/b/x.png'], '/'],
  ['the workspace', ['{}/photos/1/x.png', '{}/photos/2/x.png'], '{}/photos'],
  ['folders of the workspace', ['{}/photos/x.png', '{}/samples/x.png'], '{}'],
  ['inside and outside the workspace', ['{}/photos/x.png', '/a/b/x.png', '/z/x.png'], '/'],
  ['inside and above the workspace', ['{}/photos/x.png', '{}/../x.png', '{}/#/x.png'], '{}/..'],
  ['names that sort around the root', ['{}/!x.png', '{}/~x.png', '/a/x.png'], '/'],
])('the folder of %s', async (_name, paths, expected) => {
  const workspace = await temporaryWorkspace();
  const real = (path: string) => join(path.replace('{}', workspace.folder));
  const { id } = await createBatch(workspace, { name: 'B' }, 'ana');
  const images = paths.map((path) => ({ path: real(path), contentHash: null, bytes: null }));
  await addImages(workspace, id, images, 'ana');
  expect(await commonFolder(workspace, id)).toBe(real(expected));
});

test('a batch without images has the workspace’s', async () => {
  const workspace = await temporaryWorkspace();
  const { id } = await createBatch(workspace, { name: 'B' }, 'ana');
  expect(await commonFolder(workspace, id)).toBe(workspace.folder);
});
