import { basename, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { FileNames } from '../../src-main/reports/file-names.ts';

test('names stay recognisable', () => {
  const names = new FileNames();
  expect(names.for('line 1/part_007.jpeg', '.png')).toBe('part_007.png');
  expect(names.for('零件 é.tif', '.png')).toBe('零件 é.png');
});

test('pages of a file are told apart, whatever their name', () => {
  const names = new FileNames();
  const name = (page: number) => `lot 1/stack.tif · page ${page} of 2`;
  expect([1, 2].map((page) => names.for(name(page), '.png', page))).toEqual([
    'stack-page-1.png',
    'stack-page-2.png',
  ]);
  expect(names.for('other/stack.tif · page 1 of 2', '.png', 1)).toBe('stack-page-1-2.png');
  expect(names.for(`${'x'.repeat(80)}.tif`, '.png', 12)).toBe(`${'x'.repeat(50)}-page-12.png`);
});

test('names that clash, also by case or by accent composition only, get numbers', () => {
  const names = new FileNames();
  const given = ['a/x.png', 'b/x.png', 'b/X.PNG', 'x-2.png', 'e\u0301.png', '\u00e9.png'];
  const made = given.map((name) => names.for(name, '.png'));
  expect(made.slice(0, 4)).toEqual(['x.png', 'x-2.png', 'X-3.png', 'x-2-2.png']);
  expect(new Set(made.map((name) => name.normalize('NFC').toLowerCase())).size).toBe(given.length);
});

test.each([
  '../../etc/passwd',
  '..',
  '.',
  '',
  '.htaccess',
  'C:\\Windows\\evil.exe',
  'con.png',
  'Aux.2024.tar.png',
  'LPT1',
  'a\0b.png',
  'line\nbreak.png',
  '<script>alert(1)</script>.png',
  'a:b|c*d?.png',
  ' . . ',
  '\ud800 lone surrogate.png',
  '字'.repeat(300),
  '\u202egnp.exe',
])('%j becomes a plain file name', (name) => {
  const made = new FileNames().for(name, '.png');
  expect(made).toMatch(/^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._ -]*\.png$/u);
  expect(win32.basename(basename(made))).toBe(made);
  expect(made).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)\./i);
  expect(Buffer.byteLength(made)).toBeLessThan(255);
});
