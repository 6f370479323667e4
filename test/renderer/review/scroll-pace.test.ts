import { describe, expect, it } from 'vitest';
import { ScrollPace } from '../../../src-renderer/review/scroll-pace.ts';

const HEIGHT = 1000;

describe('the pace of a list', () => {
  it('is slow at a single jump, however far', () => {
    expect(new ScrollPace().moved(500_000, HEIGHT, 1000)).toBe(false);
  });

  it('is slow while the wheel is turned notch by notch', () => {
    const pace = new ScrollPace();
    for (let notch = 0; notch < 20; notch++) {
      expect(pace.moved(notch * 100, HEIGHT, 1000 + notch * 100)).toBe(false);
    }
  });

  it('is fast when the list is scrolled fast, upwards as well, until it slows down', () => {
    for (const direction of [1, -1]) {
      const pace = new ScrollPace();
      const at = (time: number, offset: number) => pace.moved(50_000 + direction * offset, HEIGHT, time);
      expect([at(1000, 0), at(1016, 300), at(1100, 1800), at(1116, 2100)]).toEqual([
        false,
        false,
        true,
        true,
      ]);
      expect([at(1200, 2110), at(1300, 2120)]).toEqual([true, false]);
    }
  });

  it('begins anew after a rest', () => {
    const pace = new ScrollPace();
    pace.moved(0, HEIGHT, 1000);
    expect(pace.moved(1000, HEIGHT, 1100)).toBe(true);
    pace.rest();
    expect(pace.moved(3000, HEIGHT, 1200)).toBe(false);
  });
});
