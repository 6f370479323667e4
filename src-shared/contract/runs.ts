import { z } from 'zod';
import { errorRecordSchema } from '../error-record.ts';
import { hashSchema, idSchema } from '../field-schemas.ts';
import { pageNumberSchema } from '../image-page.ts';
import { runSchema } from '../run.ts';
import { tileProgressSchema } from '../tile-progress.ts';
import { base, byId, count, inspector } from './base.ts';

const runCountsSchema = z.object({ total: count, done: count, failed: count });

/** A run with how far it is. `rate`: images per second, `eta`: seconds left; null unless it is at work here. */
export const runProgressSchema = z.object({
  run: runSchema,
  ...runCountsSchema.shape,
  /** True when this program works on it. */
  active: z.boolean(),
  /** It inspects what comes into a folder that this program follows, and waits for more when it has inspected everything. */
  followed: z.literal(true).optional(),
  /** How many of the images that the others are compared with are prepared; null: all of them, or there are none. */
  comparing: z.object({ done: count, total: count }).nullable(),
  rate: z.number().nullable(),
  eta: z.number().nullable(),
  /** How far the image is that is looked at in tiles just now. */
  tiles: tileProgressSchema.optional(),
});
export type RunProgress = z.infer<typeof runProgressSchema>;

export const runs = {
  list: base.input(z.object({ batchId: idSchema })).output(z.array(runProgressSchema)),
  /** Inspects all images of the batch: with the given recipe, else with the batch's, else with the pack's default. */
  start: base
    .input(z.object({ batchId: idSchema, recipeHash: hashSchema.nullable().default(null), ...inspector }))
    .output(runProgressSchema),
  pause: base.input(byId.extend(inspector)).output(runProgressSchema),
  /** Goes on with a paused, interrupted or abandoned run. */
  resume: base
    .input(z.object({ id: idSchema, retryFailed: z.boolean().default(false), ...inspector }))
    .output(runProgressSchema),
  cancel: base.input(byId.extend(inspector)).output(runProgressSchema),
  failures: base.input(z.object({ id: idSchema, limit: count.max(10_000).default(1000) })).output(
    z.array(
      z.object({
        imageId: idSchema,
        path: z.string(),
        page: pageNumberSchema.nullable(),
        error: errorRecordSchema,
      }),
    ),
  ),
};
