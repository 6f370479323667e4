import { expect, it } from 'vitest';
import { comparisonNotes } from '../../src-main/cli/comparison-notes.ts';

const counts = { hash: 'a'.repeat(64), crowd: 0, references: 4, harmless: 0, counterExamples: 0 };
const ready = { with: counts, unavailable: [], skipped: 0 };
const poses = { turn: 1.1, shift: 0.1, scale: 0, differs: true };

it('says how parts are turned to one pose where they lie in several', () => {
  const notes = (comparison: typeof ready & { readonly poses?: typeof poses }) =>
    comparisonNotes({ kind: 'compared', comparison, skipped: [] });
  expect(notes({ ...ready, poses })).toEqual([
    'Every image is compared with 4 references.',
    'The parts lie in different poses: --align turns every part to one before it is compared.',
  ]);
  expect(notes({ ...ready, poses: { ...poses, differs: false } })).toHaveLength(1);
  expect(notes(ready)).toHaveLength(1);
});
