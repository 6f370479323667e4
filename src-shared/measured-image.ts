import { z } from 'zod';
import { countSchema } from './field-schemas.ts';
import { inspectionResultSchema } from './result.ts';

/** What an evaluation keeps of one image as one method answered it, beside counts of its pixels. */
export const measuredHeadSchema = z.strictObject({
  /** How many scores are counted, and how many regions the ground truth has. */
  scores: countSchema,
  regions: countSchema,
  score: z.number(),
  /** The pipeline's own time. */
  seconds: z.number(),
  /** What the pixels of the mask are called in its file. */
  maskValues: z.array(z.string()).readonly(),
  /** Kept where pictures of it will be wanted. */
  result: inspectionResultSchema.optional(),
});
export type MeasuredHead = z.infer<typeof measuredHeadSchema>;

/** All that decides every result, but for image, method and what it is compared with. */
const measuredBasisSchema = z.record(z.string(), z.unknown());
export type MeasuredBasis = Readonly<z.infer<typeof measuredBasisSchema>>;

/** The file that says what lies in a folder of such results. */
export const measuredBasisFileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  basis: measuredBasisSchema,
});
