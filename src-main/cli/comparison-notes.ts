import type { BatchEvent } from '../../src-shared/batch-event.ts';
import type { RunComparison } from '../../src-shared/run-comparison.ts';
import { printable } from './terminal.ts';

/** Skipped images that are named one by one. */
const NAMED = 5;

/** Lines about what a run compares with, and what could not be had. */
export function comparisonNotes({
  comparison,
  skipped,
}: BatchEvent & { readonly kind: 'compared' }): string[] {
  const { crowd, references, harmless, counterExamples } = comparison.with;
  const counts = [
    [crowd, 'image of the batch', 'images of the batch'],
    [references, 'reference', 'references'],
    [harmless, 'harmless mark', 'harmless marks'],
    [counterExamples, 'drawn defect', 'drawn defects'],
  ] as const;
  const kinds = counts
    .filter(([count]) => count > 0)
    .map(([count, one, more]) => `${count} ${count === 1 ? one : more}`);
  const named = skipped.slice(0, NAMED).map(({ path, error }) => printable(`${path}: ${error.message}`));
  return [
    ...(kinds.length > 0 ? [`Every image is compared with ${kinds.join(', ')}.`] : []),
    ...named.map((name) => `Not compared with ${name}`),
    ...(skipped.length > NAMED ? [`… nor with ${skipped.length - NAMED} more that could not be read.`] : []),
    ...(comparison.unavailable.includes('consensus')
      ? ['No consensus: that takes five different images that can be read.']
      : []),
    ...(comparison.unavailable.includes('references') ? ['No reference could be read.'] : []),
    ...alignmentNotes(comparison),
  ];
}

function alignmentNotes({ alignment, poses }: RunComparison): string[] {
  if (alignment === 'differ') return ['Parts are turned to one pose, because they lie in different ones.'];
  if (!poses?.differs) return [];
  return [
    alignment === 'unsure'
      ? 'The parts lie in different poses, but too few of them show theirs surely: they are compared as they lie. --align turns them all the same.'
      : 'The parts lie in different poses: --align turns every part to one before it is compared.',
  ];
}
