import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { handedOverPaths, startArguments } from '../../src-main/app/start-arguments.ts';
import { tempFolder } from '../temp-folder.ts';

it('takes workspace, device and what is there, relative to where it was started', async () => {
  const folder = await tempFolder();
  await mkdir(join(folder, 'lot 7'));
  await writeFile(join(folder, 'a.png'), '');
  const args = ['lot 7', '--workspace', 'work', 'a.png', 'missing.png', '--device', 'cpu'];
  expect(startArguments(args, folder)).toEqual({
    workspace: join(folder, 'work'),
    device: 'cpu',
    paths: [join(folder, 'lot 7'), join(folder, 'a.png')],
  });
});

it('leaves the rest to Chromium: its switches, and devices that there are not', async () => {
  const folder = await tempFolder();
  const args = ['--no-sandbox', '--remote-debugging-port=0', '--inspect=0', '--device', 'abacus'];
  expect(startArguments(args, folder)).toEqual({ paths: [] });
});

it('does not take the program itself for something to import', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'main.js'), '');
  await mkdir(join(folder, 'parts'));
  const args = ['--inspect=0', 'main.js', '.', 'parts'];
  expect(startArguments(args, folder, [join(folder, 'main.js'), `${folder}/`]).paths).toEqual([
    join(folder, 'parts'),
  ]);
});

it('believes nothing that another start hands over', async () => {
  const folder = await tempFolder();
  expect(handedOverPaths({ paths: [folder, 'relative', join(folder, 'missing'), 7, null] })).toEqual([
    folder,
  ]);
  for (const data of [undefined, null, 7, {}, { paths: folder }]) expect(handedOverPaths(data)).toEqual([]);
});
