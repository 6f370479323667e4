import { z } from 'zod';
import { countSchema, immutable } from '../field-schemas.ts';
import { type HumanVerdict, type Severity, severitySchema } from '../verdict.ts';
import type { ClassPlan, PlanByClass } from './plan.ts';

/** What the sample says of the lot: nothing yet, or whether it keeps to what was agreed. */
const conformitySchema = z.enum(['open', 'accepted', 'rejected']);

/** What inspectors said of an image of a sample, in the run that counts. */
export interface JudgedItem {
  /** Null: no verdict, or a withdrawn one. */
  readonly human: HumanVerdict | null;
  readonly severity: Severity | null;
  /** Nonconformities that are marked in it: the model's regions that nobody called false, and missed ones. */
  readonly marks: number;
}

/** What was found of one class. */
const classFindingSchema = immutable(
  z.object({
    /** In the images that the class's plan takes: the first `sampleSize` drawn. */
    found: countSchema,
    /** In the rest of the lot's sample, which other classes need: not counted, but there. */
    beyond: countSchema,
    conformity: conformitySchema,
  }),
);

export const sampleFindingSchema = immutable(
  z.object({
    conformity: conformitySchema,
    classes: z.partialRecord(severitySchema, classFindingSchema),
    /** Images of the sample, and those with a verdict that decides. */
    total: countSchema,
    judged: countSchema,
    /** Images without a verdict; called uncertain; rejected without a severity, or with one that is not judged. */
    missing: countSchema,
    uncertain: countSchema,
    unclassified: countSchema,
  }),
);
export type SampleFinding = z.infer<typeof sampleFindingSchema>;

/**
 * What follows from the verdicts on a sample. A class is rejected as soon as its rejection number is reached; it is accepted when
 * every image that it is judged by has a verdict that decides. The lot is rejected with any of its classes, and accepted with all
 * of them.
 * @param items in the order in which they were drawn
 */
export function judgeSample(plans: PlanByClass, items: readonly JudgedItem[]): SampleFinding {
  const isUnclassified = (item: JudgedItem) =>
    item.human === 'reject' && (item.severity === null || plans[item.severity] === undefined);
  const isOpen = (item: JudgedItem) =>
    item.human === null || item.human === 'uncertain' || (item.human === 'reject' && item.severity === null);
  const classes: Partial<Record<Severity, SampleFinding['classes'][Severity]>> = {};
  for (const severity of severitySchema.options) {
    const plan = plans[severity];
    if (!plan) continue;
    const own = items.slice(0, plan.sampleSize);
    const found = countOf(own, severity, plan);
    const beyond = countOf(items.slice(plan.sampleSize), severity, plan);
    const isDecided = own.length >= plan.sampleSize && !own.some(isOpen);
    const conformity = found >= plan.reject ? 'rejected' : isDecided ? 'accepted' : 'open';
    classes[severity] = { found, beyond, conformity };
  }
  const each = Object.values(classes).map((finding) => finding?.conformity);
  const missing = items.filter(({ human }) => human === null).length;
  const uncertain = items.filter(({ human }) => human === 'uncertain').length;
  const isRejected = each.includes('rejected');
  const isAccepted = each.every((conformity) => conformity === 'accepted') && !items.some(isOpen);
  return {
    conformity: isRejected ? 'rejected' : isAccepted ? 'accepted' : 'open',
    classes,
    total: items.length,
    judged: items.length - missing - uncertain,
    missing,
    uncertain,
    unclassified: items.filter(isUnclassified).length,
  };
}

function countOf(items: readonly JudgedItem[], severity: Severity, { counts }: ClassPlan): number {
  const rejected = items.filter((item) => item.human === 'reject' && item.severity === severity);
  if (counts === 'nonconforming') return rejected.length;
  return rejected.reduce((sum, { marks }) => sum + Math.max(1, marks), 0);
}
