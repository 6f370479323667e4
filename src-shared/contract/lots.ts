import { z } from 'zod';
import { countSchema, idSchema, immutable, lineSchema, textSchema } from '../field-schemas.ts';
import { inspectionLevelSchema } from '../sampling/code-letters.ts';
import { lotDetailsSchema, lotDispositionSchema, lotStateSchema } from '../sampling/lot.ts';
import { inspectionSeveritySchema } from '../sampling/master-tables.ts';
import {
  classLimitsSchema,
  lotSizeSchema,
  planByClassSchema,
  samplingStandardSchema,
} from '../sampling/plan.ts';
import { switchingStateSchema } from '../sampling/switching.ts';
import { severitySchema } from '../verdict.ts';
import { base, byId, inspector } from './base.ts';

const switchingSchema = immutable(z.partialRecord(severitySchema, switchingStateSchema));
export type SwitchingByClass = z.infer<typeof switchingSchema>;

const supplierSchema = lineSchema.trim().default('');

const planFields = {
  /** Items. May be larger than the batch has images, never smaller. */
  size: lotSizeSchema,
  standard: samplingStandardSchema.default('iso-2859-1'),
  level: inspectionLevelSchema.default('II'),
  limits: classLimitsSchema,
  supplier: supplierSchema,
  /** By class, where it is not to be the proposed one. */
  severities: z.partialRecord(severitySchema, inspectionSeveritySchema).default({}),
};

const lotPlanSchema = immutable(
  z.object({
    plans: planByClassSchema,
    sampleSize: countSchema,
    /** What the switching rules propose, from the lots of the part number and the supplier. */
    switching: switchingSchema,
    /** Lots of the part number and the supplier that nobody has decided yet: they do not count for switching. */
    undecided: countSchema,
    /** Images of the batch, and those of them that could not be read and are not drawn; null: no batch was named. */
    images: countSchema.nullable(),
    unreadable: countSchema.nullable(),
  }),
);
export type LotPlan = z.infer<typeof lotPlanSchema>;

const lotRequestSchema = z.object({
  batchId: idSchema.nullable(),
  partNumber: lineSchema.trim().default(''),
  ...planFields,
});
export type LotRequest = z.output<typeof lotRequestSchema>;

const newLotSchema = z.object({
  batchId: idSchema,
  ...planFields,
  /** Its number; empty: the batch's. */
  lot: lineSchema.trim().default(''),
  overrideReason: textSchema.trim().default(''),
  resubmits: idSchema.nullable().default(null),
  ...inspector,
});
export type NewLot = z.output<typeof newLotSchema>;

const lotListSchema = immutable(
  z.object({
    lots: z.array(lotStateSchema),
    /** The last lot of this page when more follow; null at the end. */
    next: idSchema.nullable(),
  }),
);
export type LotPage = z.infer<typeof lotListSchema>;

/** Acceptance sampling of lots. */
export const lots = {
  /** What would be drawn and allowed; changes nothing. Without a batch the part number says whose history counts. */
  plan: base.input(lotRequestSchema).output(lotPlanSchema),
  /**
   * Draws a sample from the images of a batch. `overrideReason` is asked for where a severity is not the proposed one; `resubmits`
   * names a rejected lot that is inspected again.
   */
  begin: base.input(newLotSchema).output(lotStateSchema),
  /** Newest first, a page at a time; of one batch, or of all that were not deleted. */
  list: base
    .input(
      z.object({
        batchId: idSchema.nullable().default(null),
        before: idSchema.nullable().default(null),
        limit: z.int().min(1).max(100).default(50),
      }),
    )
    .output(lotListSchema),
  get: base.input(byId).output(lotDetailsSchema),
  /** A decision that the finding does not say by itself asks for a comment. */
  dispose: base
    .input(
      byId.extend({
        disposition: lotDispositionSchema,
        comment: textSchema.trim().default(''),
        ...inspector,
      }),
    )
    .output(lotDetailsSchema),
  /** How the next lot of a part number and a supplier is to be inspected. */
  switching: base
    .input(z.object({ partNumber: lineSchema.trim(), supplier: supplierSchema }))
    .output(switchingSchema),
};
