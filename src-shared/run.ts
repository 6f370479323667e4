import { z } from 'zod';
import { sampleRangesSchema } from './batch-range.ts';
import { deviceReportSchema } from './device.ts';
import { errorRecordSchema } from './error-record.ts';
import { hashSchema, idSchema, immutable } from './field-schemas.ts';
import { runComparisonSchema } from './run-comparison.ts';
import { scaleSchema } from './scale.ts';

/**
 * `running` and `paused` runs have a program that works on them (or died doing so); `interrupted` ones can be
 * resumed; `cancelled` and `done` are final.
 */
const runStatusSchema = z.enum(['running', 'paused', 'interrupted', 'cancelled', 'done']);
export type RunStatus = z.infer<typeof runStatusSchema>;

/** One pass of a recipe over the images that the batch had when the run began. */
export const runSchema = immutable(
  z.object({
    id: idSchema,
    batchId: idSchema,
    recipeHash: hashSchema,
    packHash: hashSchema,
    /** Of the program that started or last resumed the run; each result has its own. */
    device: deviceReportSchema,
    softwareVersion: z.string(),
    /** Those of the batch when the run began: all its images are seen with them. */
    sampleRanges: sampleRangesSchema,
    /** The batch's, or else the recipe's, when the run began. Null: neither said how large a pixel is. */
    scale: scaleSchema.nullable(),
    /** What its images are compared with; null: nothing, or not prepared yet. */
    comparison: runComparisonSchema.nullable(),
    status: runStatusSchema,
    startedAt: z.string(),
    endedAt: z.string().nullable(),
    /** Why the run was interrupted. */
    error: errorRecordSchema.nullable(),
  }),
);
export type Run = z.infer<typeof runSchema>;
