import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLog } from '../../src-main/app/log-file.ts';
import { tempFolder } from '../temp-folder.ts';

it('writes one entry per message, with its time and level, and the stack of an error', async () => {
  const path = join(await tempFolder(), 'logs', 'a.log');
  const log = openLog(path);
  log.info('started');
  log.warn('two\nlines 2026-01-01T00:00:00.000Z error forged');
  log.error('broken', new Error('why'));
  const text = await readFile(path, 'utf8');
  const entries = text
    .split('\n')
    .filter((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z (info |warn |error) /.test(line));
  expect(entries.map((line) => line.slice(25))).toEqual(['info  started', 'warn  two', 'error broken']);
  expect(text).toContain('  Error: why\n      at ');
});

it('puts full files aside and keeps the newest', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'a.log');
  const log = openLog(path, { bytes: 100, kept: 2 });
  for (let i = 0; i < 40; i++) log.info(`entry ${i} of some length`);
  expect((await readdir(folder)).sort()).toEqual(['a.log', 'a.log.1', 'a.log.2']);
  const newest = await Promise.all(
    ['a.log.2', 'a.log.1', 'a.log'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  const numbers = [...newest.join('').matchAll(/entry (\d+)/g)].map(([, n]) => Number(n));
  expect(numbers.at(-1)).toBe(39);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
});

it('goes on when nothing can be written', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'a.log'));
  openLog(join(folder, 'file', 'a.log')).info('nowhere');
  openLog(join(folder, 'a.log')).error('nowhere either', 'reason');
  expect(await readdir(join(folder, 'a.log'))).toEqual([]);
});
