import { z } from 'zod';
import {
  annotationKindSchema,
  annotationSchema,
  batchImageSchema,
  batchSchema,
  boxSchema,
  errorRecordSchema,
  humanVerdictSchema,
  idSchema,
  inspectionResultSchema,
  lineSchema,
  markSchema,
  modelVerdictSchema,
  packedLevelsSchema,
  pageNumberSchema,
  severitySchema,
  textSchema,
  verdictEntrySchema,
} from '../domain-schemas.ts';
import { FILE_STATES } from '../file-state.ts';
import { NOTICE_CODES } from '../notice.ts';
import { recipeSchema } from '../recipe.ts';
import { base, count, inspector, ofImage } from './base.ts';
import { runProgressSchema } from './runs.ts';

export const reviewColumnsSchema = z.object({
  imageId: z.array(idSchema),
  name: z.array(z.string()),
  page: z.array(pageNumberSchema.nullable()),
  status: z.array(z.enum(['pending', 'done', 'failed'])),
  score: z.array(z.number().nullable()),
  model: z.array(modelVerdictSchema.nullable()),
  notices: z.array(z.array(z.enum(NOTICE_CODES)).readonly()),
  human: z.array(humanVerdictSchema.nullable()),
  defectClass: z.array(z.string()),
  severity: z.array(severitySchema.nullable()),
  overturned: z.array(z.boolean()),
  regions: z.array(count),
  falsePositives: z.array(count),
  missedDefects: z.array(count),
});

export const reviewTableSchema = z.object({
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
export const reviewImageSchema = z.object({
  image: batchImageSchema,
  /** Only what is the `same` as the model saw (or, before that, as was imported) may be shown and judged. */
  file: z.enum(FILE_STATES),
  outcome: z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending') }),
    z.object({ status: z.literal('done'), result: inspectionResultSchema }),
    z.object({ status: z.literal('failed'), error: errorRecordSchema }),
  ]),
  hasTruth: z.boolean(),
});
export type ReviewImage = z.infer<typeof reviewImageSchema>;

/** What inspectors said about one image of a run. */
export const reviewRemarksSchema = z.object({
  /** Oldest first; the last one counts. */
  verdicts: z.array(verdictEntrySchema),
  /** Those that were not retracted. */
  annotations: z.array(annotationSchema),
});
export type ReviewRemarks = z.infer<typeof reviewRemarksSchema>;

/** The tile pyramid of an image: level l has ceil(width / 2^l) × ceil(height / 2^l) pixels in square tiles. */
export const pyramidSchema = z.object({
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
    points: z
      .array(z.object({ x: z.number(), y: z.number(), label: z.union([z.literal(0), z.literal(1)]) }))
      .max(64)
      .readonly(),
  })
  .refine(({ box, points }) => box !== null || points.some(({ label }) => label === 1), {
    message: 'a box or a positive point is needed',
  });
export type SamPrompts = z.infer<typeof samPromptsSchema>;

export const newVerdictSchema = z.object({
  ...ofImage,
  ...inspector,
  verdict: z.enum(['accept', 'reject', 'uncertain', 'withdrawn']),
  defectClass: lineSchema.default(''),
  severity: severitySchema.nullable().default(null),
  overturnReason: textSchema.default(''),
  comment: textSchema.default(''),
});

export const newAnnotationSchema = z.object({
  ...ofImage,
  ...inspector,
  kind: annotationKindSchema,
  regionIndex: count.nullable().default(null),
  polygons: markSchema.nullable().default(null),
  defectClass: lineSchema.default(''),
  comment: textSchema.default(''),
});

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
   * Asks SAM's decoder on the image's (cached) embedding. `milliseconds`: of the whole round in the main side;
   * `decodeMs`: of these, the decoder's bare session time.
   */
  askSam: base
    .input(z.object({ ...ofImage, prompts: samPromptsSchema }))
    .output(z.object({ levels: packedLevelsSchema, milliseconds: z.number(), decodeMs: z.number() })),
  /** Defect classes in use, most frequent first. */
  defectClasses: base.output(z.array(z.string())),
};
