import { describe, expect, it } from 'vitest';
import {
  type DashboardView,
  viewAddress,
  viewOf,
} from '../../../src-renderer/dashboard/dashboard-address.ts';

const START: DashboardView = { filter: {}, by: 'lot', order: 'count', cell: null };

describe('the address of the dashboard', () => {
  it('is empty for what everything begins with', () => {
    expect(viewAddress(START)).toBe('');
    expect(viewOf('')).toEqual({ ...START, isUnderstood: true });
  });

  it.each<Partial<DashboardView>>([
    { filter: { partNumber: 'MN/20 & ü+%2F?#', lot: '50%', recipe: '默认', inspector: 'Ada = B' } },
    { filter: { batchId: 7, from: '2026-01-31', to: '2026-02-01' }, by: 'day', order: 'weighted' },
    { cell: 'missed-defects' },
    { cell: { human: 'none', model: 'warn' } },
  ])('tells all of what is shown: %o', (changes) => {
    const view = { ...START, ...changes };
    const address = viewAddress(view);
    // What the browser and the router make of these signs in a path must not matter.
    expect(address).not.toMatch(/[/?#]/);
    expect(viewOf(address)).toEqual({ ...view, isUnderstood: true });
  });

  it.each(['from=yesterday', 'from=2026-02-01&to=2026-01-01', 'batchId=x', 'by=week', 'images=accept.maybe'])(
    'says that it is not understood: %s',
    (address) => {
      expect(viewOf(address)).toEqual({ ...START, isUnderstood: false });
    },
  );
});
