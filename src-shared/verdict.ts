import { z } from 'zod';
import { idSchema, immutable } from './field-schemas.ts';

/** The model's answer for an image: below `warn`, between the two thresholds, or from `reject` on. */
export const modelVerdictSchema = z.enum(['accept', 'warn', 'reject']);
export type ModelVerdict = z.infer<typeof modelVerdictSchema>;

/** The verdict for an image score (0..1) under a recipe's two thresholds. */
export function modelVerdict(
  score: number,
  thresholds: { readonly warn: number; readonly reject: number },
): ModelVerdict {
  if (score >= thresholds.reject) return 'reject';
  return score >= thresholds.warn ? 'warn' : 'accept';
}

export const humanVerdictSchema = z.enum(['accept', 'reject', 'uncertain']);
export type HumanVerdict = z.infer<typeof humanVerdictSchema>;
export const severitySchema = z.enum(['critical', 'major', 'minor']);
export type Severity = z.infer<typeof severitySchema>;

/** `withdrawn` takes the verdict back (undo): the image counts as not reviewed. */
export const entryVerdictSchema = z.enum([...humanVerdictSchema.options, 'withdrawn']);

/** An inspector's verdict on one image of a run. Entries are only ever added; the newest one counts. */
export const verdictEntrySchema = immutable(
  z.object({
    id: idSchema,
    runId: idSchema,
    imageId: idSchema,
    verdict: entryVerdictSchema,
    defectClass: z.string(),
    severity: severitySchema.nullable(),
    /** Why the model was overturned; never empty when {@link overturns} says that it was. */
    overturnReason: z.string(),
    comment: z.string(),
    inspector: z.string(),
    createdAt: z.string(),
    /** The entry that this one replaces. */
    supersedes: idSchema.nullable(),
  }),
);
export type VerdictEntry = z.infer<typeof verdictEntrySchema>;

/** True when the inspector says the opposite of the model. A `warn` is a question, so no answer overturns it. */
export function overturns(human: VerdictEntry['verdict'], model: ModelVerdict | null): boolean {
  return (human === 'accept' && model === 'reject') || (human === 'reject' && model === 'accept');
}
