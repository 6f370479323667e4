import { expect, it } from 'vitest';
import { comparisonNotes } from '../../src-main/cli/comparison-notes.ts';
import type { AlignmentDecision } from '../../src-shared/run-comparison.ts';

const counts = { hash: 'a'.repeat(64), crowd: 0, references: 4, harmless: 0, counterExamples: 0 };
const ready = { with: counts, unavailable: [], skipped: 0 };
const poses = { turn: 1.1, shift: 0.1, scale: 0, differs: true };

it('says how parts are turned to one pose where they lie in several', () => {
  const notes = (decision: AlignmentDecision) =>
    comparisonNotes({ kind: 'compared', comparison: { ...ready, ...decision }, skipped: [] });
  for (const decision of [{ poses }, { poses, alignment: 'off' }] as const) {
    expect(notes(decision)).toEqual([
      'Every image is compared with 4 references.',
      'The parts lie in different poses: --align turns every part to one before it is compared.',
    ]);
  }
  expect(notes({ poses, alignment: 'differ' })[1]).toBe(
    'Parts are turned to one pose, because they lie in different ones.',
  );
  expect(notes({ poses, alignment: 'unsure' })[1]).toMatch(/too few of them show theirs surely.*--align/);
  expect(notes({ poses: { ...poses, differs: false }, alignment: 'alike' })).toHaveLength(1);
  expect(notes({ alignment: 'unsure' })).toHaveLength(1);
  expect(notes({ alignment: 'on' })).toHaveLength(1);
});
