import { z } from 'zod';
import { countSchema, idSchema, immutable } from '../field-schemas.ts';
import { pageNumberSchema } from '../image-page.ts';
import { humanVerdictSchema, severitySchema } from '../verdict.ts';
import { inspectionLevelSchema } from './code-letters.ts';
import { sampleFindingSchema } from './conformity.ts';
import { lotSizeSchema, planByClassSchema, samplingStandardSchema } from './plan.ts';
import { proposedSeveritySchema } from './switching.ts';

/** A lot that is judged by a sample of its batch's images: what was planned and drawn, which never changes. */
export const lotRecordSchema = immutable(
  z.object({
    id: idSchema,
    batchId: idSchema,
    batchName: z.string(),
    partNumber: z.string(),
    supplier: z.string(),
    /** Number that the supplier or the plant gave it. */
    lot: z.string(),
    /** Items. */
    size: lotSizeSchema,
    standard: samplingStandardSchema,
    level: inspectionLevelSchema,
    plans: planByClassSchema,
    /** What the switching rules had proposed for each class. */
    proposed: z.partialRecord(severitySchema, proposedSeveritySchema),
    /** Why another severity was taken; empty: as proposed. */
    overrideReason: z.string(),
    /** The lot, not accepted before, that this inspects again. It does not count for switching. */
    resubmits: idSchema.nullable(),
    /** What the sample was drawn with; `drawSample` says how. */
    seed: z.string(),
    /** What it was drawn from: the batch's images up to the last one, except those that could not be read. */
    frame: z.object({
      images: countSchema,
      lastImageId: idSchema,
      unreadable: z.array(idSchema),
    }),
    sampleSize: countSchema,
    inspector: z.string(),
    createdAt: z.string(),
  }),
);
export type LotRecord = z.infer<typeof lotRecordSchema>;

/**
 * What was decided about a lot. `cancelled`: begun by mistake, it counts for nothing. `withdrawn` takes the last decision back.
 */
export const lotDispositionSchema = z.enum(['accepted', 'rejected', 'cancelled', 'withdrawn']);
export type LotDisposition = z.infer<typeof lotDispositionSchema>;

/** A decision about a lot. Entries are only ever added; the newest one counts. */
const lotDecisionSchema = immutable(
  z.object({
    id: idSchema,
    lotId: idSchema,
    disposition: lotDispositionSchema,
    comment: z.string(),
    /** The run whose verdicts it was based on; null: there was none. */
    runId: idSchema.nullable(),
    /** What had been found then. */
    finding: sampleFindingSchema,
    inspector: z.string(),
    createdAt: z.string(),
    supersedes: idSchema.nullable(),
  }),
);
export type LotDecision = z.infer<typeof lotDecisionSchema>;

/**
 * What a lot's result has to be read with; each with the number of images, or of nonconformities, that it is about.
 * - `no-run`: the batch was not inspected, so nobody can judge its images
 * - `newer-run`: verdicts were given in earlier runs, and only those of the newest one count
 * - `images-added`: the batch got images after the sample was drawn from it
 * - `images-changed`: files are others than when the sample was drawn
 * - `failed`: the model could not inspect them; they need a verdict all the same
 * - `uncertain`, `unclassified`: verdicts that do not decide
 * - `beyond`: nonconformities outside the part of the sample that their class is judged by
 * - `by-marks`: nonconformities are counted by marks: regions, less false ones, and missed defects
 * - `changed-since-decided`: the finding is another one than when the lot was decided
 * - `batch-deleted`: its batch was deleted
 */
const LOT_NOTICES = [
  'no-run',
  'newer-run',
  'images-added',
  'images-changed',
  'failed',
  'uncertain',
  'unclassified',
  'beyond',
  'by-marks',
  'changed-since-decided',
  'batch-deleted',
] as const;
const lotNoticeSchema = immutable(z.object({ code: z.enum(LOT_NOTICES), count: countSchema }));
export type LotNotice = z.infer<typeof lotNoticeSchema>;

const lotState = z.object({
  lot: lotRecordSchema,
  /** The newest run of its batch, whose verdicts count. */
  runId: idSchema.nullable(),
  finding: sampleFindingSchema,
  /** The decision that counts; null: none. */
  decision: lotDecisionSchema.nullable(),
  /** The lot that inspects it again. */
  resubmittedAs: idSchema.nullable(),
  notices: z.array(lotNoticeSchema),
});

/** A lot with what is known of it now. */
export const lotStateSchema = immutable(lotState);
export type LotState = z.infer<typeof lotStateSchema>;

/** One image of a lot's sample. */
const lotImageSchema = immutable(
  z.object({
    /** From 1, in the order in which they were drawn. */
    place: countSchema,
    imageId: idSchema,
    /** Path below the folder that all images of the batch share, with `/`. */
    name: z.string(),
    /** Which picture of its file it is; null where there is one. */
    page: pageNumberSchema.nullable(),
    human: humanVerdictSchema.nullable(),
    severity: severitySchema.nullable(),
    defectClass: z.string(),
    marks: countSchema,
    /** Its file is another one than when the sample was drawn. */
    changed: z.boolean(),
  }),
);
export type LotImage = z.infer<typeof lotImageSchema>;

/** Everything about a lot. */
export const lotDetailsSchema = immutable(
  lotState.extend({
    /** In the order in which they were drawn. */
    images: z.array(lotImageSchema),
    /** Every decision, oldest first. */
    decisions: z.array(lotDecisionSchema),
  }),
);
export type LotDetails = z.infer<typeof lotDetailsSchema>;
