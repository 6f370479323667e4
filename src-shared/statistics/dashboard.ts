import { z } from 'zod';
import { pairAgreementSchema } from '../agreement.ts';
import { countSchema, idSchema, immutable } from '../field-schemas.ts';
import { statsFilterSchema, subgroupSchema } from './stats-filter.ts';

const share = z.number().min(0).max(1);
const byModel = z.object({ accept: countSchema, warn: countSchema, reject: countSchema });
const bySeverity = z.object({
  critical: countSchema,
  major: countSchema,
  minor: countSchema,
  none: countSchema,
});
/** Milliseconds to three significant digits; null of nothing. By nearest rank. */
const time = z.number().min(0).nullable();

/** Images of one defect class: those that an inspector rejected under it. */
const paretoBarSchema = z.object({
  /** Empty: the inspector gave none. */
  defectClass: z.string(),
  severities: bySeverity,
  count: countSchema,
  /** The severities times their weights. */
  weighted: countSchema,
  /** Of the sum of what the bars are ordered by, with all bars before. */
  cumulative: share,
});

const pChartPointSchema = z.object({
  /** Lot, or the batch's name where it has none; or the day. */
  key: z.string(),
  /** Of the lot; empty by day. */
  partNumber: z.string(),
  batchIds: z.array(idSchema),
  /** Images with a decision: good or nonconforming. */
  inspected: countSchema,
  nonconforming: countSchema,
  /** Left out: neither good nor nonconforming yet. */
  undecided: countSchema,
  /** Nonconforming of those with a decision; null where there is none, and then no limits. */
  share: share.nullable(),
  lower: share.nullable(),
  upper: share.nullable(),
  violations: z.array(z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)])),
});

/**
 * Statistics over many batches. An image is good when the inspector accepts it or, where there is no verdict of an
 * inspector, the model does; nonconforming when they reject it; else (warn without an inspector's verdict, uncertain) it
 * is undecided. Images that could not be inspected are counted as `failed` and nowhere else.
 */
export const dashboardSchema = immutable(
  z.object({
    filter: statsFilterSchema,
    /** What the filter can be set to, whatever it is now; sorted. */
    choices: z.object({
      partNumbers: z.array(z.string()),
      lots: z.array(z.string()),
      recipes: z.array(z.string()),
      inspectors: z.array(z.string()),
    }),
    batches: countSchema,
    inspected: countSchema,
    failed: countSchema,
    model: byModel,
    human: z.object({ accept: countSchema, reject: countSchema, uncertain: countSchema }),
    unreviewed: countSchema,
    /** An inspector said the opposite of the model. */
    overturned: countSchema,
    yield: z.object({
      inspected: countSchema,
      good: countSchema,
      nonconforming: countSchema,
      undecided: countSchema,
      /** Good ones whose newest disposition is rework. */
      reworked: countSchema,
      /** (good − reworked) / inspected; null of nothing. */
      firstPass: share.nullable(),
    }),
    /** What one image of a severity adds to `weighted`; `none`: the inspector gave none. */
    weights: z.object({ critical: z.number(), major: z.number(), minor: z.number(), none: z.number() }),
    /** By falling count. */
    pareto: z.array(paretoBarSchema),
    pChart: z.object({
      by: subgroupSchema,
      /** p̄; null without decided images. */
      centre: share.nullable(),
      /** In the order of time. */
      points: z.array(pChartPointSchema),
    }),
    scores: z.object({
      /** Images by the model's verdict; bin b holds scores from b/100 to below (b + 1)/100, the last one 1 too. */
      bins: z.array(byModel).length(100),
      /** Null: not the same in all runs. */
      thresholds: z.object({ warn: share, reject: share }).nullable(),
    }),
    confusion: z.object({ accept: byModel, reject: byModel, uncertain: byModel, none: byModel }),
    agreement: z.object({
      /** On images that both judged one after the other: the second saw what the first had said. Their last verdicts. */
      history: z.array(pairAgreementSchema),
      /** Of the batches' blind studies: their answers to the same image in the same round. Not restricted by day. */
      studies: z.array(pairAgreementSchema),
    }),
    /** Of one image: from reading it to its result. */
    milliseconds: z.object({ median: time, p95: time }),
    /** By day, those with something only. `reviewed`: verdicts that count, by the day on which they were given. */
    throughput: z.array(
      z.object({
        day: z.string(),
        inspected: countSchema,
        reviewed: countSchema,
        medianMilliseconds: time,
        p95Milliseconds: time,
      }),
    ),
  }),
);
export type Dashboard = z.infer<typeof dashboardSchema>;
