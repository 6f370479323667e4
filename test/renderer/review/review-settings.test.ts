import { describe, expect, it } from 'vitest';
import { classOrder } from '../../../src-renderer/review/review-settings.ts';

const proposed = ['Scratch', 'Dent', 'Crack', 'Hole', 'Stain', 'Burr', 'Chip', 'Bend', 'Other'];

describe('the order of the defect classes', () => {
  it('keeps every digit where it was when another class becomes the most frequent', () => {
    const before = classOrder([], ['dent', 'crack'], []);
    expect(classOrder(before, ['crack', 'burn', 'dent'], [])).toEqual(['dent', 'crack', 'burn']);
  });

  it('fills up to nine with proposals that are not in use yet, whatever their case', () => {
    expect(classOrder([], ['scratch', 'void'], proposed)).toEqual([
      ...['scratch', 'void', 'Dent', 'Crack', 'Hole', 'Stain', 'Burr', 'Chip', 'Bend'],
    ]);
  });

  it('gives up a class that nobody uses any more', () => {
    expect(classOrder(['typo', 'dent'], ['dent'], [])).toEqual(['dent']);
  });

  it('shows all classes in use, also beyond nine', () => {
    const used = Array.from({ length: 12 }, (_, index) => `class ${index}`);
    expect(classOrder([], used, proposed)).toEqual(used);
  });
});
