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

export type HumanVerdict = 'accept' | 'reject' | 'uncertain';
export type Severity = 'critical' | 'major' | 'minor';

/** An inspector's verdict on one image of a run. Entries are only ever added; the newest one counts. */
export interface VerdictEntry {
  readonly id: number;
  readonly runId: number;
  readonly imageId: number;
  /** `withdrawn` takes the verdict back (undo): the image counts as not reviewed. */
  readonly verdict: HumanVerdict | 'withdrawn';
  readonly defectClass: string;
  readonly severity: Severity | null;
  /** Why the model was overturned; never empty when {@link overturns} says that it was. */
  readonly overturnReason: string;
  readonly comment: string;
  readonly inspector: string;
  readonly createdAt: string;
  /** The entry that this one replaces. */
  readonly supersedes: number | null;
}

/** True when the inspector says the opposite of the model. A `warn` is a question, so no answer overturns it. */
export function overturns(human: VerdictEntry['verdict'], model: ModelVerdict | null): boolean {
  return (human === 'accept' && model === 'reject') || (human === 'reject' && model === 'accept');
}
