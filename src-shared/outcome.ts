import { z } from 'zod';
import { errorRecordSchema } from './error-record.ts';
import { immutable } from './field-schemas.ts';
import type { ImagePage } from './image-page.ts';
import { inspectionResultSchema } from './result.ts';

const outcome = z.discriminatedUnion('status', [
  z.object({ status: z.literal('done'), result: inspectionResultSchema }),
  z.object({ status: z.literal('failed'), error: errorRecordSchema }),
]);
/** What a run found in an image, or why it found nothing. */
export type Outcome = Readonly<z.infer<typeof outcome>>;

/** The same, while the run may not have reached the image yet. */
export const reviewOutcomeSchema = immutable(
  z.discriminatedUnion('status', [z.object({ status: z.literal('pending') }), ...outcome.options]),
);
export const outcomeStatusSchema = z.enum(['pending', 'done', 'failed']);

/** What became of one image of a batch. */
export type ImageOutcome = Outcome & {
  readonly path: string;
  /** Null: the file has one picture, or nobody has looked. */
  readonly page: ImagePage | null;
};
