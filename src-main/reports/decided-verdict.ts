import type { DoneImage } from './run-report.ts';

/** The verdict that counts: the inspector's, and where there is none the model's. */
export function decidedVerdict({ result, verdict }: DoneImage) {
  return verdict && verdict.verdict !== 'withdrawn' ? verdict.verdict : result.verdict;
}
