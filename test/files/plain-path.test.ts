import { expect, test } from 'vitest';
import { isPlainPath } from '../../src-main/files/plain-path.ts';

test.each(['a', 'pack.json', 'weights/a.onnx', 'dist/.hidden', 'ö/模型.bin', 'console', 'a'.repeat(200)])(
  'takes %s',
  (path) => {
    expect(isPlainPath(path)).toBe(true);
  },
);

test.each([
  '',
  '/a',
  'a/',
  'a//b',
  '.',
  '..',
  '../a',
  'a/../b',
  'a/./b',
  'a\\b',
  'C:/a',
  'a:stream',
  'a\0b',
  'a\nb',
  'a.',
  'a ',
  'a*',
  'CON',
  'nul.txt',
  'b/com1',
  'LPT9.bin',
  'aux .x',
  'a'.repeat(201),
  '模'.repeat(67),
  'a/b/c/d/e/f/g/h/i',
])('refuses %j', (path) => {
  expect(isPlainPath(path)).toBe(false);
});
