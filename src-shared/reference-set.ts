import { z } from 'zod';
import { errorRecordSchema } from './error-record.ts';
import { countSchema, hashSchema, idSchema, immutable } from './field-schemas.ts';
import { polygonsSchema } from './geometry.ts';
import { imagePageSchema } from './image-page.ts';
import { productSchema } from './product.ts';
import { sampleRangeSchema } from './sample-range.ts';
import { modelVerdictSchema } from './verdict.ts';

/** Accepted images that a product is compared with at most; more say nothing new and cost time with every image. */
export const REFERENCE_LIMIT = 64;
/** Harmless marks of a product, and its counter-examples, at most. */
export const MARK_LIMIT = 500;

/**
 * `reference`: an accepted part. `harmless`: a place that was found and is no defect. `counter-example`: a defect
 * that was missed.
 */
export const memoryKindSchema = z.enum(['reference', 'harmless', 'counter-example']);
export type MemoryKind = z.infer<typeof memoryKindSchema>;

/** Something that a product's images are compared with, whether or not it counts now. It is never changed. */
export const memoryItemSchema = immutable(
  z.object({
    id: idSchema,
    kind: memoryKindSchema,
    /** SHA-256 of the picture's file, of which the workspace keeps a copy under this name. */
    contentHash: hashSchema,
    page: imagePageSchema.nullable(),
    range: sampleRangeSchema.nullable(),
    /** Of the picture as it is seen (see `BatchImage`): part of its addresses. */
    version: hashSchema,
    /** The image that it was, and the run that it was judged in; null where it came as a file, or its batch is gone. */
    imageId: idSchema.nullable(),
    runId: idSchema.nullable(),
    /** Absolute path of the file that it was taken from. */
    source: z.string(),
    /** Of a mark, in image pixels, with the image's size; null for a reference, which is meant as a whole. */
    polygons: polygonsSchema.nullable(),
    width: countSchema.nullable(),
    height: countSchema.nullable(),
    addedBy: z.string(),
    addedAt: z.string(),
  }),
);
export type MemoryItem = z.infer<typeof memoryItemSchema>;

const scoredSchema = z.object({
  /** 0..1, of the fused map. */
  score: z.number(),
  verdict: modelVerdictSchema,
});

/** An image with confirmed defects of which a change of the memory would hide some. */
const missedDefectSchema = immutable(
  z.object({
    runId: idSchema,
    imageId: idSchema,
    /** Of the file. */
    name: z.string(),
    defectClass: z.string(),
    before: scoredSchema,
    after: scoredSchema,
    /** Its defects that were above θ and would not be any more: highest values of the fused map in them, 0..1. */
    regions: z.array(
      z.object({
        /** Of the model's region; null for one that an inspector drew. */
        regionIndex: countSchema.nullable(),
        before: z.number(),
        after: z.number(),
      }),
    ),
  }),
);

export type MissedDefect = z.infer<typeof missedDefectSchema>;

/** What became clear when images with confirmed defects were scored again before a change counts. */
const examinationSchema = immutable(
  z.object({
    /** Images of the product with confirmed defects; of these, the newest that were scored, and could not be. */
    confirmed: countSchema,
    examined: countSchema,
    unread: countSchema,
    /**
     * Of those examined: scored without the images of their batch, whose tokens are gone, or with their background, since the
     * part was not looked for when they were inspected. Absent: of before this was counted.
     */
    withoutCrowd: countSchema.optional(),
    withoutPart: countSchema.optional(),
    missed: z.array(missedDefectSchema),
    /** Why it could not be examined. */
    error: errorRecordSchema.nullable(),
    at: z.string(),
  }),
);
export type GuardExamination = z.infer<typeof examinationSchema>;

/**
 * `examining`: images with confirmed defects are scored again. `waiting`: some would be missed, or could not be scored;
 * a reviewer has the word. `effective`: it counted from then on, until another change undid it. `rejected`: it never did.
 */
const changeStateSchema = z.enum(['examining', 'waiting', 'effective', 'rejected']);

/** What somebody said, or the guard found, that decided a change. */
const decisionSchema = z.object({
  /** Null: the guard had no objection. */
  inspector: z.string().nullable(),
  comment: z.string(),
  at: z.string(),
});

/** A change of a product's memory. Entries are only ever added: what undoes a change is another one. */
export const memoryChangeSchema = immutable(
  z.object({
    id: idSchema,
    product: productSchema,
    /** What it adds or takes away; all of it or nothing. */
    items: z.array(z.object({ effect: z.enum(['add', 'remove']), item: memoryItemSchema })),
    /** The change that it undoes. */
    undoes: idSchema.nullable(),
    /** What it was learnt from. `hand`: somebody asked for it in so many words. */
    origin: z.enum(['hand', 'annotation', 'verdict', 'files']),
    inspector: z.string(),
    at: z.string(),
    state: changeStateSchema,
    /** Images scored so far, while it is examined here. */
    progress: z.object({ done: countSchema, total: countSchema }).nullable(),
    examination: examinationSchema.nullable(),
    decision: decisionSchema.nullable(),
  }),
);
export type MemoryChange = z.infer<typeof memoryChangeSchema>;
