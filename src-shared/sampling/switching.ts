import { z } from 'zod';
import { countSchema, immutable } from '../field-schemas.ts';
import { AQLS, type InspectionSeverity, inspectionSeveritySchema, masterCell } from './master-tables.ts';
import type { ClassPlan } from './plan.ts';

/** `discontinued`: acceptance is suspended until the supplier has acted; then it begins again tightened. */
export const proposedSeveritySchema = z.enum([...inspectionSeveritySchema.options, 'discontinued']);
export type ProposedSeverity = z.infer<typeof proposedSeveritySchema>;

/** Switching score from which inspection may be reduced (ISO 2859-1:1999, 9.3.3.1). */
const REDUCED_FROM = 30;
/** Lots that are looked back at (9.3.1, 9.3.2), and lots not accepted under tightened inspection that end it (9.4). */
const LOOK_BACK = 5;
const REJECTED_TO_TIGHTEN = 2;

/** Why a severity is proposed. `may-reduce`: normal, until an engineer agrees to reduced inspection. */
const switchingReasonSchema = z.enum([
  'first-lot',
  'stays-normal',
  'may-reduce',
  'two-of-five',
  'stays-tightened',
  'five-accepted',
  'five-not-accepted',
  'stays-reduced',
  'reduced-not-accepted',
  'no-switching',
]);

/** How one class of nonconformities is to be inspected in the next lot. */
export const switchingStateSchema = immutable(
  z.object({
    proposed: proposedSeveritySchema,
    reason: switchingReasonSchema,
    /** Under normal inspection; else 0. */
    score: countSchema,
    /** Lots in a row under the severity of the last one. */
    lots: countSchema,
    /** Of these, accepted in a row up to the last one; and not accepted in all. */
    acceptedInRow: countSchema,
    notAccepted: countSchema,
  }),
);
export type SwitchingState = z.infer<typeof switchingStateSchema>;

/** What became of a class in a lot. */
export interface InspectedLot {
  readonly plan: ClassPlan;
  /** What had been proposed for it. */
  readonly proposed: ProposedSeverity;
  readonly accepted: boolean;
  readonly found: number;
}

const NOTHING_YET = { score: 0, lots: 0, acceptedInRow: 0, notAccepted: 0 };

/** For a class without switching rules: c = 0, or none is accepted. */
export const NO_SWITCHING: SwitchingState = { proposed: 'normal', reason: 'no-switching', ...NOTHING_YET };

/**
 * The switching rules of ISO 2859-1:1999, 9.3 and 9.4, for one class of nonconformities: the standard applies them to each class
 * apart. What counts is the severity under which the lots were really inspected, whoever decided it.
 * @param history lots of the same part and supplier on original inspection (no resubmitted ones), oldest first
 */
export function switchingState(history: readonly InspectedLot[]): SwitchingState {
  const last = history.at(-1);
  if (!last) return { proposed: 'normal', reason: 'first-lot', ...NOTHING_YET };
  const { severity } = last.plan;
  const lots = lotsInRow(history, severity);
  const counts = {
    score: severity === 'normal' ? switchingScore(lots) : 0,
    lots: lots.length,
    acceptedInRow: lots.length - 1 - lots.findLastIndex(({ accepted }) => !accepted),
    notAccepted: lots.filter(({ accepted }) => !accepted).length,
  };
  return { ...rule(severity, lots, counts), ...counts };
}

function rule(
  severity: InspectionSeverity,
  lots: readonly InspectedLot[],
  counts: Pick<SwitchingState, 'score' | 'acceptedInRow' | 'notAccepted'>,
): Pick<SwitchingState, 'proposed' | 'reason'> {
  if (severity === 'normal') {
    const rejected = lots.slice(-LOOK_BACK).filter(({ accepted }) => !accepted).length;
    if (rejected >= REJECTED_TO_TIGHTEN) return { proposed: 'tightened', reason: 'two-of-five' };
    return { proposed: 'normal', reason: counts.score >= REDUCED_FROM ? 'may-reduce' : 'stays-normal' };
  }
  if (severity === 'tightened') {
    if (counts.notAccepted >= LOOK_BACK) return { proposed: 'discontinued', reason: 'five-not-accepted' };
    if (counts.acceptedInRow >= LOOK_BACK) return { proposed: 'normal', reason: 'five-accepted' };
    return { proposed: 'tightened', reason: 'stays-tightened' };
  }
  if (counts.acceptedInRow === 0) return { proposed: 'normal', reason: 'reduced-not-accepted' };
  return { proposed: 'reduced', reason: 'stays-reduced' };
}

/** The last lots under one severity; what was begun again after it had been discontinued is counted anew. */
function lotsInRow(history: readonly InspectedLot[], severity: InspectionSeverity): readonly InspectedLot[] {
  let from = history.length;
  while (from > 0 && history[from - 1]!.plan.severity === severity) {
    from--;
    if (history[from]!.proposed === 'discontinued') break;
  }
  return history.slice(from);
}

/** ISO 2859-1:1999, 9.3.3.2, single sampling. */
function switchingScore(lots: readonly InspectedLot[]): number {
  let score = 0;
  for (const { plan, accepted, found } of lots) {
    if (plan.accept <= 1) score = accepted ? score + 2 : 0;
    else score = accepted && found <= tighterAccept(plan) ? score + 3 : 0;
  }
  return score;
}

/** The acceptance number of the same sample with an AQL that is one step tighter. */
function tighterAccept({ tableLetter, limit }: ClassPlan): number {
  const tighter = AQLS[AQLS.indexOf(limit) - 1];
  if (tableLetter === null || tighter === undefined) return -1;
  const cell = masterCell('normal', tableLetter, tighter);
  return typeof cell === 'number' ? cell : -1;
}
