import { z } from 'zod';
import { countSchema, immutable } from '../field-schemas.ts';
import { type Severity, severitySchema } from '../verdict.ts';
import { codeLetter, type InspectionLevel } from './code-letters.ts';
import { AQLS, type InspectionSeverity, inspectionSeveritySchema, resolve } from './master-tables.ts';
import { zeroAcceptanceSample } from './zero-acceptance.ts';

/** What plans follow: the tables of ISO 2859-1:1999, or c = 0 by formula for a rejectable quality. */
export const samplingStandardSchema = z.enum(['iso-2859-1', 'zero-acceptance']);
export type SamplingStandard = z.infer<typeof samplingStandardSchema>;

/** The largest lot that is planned for. */
const LOT_SIZE = { min: 2, max: 10_000_000 } as const;
export const lotSizeSchema = z.int().min(LOT_SIZE.min).max(LOT_SIZE.max);

/** The AQL up to which it is a percentage of nonconforming items; above, nonconformities per 100 items. */
const HIGHEST_PERCENTAGE = 10;

/** How one class of nonconformities is inspected. */
const classPlanSchema = immutable(
  z.object({
    /**
     * ISO 2859-1: the AQL. c = 0: the rejectable quality in percent. 0: no nonconforming item of the class is accepted in the
     * whole sample, which is the user's own rule and not the standard's.
     */
    limit: z.number(),
    severity: inspectionSeveritySchema,
    /** Of the lot's size and level; null: the plan has none. */
    codeLetter: z.string().nullable(),
    /** Row that the plan stands in: another one where an arrow led to it; null: the plan has none. */
    tableLetter: z.string().nullable(),
    /** Items; the whole lot at most. The sample of the lot is the largest of its classes'. */
    sampleSize: countSchema,
    accept: countSchema,
    /** Always accept + 1. */
    reject: countSchema,
    /** What is counted: images that were rejected, or what is marked in them. */
    counts: z.enum(['nonconforming', 'nonconformities']),
    /** The table's sample is as large as the lot, or larger: every item is inspected. */
    everyItem: z.boolean(),
  }),
);
export type ClassPlan = z.infer<typeof classPlanSchema>;

export const planByClassSchema = immutable(z.partialRecord(severitySchema, classPlanSchema));
export type PlanByClass = z.infer<typeof planByClassSchema>;

/** What each class is judged by; a class that is missing is not judged. */
export const classLimitsSchema = immutable(
  z
    .partialRecord(severitySchema, z.number().min(0).max(1000))
    .refine((limits) => Object.keys(limits).length > 0, 'give at least one class a limit'),
);
export type ClassLimits = z.infer<typeof classLimitsSchema>;

/** True for what a class can be judged by. */
export function isLimit(standard: SamplingStandard, limit: number): boolean {
  return limit === 0 || (standard === 'iso-2859-1' ? AQLS.includes(limit) : limit > 0 && limit <= 100);
}

/**
 * The single sampling plan of one class.
 * @param options.lotSize items, {@link LOT_SIZE}
 * @param options.aql one of {@link AQLS}
 */
export function samplingPlan(options: {
  readonly lotSize: number;
  readonly level: InspectionLevel;
  readonly severity: InspectionSeverity;
  readonly aql: number;
}): ClassPlan {
  const { lotSize, level, severity, aql } = options;
  const letter = codeLetter(lotSize, level);
  const { letter: tableLetter, sampleSize, accept } = resolve(severity, letter, aql);
  return {
    limit: aql,
    severity,
    codeLetter: letter,
    tableLetter,
    sampleSize: Math.min(sampleSize, lotSize),
    accept,
    reject: accept + 1,
    counts: aql > HIGHEST_PERCENTAGE ? 'nonconformities' : 'nonconforming',
    everyItem: sampleSize >= lotSize,
  };
}

/**
 * How every class of a lot is inspected.
 * @param options.severities of each class; default: normal
 * @throws RangeError for a limit that {@link isLimit} refuses
 */
export function planLot(options: {
  readonly standard: SamplingStandard;
  readonly lotSize: number;
  readonly level: InspectionLevel;
  readonly limits: ClassLimits;
  readonly severities?: Partial<Readonly<Record<Severity, InspectionSeverity>>>;
}): PlanByClass {
  const { standard, lotSize, level, limits, severities = {} } = options;
  const plans: Partial<Record<Severity, ClassPlan>> = {};
  for (const severity of severitySchema.options) {
    const limit = limits[severity];
    if (limit === undefined || limit === 0) continue;
    plans[severity] =
      standard === 'iso-2859-1'
        ? samplingPlan({ lotSize, level, severity: severities[severity] ?? 'normal', aql: limit })
        : zeroAcceptancePlan(lotSize, zeroAcceptanceSample(lotSize, limit), limit);
  }
  const without = severitySchema.options.filter((severity) => limits[severity] === 0);
  if (without.length > 0) {
    const others = sampleSizeOf(plans);
    // Alone they need a sample of their own: that of the code letter.
    const alone = standard === 'iso-2859-1' ? letterSample(lotSize, level) : lotSize;
    for (const severity of without) plans[severity] = zeroAcceptancePlan(lotSize, others || alone, 0);
  }
  return plans;
}

/** Items that are drawn for a lot: as many as its largest plan takes. */
export function sampleSizeOf(plans: PlanByClass): number {
  return Math.max(0, ...Object.values(plans).map((plan) => plan?.sampleSize ?? 0));
}

function letterSample(lotSize: number, level: InspectionLevel): number {
  // Of the row's own plan, whatever its AQL.
  const letter = codeLetter(lotSize, level);
  const own = AQLS.map((aql) => resolve('normal', letter, aql)).find((plan) => plan.letter === letter);
  return Math.min(lotSize, own!.sampleSize);
}

function zeroAcceptancePlan(lotSize: number, sampleSize: number, limit: number): ClassPlan {
  return {
    limit,
    severity: 'normal',
    codeLetter: null,
    tableLetter: null,
    sampleSize,
    accept: 0,
    reject: 1,
    counts: 'nonconforming',
    everyItem: sampleSize >= lotSize,
  };
}
