import { useDebouncedValue } from '@mantine/hooks';
import { useCallback, useMemo, useState } from 'react';
import { flippedRows, histogram, scoreTable, tryThresholds } from '../../src-shared/what-if.ts';
import type { WholeReviewTable } from '../api/review-table.ts';
import type { StackedBy } from './plot-header.tsx';
import { isSameTrial, moved, type ThresholdName, type TrialThresholds } from './thresholds.ts';

const BINS = 100;
/** Milliseconds without a movement after which a threshold rests. */
const REST = 80;

/** Thresholds that are tried out on a run's results, and what they would say. */
export function useTrial({ recipe, columns }: WholeReviewTable, by: StackedBy) {
  const [trial, setTrial] = useState<TrialThresholds>(() => thresholdsOf(recipe));
  const scores = useMemo(() => scoreTable(columns), [columns]);
  const bars = useMemo(() => histogram(scores, by, BINS), [scores, by]);
  const before = useMemo(() => tryThresholds(scores, recipe), [scores, recipe]);
  const after = tryThresholds(scores, trial);
  // The pictures follow when the threshold rests: its line in the plot must not wait for them.
  const [settled] = useDebouncedValue(trial, REST);
  const flipped = useMemo(() => flippedRows(scores, settled), [scores, settled]);
  const move = useCallback(
    (name: ThresholdName, value: number) => setTrial((current) => moved(current, name, value)),
    [],
  );
  return {
    trial,
    /** Images with a score. */
    count: scores.scores.length,
    bars,
    before,
    after,
    settled,
    /** Rows of the images whose verdict would be another one with the settled thresholds. */
    flipped,
    isSame: isSameTrial(trial, recipe),
    move,
    reset: () => setTrial(thresholdsOf(recipe)),
  };
}

export type TrialState = ReturnType<typeof useTrial>;

function thresholdsOf({ warn, reject, theta }: TrialThresholds): TrialThresholds {
  return { warn, reject, theta };
}
