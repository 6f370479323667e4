import { describe, expect, test } from 'vitest';
import { statusOf } from '../../../src-main/services/signatures/signature-status.ts';
import type { SignatureMeaning, SignatureState } from '../../../src-shared/signature.ts';

const signed = (personId: number, meaning: SignatureMeaning, state: SignatureState = 'valid') => ({
  personId,
  meaning,
  state,
});

describe('by one person', () => {
  test('an approval approves, anything else is a signature', () => {
    expect(statusOf([], false)).toEqual({ status: 'unsigned', missing: [] });
    expect(statusOf([signed(1, 'inspected')], false).status).toBe('signed');
    expect(statusOf([signed(1, 'inspected'), signed(1, 'approved')], false).status).toBe('approved');
  });

  test('what was withdrawn does not count; what is broken does until it is signed again', () => {
    expect(statusOf([signed(1, 'approved', 'withdrawn')], false).status).toBe('unsigned');
    expect(statusOf([signed(1, 'approved', 'broken')], false).status).toBe('broken');
    expect(statusOf([signed(1, 'approved', 'altered'), signed(2, 'approved')], false).status).toBe('broken');
    expect(statusOf([signed(1, 'approved', 'broken'), signed(1, 'approved')], false).status).toBe('approved');
    expect(statusOf([signed(1, 'approved', 'broken'), signed(1, 'reviewed')], false).status).toBe('broken');
  });
});

describe('by two people', () => {
  test.each([
    [[signed(1, 'approved')], 'waiting', ['inspected', 'reviewed']],
    [[signed(1, 'inspected')], 'waiting', ['approved']],
    [[signed(1, 'inspected'), signed(2, 'reviewed')], 'waiting', ['approved']],
    [[signed(1, 'approved'), signed(2, 'approved')], 'waiting', ['inspected', 'reviewed']],
    // One person cannot be both, even if the rows say so.
    [[signed(1, 'inspected'), signed(1, 'approved')], 'waiting', ['inspected', 'reviewed', 'approved']],
    [[signed(1, 'inspected'), signed(2, 'approved')], 'approved', []],
    [[signed(2, 'approved'), signed(1, 'reviewed')], 'approved', []],
    [[signed(1, 'inspected', 'withdrawn'), signed(2, 'approved')], 'waiting', ['inspected', 'reviewed']],
    [[signed(1, 'inspected', 'broken'), signed(2, 'approved')], 'broken', []],
  ] as const)('%j: %s', (signatures, status, missing) => {
    expect(statusOf(signatures, true)).toEqual({ status, missing });
  });
});
