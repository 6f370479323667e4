/** The model's answer for an image: below `warn`, between the two thresholds, or from `reject` on. */
export type ModelVerdict = 'accept' | 'warn' | 'reject';

/** The verdict for an image score (0..1) under a recipe's two thresholds. */
export function modelVerdict(
  score: number,
  thresholds: { readonly warn: number; readonly reject: number },
): ModelVerdict {
  if (score >= thresholds.reject) return 'reject';
  return score >= thresholds.warn ? 'warn' : 'accept';
}
