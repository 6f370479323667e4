import { describe, expect, it } from 'vitest';
import { LineSlots } from '../../../src-renderer/review/line-slots.ts';

describe('the slots of the lines', () => {
  it('stay with a line as long as it is on the page; a line that comes takes one that is free', () => {
    const slots = new LineSlots();
    expect(slots.assign([0, 1, 2, 3])).toEqual([0, 1, 2, 3]);
    expect(slots.assign([1, 2, 3, 4])).toEqual([1, 2, 3, 0]);
    expect(slots.assign([3, 4, 5, 6])).toEqual([3, 0, 1, 2]);
  });

  it('stay in their order when the list jumps, so that no element has to move', () => {
    const slots = new LineSlots();
    slots.assign([0, 1, 2]);
    expect(slots.assign([500, 501, 502])).toEqual([0, 1, 2]);
  });

  it('are as many as there are lines, each another one', () => {
    const slots = new LineSlots();
    for (const lines of [[0, 1], [1, 2, 3, 90], [90], [], [4, 5, 90], [5, 6, 7, 90]]) {
      const given = slots.assign(lines);
      expect(new Set(given).size).toBe(lines.length);
      expect(slots.assign(lines)).toEqual(given);
    }
  });
});
