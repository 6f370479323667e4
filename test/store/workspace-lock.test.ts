import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { lockWorkspace } from '../../src-main/store/workspace-lock.ts';
import { tempFolder } from '../temp-folder.ts';

const MODULE = new URL('../../src-main/store/workspace-lock.ts', import.meta.url).href;

it('is for one at a time, in one program or several, and ends with the program that held it', async () => {
  const folder = await tempFolder();
  const lock = lockWorkspace(folder);
  const locked = expect.objectContaining({
    code: 'workspace-locked',
    message: expect.stringContaining(folder),
  });
  expect(() => lockWorkspace(folder)).toThrow(locked);
  expect(() => lockWorkspace(folder)).toThrow(locked);
  lock.release();

  // Nothing else would keep the lock from being collected.
  const code = `globalThis.lock = (await import('${MODULE}')).lockWorkspace(${JSON.stringify(folder)});
    console.log('held'); setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', code]);
  onTestFinished(() => void other.kill('SIGKILL'));
  await once(other.stdout, 'data');
  expect(() => lockWorkspace(folder)).toThrow(locked);
  other.kill('SIGKILL');
  await once(other, 'close');
  lockWorkspace(folder).release();
});

it('says when the folder cannot be written', async () => {
  expect(() => lockWorkspace(join('/', 'proc', 'self'))).toThrow(
    expect.objectContaining({ name: 'ClipSamError' }),
  );
});
