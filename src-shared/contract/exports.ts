import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { idSchema } from '../domain-schemas.ts';
import { csvStyleSchema, EXPORT_FORMATS, PLAIN_CSV } from '../export-formats.ts';
import type { ExportSummary } from '../progress.ts';
import { base, count } from './base.ts';

const exportSummarySchema: z.ZodType<ExportSummary> = z.object({
  images: count,
  failed: count,
  changed: count,
  missing: count,
  pending: count,
});

export const exportProgressSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('exported'), format: z.string(), done: count, total: count }),
  z.object({
    kind: z.literal('finished'),
    folder: z.string(),
    files: z.array(z.string()),
    summary: exportSummarySchema,
  }),
]);
export type ExportProgress = z.infer<typeof exportProgressSchema>;

export const exports = {
  /** Into `folder`, or a new one in it (`subfolder`), or a new one in the workspace. Nothing of others is replaced. */
  run: base
    .input(
      z.object({
        runId: idSchema,
        formats: z.array(z.enum(EXPORT_FORMATS)).min(1),
        folder: z.string().max(4096).nullable().default(null),
        subfolder: z.boolean().default(false),
        csv: csvStyleSchema.default(PLAIN_CSV),
      }),
    )
    .output(eventIterator(exportProgressSchema)),
};
