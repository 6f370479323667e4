import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { batchChangesSchema, batchSchema, newBatchSchema } from '../batch.ts';
import { SAMPLE_KINDS } from '../batch-range.ts';
import { idSchema, immutable, lineSchema } from '../field-schemas.ts';
import { sampleRangeSchema } from '../sample-range.ts';
import { scaleSchema } from '../scale.ts';
import { base, byId, count, inspector } from './base.ts';
import { runProgressSchema } from './runs.ts';

/** An import that did not come to its end: the batch may lack images. */
const stoppedImportSchema = z.object({
  inspector: z.string(),
  startedAt: z.string(),
  /** The first files and folders that were chosen, and how many there are besides. */
  paths: z.array(z.string()),
  more: count,
});
export type StoppedImport = z.infer<typeof stoppedImportSchema>;

/** A batch as the list of batches shows it. `verdicts` counts the newest run's images by the model's verdict. */
export const batchSummarySchema = immutable(
  z.object({
    batch: batchSchema,
    images: count,
    deletedAt: z.string().nullable(),
    stoppedImport: stoppedImportSchema.nullable(),
    /** The newest. */
    run: runProgressSchema.nullable(),
    verdicts: z.object({ accept: count, warn: count, reject: count }),
    /** Images of the newest run whose notices put their verdict in doubt. */
    doubtful: count,
    /** Images with an inspector's verdict in the newest run. */
    reviewed: count,
    /** The first images by name, for the batch's picture. */
    cover: z.array(idSchema).max(4),
  }),
);
export type BatchSummaryRow = z.infer<typeof batchSummarySchema>;

/** What goes, or went, when deleted batches are removed for good. `bytes`: of files in the workspace. */
const purgeSummarySchema = z.object({
  batches: count,
  images: count,
  results: count,
  /** Entries of the inspectors' history, also those that were superseded. */
  verdicts: count,
  annotations: count,
  /** With every answer given in them. */
  studies: count,
  /** With their samples and decisions, which then count for switching no more. */
  lots: count,
  bytes: count,
});
export type PurgeSummary = z.infer<typeof purgeSummarySchema>;

const purgeProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('removing'), done: count, total: count }),
  z.object({ kind: z.literal('finished'), summary: purgeSummarySchema }),
]);
export type PurgeProgress = z.infer<typeof purgeProgressSchema>;

export const batches = {
  list: base
    .input(
      z.object({
        search: lineSchema.default(''),
        show: z.enum(['current', 'archived', 'deleted']).default('current'),
      }),
    )
    .output(z.array(batchSummarySchema)),
  get: base.input(byId).output(batchSummarySchema),
  create: base.input(z.object({ metadata: newBatchSchema, ...inspector })).output(batchSchema),
  update: base
    .input(z.object({ id: idSchema, changes: batchChangesSchema, ...inspector }))
    .output(batchSchema),
  /**
   * What is black and white from now on in images of more than 8 bits whose files do not say; `range` null: what
   * the first images say. Results that are there keep what they were made with.
   */
  changeSampleRange: base
    .input(byId.extend({ kind: z.enum(SAMPLE_KINDS), range: sampleRangeSchema.nullable(), ...inspector }))
    .output(batchSummarySchema),
  /**
   * How large a pixel of its images is, for the runs that begin from now on; null: not known. Results that are there keep
   * what they were made with.
   */
  changeScale: base
    .input(byId.extend({ scale: scaleSchema.nullable(), ...inspector }))
    .output(batchSummarySchema),
  archive: base.input(z.object({ id: idSchema, archived: z.boolean(), ...inspector })).output(batchSchema),
  /** Takes the batch out of sight, or (`deleted: false`) brings it back as it was. */
  delete: base.input(z.object({ id: idSchema, deleted: z.boolean(), ...inspector })).output(batchSchema),
  /** What {@link purge} would remove. `id` null: all deleted batches. */
  purgePreview: base.input(z.object({ id: idSchema.nullable() })).output(purgeSummarySchema),
  /**
   * Removes deleted batches for good, with everything that was found and said about them; the image files are not
   * touched. It cannot be cancelled: who stops listening does not stop it.
   */
  purge: base
    .input(z.object({ id: idSchema.nullable(), ...inspector }))
    .output(eventIterator(purgeProgressSchema)),
};
