import { z } from 'zod';
import { batchRangesSchema, SAMPLE_KINDS } from './batch-range.ts';
import { countSchema, hashSchema, idSchema, immutable, lineSchema } from './field-schemas.ts';
import { imagePageSchema } from './image-page.ts';
import { sampleRangeSchema } from './sample-range.ts';
import { scaleSchema } from './scale.ts';
import { batchShardSchema } from './shard.ts';

/** What the inspector writes on a batch; empty text where nothing was given. */
const metadata = z.object({
  name: lineSchema,
  /** What the inspected object is called; goes into the prompts through the recipe. */
  objectName: z.string().max(100),
  partNumber: lineSchema,
  revision: lineSchema,
  lot: lineSchema,
  order: lineSchema,
  /** Recipe proposed for the next run. */
  recipeHash: hashSchema.nullable(),
});
export type BatchMetadata = Readonly<z.infer<typeof metadata>>;

/** What may be changed on a batch: any part of its metadata. */
export const batchChangesSchema = z.strictObject({ ...metadata.shape, name: lineSchema.min(1) }).partial();
export const newBatchSchema = batchChangesSchema.required({ name: true });

/** A set of images that belong together: one lot, one order, one folder. Times are ISO 8601, UTC. */
export const batchSchema = immutable(
  metadata.extend({
    id: idSchema,
    createdAt: z.string(),
    archivedAt: z.string().nullable(),
    /** What is black and white in its images of more than 8 bits, from now on. */
    sampleRanges: batchRangesSchema,
    /** How large a pixel is, for the runs that begin from now on; it wins over the recipe's. Null: not said. */
    scale: scaleSchema.nullable(),
    /** Which part of some images it holds; absent: all of them. */
    shard: batchShardSchema.optional(),
  }),
);
export type Batch = z.infer<typeof batchSchema>;

/** Days for which a deleted batch can be restored; then it is removed for good. */
export const KEEP_DELETED_DAYS = 30;

/** An image of a batch: a file, or one of the pictures in it. */
export const batchImageSchema = immutable(
  z.object({
    id: idSchema,
    batchId: idSchema,
    /** Absolute path on this machine. */
    path: z.string(),
    /** Null: the file has one picture, or nobody has looked. */
    page: imagePageSchema.nullable(),
    /** SHA-256 of the file when it was imported; null when it could not be read then. */
    contentHash: hashSchema.nullable(),
    bytes: countSchema.nullable(),
    /** Pixels after EXIF orientation; null until the image was inspected. */
    width: countSchema.nullable(),
    height: countSchema.nullable(),
    addedAt: z.string(),
    /** Samples of more than 8 bits whose range the file does not state; `none`: others; null: not looked at yet. */
    sampleKind: z.enum(['none', ...SAMPLE_KINDS]).nullable(),
    /** What is black and white in it; null: the file decides. */
    range: sampleRangeSchema.nullable(),
    /** Another content, page or range, another version of its picture; null when it could not be read. */
    version: hashSchema.nullable(),
  }),
);
export type BatchImage = z.infer<typeof batchImageSchema>;
