import { describe, expect, it } from 'vitest';
import { drafted, isChanged, sameValues } from '../../../src-renderer/review/drafts.ts';
import type { VerdictValues } from '../../../src-renderer/review/undo-stack.ts';

const saved: VerdictValues = {
  verdict: 'reject',
  defectClass: 'dent',
  severity: 'major',
  overturnReason: 'too small',
  comment: 'left rim',
};

describe('what a form would store', () => {
  it('is the draft over what is stored, without spaces around it', () => {
    expect(drafted(saved, { comment: '  right rim ', severity: null }, 'reject', true)).toEqual({
      ...saved,
      severity: null,
      comment: 'right rim',
    });
  });

  it('starts empty where nothing is stored', () => {
    expect(drafted(null, undefined, 'accept', false)).toEqual({
      verdict: 'accept',
      defectClass: '',
      severity: null,
      overturnReason: '',
      comment: '',
    });
  });

  it('takes the verdict that is given, not one that waited for its reason', () => {
    expect(drafted(null, { verdict: 'reject' }, 'accept', false).verdict).toBe('accept');
  });

  it('keeps a reason only where the model is overturned', () => {
    expect(drafted(saved, undefined, 'reject', false).overturnReason).toBe('');
    expect(drafted(null, { overturnReason: ' glare ' }, 'accept', true).overturnReason).toBe('glare');
  });
});

describe('a draft', () => {
  it('is unsaved only when it differs from what is stored', () => {
    expect(isChanged(saved, undefined)).toBe(false);
    expect(isChanged(saved, { comment: 'left rim', defectClass: 'dent' })).toBe(false);
    expect(isChanged(saved, { comment: '' })).toBe(true);
    expect(isChanged(null, { comment: '', severity: null })).toBe(false);
    expect(isChanged(null, { verdict: undefined })).toBe(false);
    expect(isChanged(null, { verdict: 'accept' })).toBe(true);
  });
});

it('compares values field by field', () => {
  expect(sameValues(saved, { ...saved })).toBe(true);
  expect(sameValues(saved, { ...saved, severity: null })).toBe(false);
  expect(sameValues(null, null)).toBe(true);
  expect(sameValues(saved, null)).toBe(false);
});
