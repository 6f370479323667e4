// @vitest-environment happy-dom

import { expect, it } from 'vitest';
import { openElsewhere } from '../../../src-renderer/state/presence.ts';

const at = (window: number, imageId: number, inspector: string | null) => ({ window, imageId, inspector });

it('several windows of one inspector are one person, and who looks is not somebody else', () => {
  const windows = [at(1, 5, 'Ada'), at(2, 5, 'Bo'), at(3, 5, 'Bo'), at(4, 6, 'Ada'), at(5, 7, 'Cy')];
  expect([...openElsewhere(windows, 1, 'Ada')]).toEqual([
    [5, ['Bo']],
    [7, ['Cy']],
  ]);
});

it('without people every other window counts', () => {
  const windows = [at(1, 5, null), at(2, 5, null), at(3, 6, null)];
  expect([...openElsewhere(windows, 1, null)]).toEqual([
    [5, [null]],
    [6, [null]],
  ]);
});
