import { describe, expect, it } from 'vitest';
import { RecycledKeys } from '../../../src-renderer/review/recycled-keys.ts';

describe('the keys of the rows', () => {
  it('stay with a row as long as it is on the page; a row that comes takes one that is free', () => {
    const keys = new RecycledKeys();
    expect(keys.assign([0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
    expect(keys.assign([1, 2, 3, 4])).toEqual([1, 2, 3, 0]);
    expect(keys.assign([3, 4, 5, 6])).toEqual([3, 0, 1, 2]);
  });

  it('stay in their order when the list jumps, so that no element has to move', () => {
    const keys = new RecycledKeys();
    keys.assign([0, 1, 2]);
    expect(keys.assign([500, 501, 502])).toEqual([0, 1, 2]);
  });

  it('are as many as there are rows, each another one', () => {
    const keys = new RecycledKeys();
    for (const rows of [[0, 1], [1, 2, 3, 90], [90], [], [4, 5, 90], [5, 6, 7, 90]]) {
      const given = keys.assign(rows);
      expect(new Set(given).size).toBe(rows.length);
      expect(keys.assign(rows)).toEqual(given);
    }
  });
});
