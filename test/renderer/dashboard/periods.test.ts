import { describe, expect, it } from 'vitest';
import { daysOf, periodOf } from '../../../src-renderer/dashboard/periods.ts';

describe('periods', () => {
  it('count today as their last day, over months and leap days', () => {
    expect(daysOf('all', '2028-03-01')).toEqual({});
    expect(daysOf('today', '2028-03-01')).toEqual({ from: '2028-03-01', to: '2028-03-01' });
    expect(daysOf('week', '2028-03-01')).toEqual({ from: '2028-02-24', to: '2028-03-01' });
    expect(daysOf('month', '2027-01-15')).toEqual({ from: '2026-12-17', to: '2027-01-15' });
  });

  it('are found again by their days, until the day is over', () => {
    const days = daysOf('week', '2028-03-01');
    expect(periodOf(days, '2028-03-01')).toBe('week');
    expect(periodOf(days, '2028-03-02')).toBeNull();
    expect(periodOf({}, '2028-03-01')).toBe('all');
    expect(periodOf({ from: '2028-01-01' }, '2028-03-01')).toBeNull();
  });
});
