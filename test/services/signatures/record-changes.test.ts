import { expect, test } from 'vitest';
import { changesBetween } from '../../../src-main/services/signatures/record-changes.ts';

test('names single values by path, what came and what went', () => {
  const before = { name: 'nut', warn: 0.5, prompts: { normal: ['a', 'b'] }, tiles: { mode: 'scale' } };
  const after = { warn: 0.6, name: 'nut', prompts: { normal: ['a', 'c', 'd'] }, opinions: { window: null } };
  expect(changesBetween(before, after)).toEqual([
    { path: 'warn', before: '0.5', after: '0.6' },
    { path: 'prompts.normal.1', before: '"b"', after: '"c"' },
    { path: 'prompts.normal.2', before: null, after: '"d"' },
    { path: 'tiles', before: '{"mode":"scale"}', after: null },
    { path: 'opinions', before: null, after: '{"window":null}' },
  ]);
});

test('equal records have none, whatever the order of their members', () => {
  expect(changesBetween({ a: 1, b: [{ c: null }] }, { b: [{ c: null }], a: 1 })).toEqual([]);
});

test('a value of another kind is one change, and so is a record that is gone', () => {
  expect(changesBetween({ a: [1] }, { a: { 0: 1 } })).toEqual([
    { path: 'a', before: '[1]', after: '{"0":1}' },
  ]);
  expect(changesBetween({ a: null }, { a: {} })).toEqual([{ path: 'a', before: 'null', after: '{}' }]);
  expect(changesBetween({ a: 1 }, undefined)).toEqual([{ path: '', before: '{"a":1}', after: null }]);
});
