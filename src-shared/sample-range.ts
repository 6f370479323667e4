import { z } from 'zod';

/**
 * The sample values that mean black and white in files with more than 8 bits per sample. Cameras of 10, 12 and 14
 * bits store their values in 16-bit files: what is white is known to the file, or to its batch, never to one image.
 */
export const sampleRangeSchema = z
  .object({ low: z.number(), high: z.number() })
  .refine(({ low, high }) => low < high, { message: 'low must be below high', path: ['high'] })
  .readonly();
export type SampleRange = z.infer<typeof sampleRangeSchema>;
