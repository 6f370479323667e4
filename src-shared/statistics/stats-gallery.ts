import { z } from 'zod';
import { countSchema, idSchema, immutable } from '../field-schemas.ts';
import { pageNumberSchema } from '../image-page.ts';
import { humanVerdictSchema, modelVerdictSchema, severitySchema } from '../verdict.ts';

/**
 * A cell of the model × human table (`none`: not reviewed), or one of two groups. `false-positives`: the model rejected
 * what the inspector accepted, or a region is marked as a false positive. `missed-defects`: the model accepted what the
 * inspector rejected, or a missed defect is marked.
 */
export const statsCellSchema = z.union([
  z
    .strictObject({ model: modelVerdictSchema, human: z.enum([...humanVerdictSchema.options, 'none']) })
    .readonly(),
  z.enum(['false-positives', 'missed-defects']),
]);
export type StatsCell = z.infer<typeof statsCellSchema>;

/** Where a page of a gallery begins: behind this image. */
export const galleryPlaceSchema = z.strictObject({ runId: idSchema, imageId: idSchema }).readonly();
export type GalleryPlace = z.infer<typeof galleryPlaceSchema>;

/** A page of images over many batches, newest run first, with what Review needs to open them. */
export const statsGallerySchema = immutable(
  z.object({
    images: z.array(
      z.object({
        batchId: idSchema,
        batchName: z.string(),
        runId: idSchema,
        imageId: idSchema,
        /** Path below the folder that all images of the batch share, with `/`. */
        name: z.string(),
        /** Which picture of its file it is; null where there is one. */
        page: pageNumberSchema.nullable(),
        score: z.number(),
        model: modelVerdictSchema,
        human: humanVerdictSchema.nullable(),
        defectClass: z.string(),
        severity: severitySchema.nullable(),
      }),
    ),
    /** Images on all pages. */
    total: countSchema,
    /** Behind which the next page begins; null: this is the last. */
    next: galleryPlaceSchema.nullable(),
  }),
);
export type StatsGallery = z.infer<typeof statsGallerySchema>;
