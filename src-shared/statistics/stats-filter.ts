import { z } from 'zod';
import { idSchema, inspectorNameSchema, lineSchema } from '../field-schemas.ts';

/**
 * Which images statistics are about; what is left out does not restrict. Of every batch the newest run with results
 * counts. `recipe`: name, whatever the revision. `inspector`: who gave the verdict that counts. `from`, `to`: days of
 * the inspection by the model (ISO 8601, UTC), both included.
 */
export const statsFilterSchema = z
  .strictObject({
    partNumber: lineSchema.optional(),
    lot: lineSchema.optional(),
    recipe: z.string().min(1).max(200).optional(),
    inspector: inspectorNameSchema.optional(),
    batchId: idSchema.optional(),
    from: z.iso.date().optional(),
    to: z.iso.date().optional(),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    message: 'must not be before the first day',
    path: ['to'],
  })
  .readonly();
export type StatsFilter = z.infer<typeof statsFilterSchema>;

/** What the points of a p-chart stand for. */
export const subgroupSchema = z.enum(['lot', 'day']);
export type Subgroup = z.infer<typeof subgroupSchema>;
