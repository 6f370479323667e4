import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { asDownload, madeDownload } from '../download.ts';
import { csvStyleSchema, EXPORT_FORMATS, PLAIN_CSV } from '../export-formats.ts';
import { idSchema, immutable } from '../field-schemas.ts';
import { reportLanguageSchema } from '../report.ts';
import { base, count } from './base.ts';

/** What has to be known about the images of an export. */
const exportSummary = z.object({
  /** Images in it. */
  images: count,
  /** Of these: they could not be inspected. */
  failed: count,
  /** Of these: the file has other content than what was inspected. */
  changed: count,
  /** Of these: the file is not there any more, or cannot be read. */
  missing: count,
  /** Images of the run without a result yet: they are in no file. */
  pending: count,
});
export type ExportSummary = Readonly<z.infer<typeof exportSummary>>;

const exportProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    /** Images written for the current format. */
    z.object({ kind: z.literal('exported'), format: z.string(), done: count, total: count }),
    z.object({
      kind: z.literal('finished'),
      folder: z.string(),
      files: z.array(z.string()),
      summary: exportSummary,
      ...madeDownload,
    }),
  ]),
);
export type ExportProgress = z.infer<typeof exportProgressSchema>;
export type ExportEvent = Exclude<ExportProgress, { kind: 'finished' }>;

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
        ...asDownload,
        /** Of a PDF report. */
        language: reportLanguageSchema.default('en'),
      }),
    )
    .output(eventIterator(exportProgressSchema)),
};
