import { expect, test } from 'vitest';
import { canonicalJson, hashOfJson } from '../../src-main/files/canonical-json.ts';
import { sha256 } from '../../src-main/files/hash.ts';

test('sorts keys at every depth and keeps the order of arrays', () => {
  const value = { b: [3, { z: null, a: true }], a: { y: 'é', x: 0.1 } };
  expect(canonicalJson(value)).toBe('{"a":{"x":0.1,"y":"é"},"b":[3,{"a":true,"z":null}]}');
});

test('equal values have equal hashes, whatever their key order or undefined members', () => {
  expect(hashOfJson({ a: 1, b: { c: 2, d: 3 } })).toBe(hashOfJson({ b: { d: 3, c: 2 }, a: 1, e: undefined }));
  expect(hashOfJson({ a: 1 })).not.toBe(hashOfJson({ a: '1' }));
  expect(hashOfJson([1, 2])).not.toBe(hashOfJson([2, 1]));
  expect(hashOfJson({ a: 1 })).toBe(sha256('{"a":1}'));
});
