import { z } from 'zod';
import { idSchema, immutable } from './field-schemas.ts';

/** What becomes of a nonconforming item (ISO 9001, 8.7; AS9100, 8.7): use as is, rework, scrap, return to the supplier. */
export const dispositionSchema = z.enum(['use-as-is', 'rework', 'scrap', 'return']);

/** `withdrawn` takes it back: the image counts as not disposed of. */
export const entryDispositionSchema = z.enum([...dispositionSchema.options, 'withdrawn']);

/** What an inspector decided about a nonconforming image of a run. Entries are only ever added; the newest one counts. */
export const dispositionEntrySchema = immutable(
  z.object({
    id: idSchema,
    runId: idSchema,
    imageId: idSchema,
    disposition: entryDispositionSchema,
    comment: z.string(),
    inspector: z.string(),
    createdAt: z.string(),
    /** The entry that this one replaces. */
    supersedes: idSchema.nullable(),
  }),
);
export type DispositionEntry = z.infer<typeof dispositionEntrySchema>;

/** By this number people speak of a nonconforming image; it is the same in every report and revision. */
export function nonconformanceNumber(runId: number, imageId: number): string {
  return `NC-${runId}-${imageId}`;
}
