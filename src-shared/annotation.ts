import { z } from 'zod';
import { checkAnnotation } from './annotation-limits.ts';
import { toErrorRecord } from './errors.ts';
import { countSchema, idSchema, immutable } from './field-schemas.ts';
import { polygonsSchema } from './geometry.ts';

export const annotationKindSchema = z.enum(['false-positive', 'missed-defect', 'corrected-region']);
export type AnnotationKind = z.infer<typeof annotationKindSchema>;

/** An area that an inspector drew. */
export const drawnPolygonsSchema = polygonsSchema.superRefine((polygons, context) => {
  try {
    checkAnnotation(polygons);
  } catch (error) {
    context.addIssue({ code: 'custom', message: toErrorRecord(error).message });
  }
});

/** What an inspector marked in an image. It is never changed: a retraction is a second entry that names the first. */
export const annotationSchema = immutable(
  z.object({
    id: idSchema,
    runId: idSchema,
    imageId: idSchema,
    kind: annotationKindSchema,
    /** Index of the model's region that is meant; null for an area that the inspector drew. */
    regionIndex: countSchema.nullable(),
    /** The drawn area in image pixels; null when the model's region is meant as it is. */
    polygons: polygonsSchema.nullable(),
    defectClass: z.string(),
    comment: z.string(),
    inspector: z.string(),
    createdAt: z.string(),
  }),
);
export type Annotation = z.infer<typeof annotationSchema>;
