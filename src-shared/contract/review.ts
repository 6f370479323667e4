import { z } from 'zod';
import { annotationKindSchema, annotationSchema, drawnPolygonsSchema } from '../annotation.ts';
import { batchImageSchema, batchSchema } from '../batch.ts';
import { boxUseSchema } from '../box-use.ts';
import { idempotencyKeySchema, idSchema, immutable, lineSchema, textSchema } from '../field-schemas.ts';
import { FILE_STATES } from '../file-state.ts';
import { boxSchema, promptPointSchema } from '../geometry.ts';
import { reviewOutcomeSchema } from '../outcome.ts';
import { packedLevelsSchema } from '../packed-levels.ts';
import { recipeSchema } from '../recipe.ts';
import { reviewColumnsSchema } from '../review-table.ts';
import { entryVerdictSchema, severitySchema, verdictEntrySchema } from '../verdict.ts';
import { base, count, inspector, ofImage } from './base.ts';
import { runProgressSchema } from './runs.ts';

const reviewTableSchema = z.object({
  batch: batchSchema,
  run: runProgressSchema.nullable(),
  /** Recipe of the run; of the next run where there is none. */
  recipe: recipeSchema,
  columns: reviewColumnsSchema,
  /** The last image of this page when more follow; null at the end. */
  next: idSchema.nullable(),
});
export type ReviewTable = z.infer<typeof reviewTableSchema>;

/** One image of a run with what the model says about it. */
const reviewImageSchema = z.object({
  image: batchImageSchema,
  /** Only what is the `same` as the model saw (or, before that, as was imported) may be shown and judged. */
  file: z.enum(FILE_STATES),
  outcome: reviewOutcomeSchema,
  hasTruth: z.boolean(),
});
export type ReviewImage = z.infer<typeof reviewImageSchema>;

/** What inspectors said about one image of a run. */
const reviewRemarksSchema = z.object({
  /** Oldest first; the last one counts. */
  verdicts: z.array(verdictEntrySchema),
  /** Those that were not retracted. */
  annotations: z.array(annotationSchema),
});
export type ReviewRemarks = z.infer<typeof reviewRemarksSchema>;

/** The tile pyramid of an image: level l has ceil(width / 2^l) × ceil(height / 2^l) pixels in square tiles. */
const pyramidSchema = z.object({
  imageId: idSchema,
  /** Pixels after EXIF orientation. */
  width: count,
  height: count,
  tileSize: count,
  levels: count,
  /** Part of the tiles' addresses: another content, another version. */
  version: z.string(),
});
export type Pyramid = z.infer<typeof pyramidSchema>;

/** Prompts for SAM by hand. Without a box there must be a positive point. */
export const samPromptsSchema = z
  .object({
    box: boxSchema.nullable(),
    points: z.array(promptPointSchema).max(64).readonly(),
  })
  .refine(({ box, points }) => box !== null || points.some(({ label }) => label === 1), {
    message: 'a box or a positive point is needed',
  });
export type SamPrompts = z.infer<typeof samPromptsSchema>;

const newVerdictSchema = immutable(
  z.object({
    ...ofImage,
    ...inspector,
    verdict: entryVerdictSchema,
    defectClass: lineSchema.default(''),
    severity: severitySchema.nullable().default(null),
    overturnReason: textSchema.default(''),
    comment: textSchema.default(''),
    /**
     * The newest verdict that the inspector had before them; null: none. When another one came since, it is refused with
     * the case `verdict-crossed`. Absent: it stands whatever came.
     */
    seenVerdictId: idSchema.nullable().optional(),
    idempotencyKey: idempotencyKeySchema.optional(),
  }),
);
/** A verdict as it is given: what it need not say is empty. */
export type NewVerdict = z.input<typeof newVerdictSchema>;

const newAnnotationSchema = immutable(
  z.object({
    ...ofImage,
    ...inspector,
    kind: annotationKindSchema,
    regionIndex: count.nullable().default(null),
    polygons: drawnPolygonsSchema.nullable().default(null),
    defectClass: lineSchema.default(''),
    comment: textSchema.default(''),
    idempotencyKey: idempotencyKeySchema.optional(),
  }),
);
/** An annotation as it is made: what it need not say is empty. */
export type NewAnnotation = z.input<typeof newAnnotationSchema>;

export const review = {
  /**
   * The images of a batch with what the run (default: the newest) says about them, a page of 5,000 at a time in
   * the order of their import: no page holds the workstation or the window for long.
   */
  table: base
    .input(
      z.object({
        batchId: idSchema,
        runId: idSchema.nullable().default(null),
        after: idSchema.nullable().default(null),
      }),
    )
    .output(reviewTableSchema),
  /** The same for some images only, to follow a run or another window. */
  rows: base
    .input(z.object({ runId: idSchema, imageIds: z.array(idSchema).max(5000) }))
    .output(reviewColumnsSchema),
  image: base.input(z.object({ imageId: idSchema, runId: idSchema.nullable() })).output(reviewImageSchema),
  /** Apart from the image, since a verdict changes only this. */
  remarks: base.input(z.object(ofImage)).output(reviewRemarksSchema),
  /** Makes the image's tiles, if they are not there yet, and tells their layout. */
  pyramid: base.input(z.object({ imageId: idSchema })).output(pyramidSchema),
  judge: base.input(newVerdictSchema).output(verdictEntrySchema),
  annotate: base.input(newAnnotationSchema).output(annotationSchema),
  retract: base
    .input(z.object({ id: idSchema, ...inspector }))
    .output(z.object({ id: idSchema, ...ofImage })),
  /**
   * Makes SAM's embedding of an image ahead while nothing else is to be done. `isNeeded`: false where the run's pack has no
   * encoder for SAM alone.
   */
  prepareSam: base.input(z.object(ofImage)).output(z.object({ isNeeded: z.boolean() })),
  /**
   * Asks SAM's decoder on the image's (cached) embedding. `milliseconds`: of the whole round in the main side;
   * `decodeMs`: of these, the decoder's bare session time.
   */
  askSam: base.input(z.object({ ...ofImage, prompts: samPromptsSchema })).output(
    z.object({
      levels: packedLevelsSchema,
      milliseconds: z.number(),
      decodeMs: z.number(),
      /** Absent: SAM was asked with the box, or there was none. */
      boxUse: boxUseSchema.optional(),
    }),
  ),
  /** Defect classes in use, most frequent first. */
  defectClasses: base.output(z.array(z.string())),
};
