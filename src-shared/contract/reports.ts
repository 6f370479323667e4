import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { dispositionEntrySchema, entryDispositionSchema } from '../disposition.ts';
import { asDownload, madeDownload } from '../download.ts';
import { idSchema, immutable, lineSchema, textSchema } from '../field-schemas.ts';
import {
  companySchema,
  reportOptionsSchema,
  reportRecordSchema,
  reportRemarksSchema,
  revisionReasonSchema,
} from '../report.ts';
import { base, byId, count, inspector, ofImage } from './base.ts';

/** Images and pictures done, of both together. */
const making = z.object({ kind: z.literal('making'), done: count, total: count });

const reportProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    making,
    z.object({ kind: z.literal('finished'), report: reportRecordSchema, remarks: reportRemarksSchema }),
  ]),
);
export type ReportProgress = z.infer<typeof reportProgressSchema>;

const previewProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    making,
    /** `id`: its PDF lies at `mediaPaths.reportPreview(id)`, until the next preview takes its place. */
    z.object({ kind: z.literal('finished'), id: idSchema, remarks: reportRemarksSchema }),
  ]),
);
export type PreviewProgress = z.infer<typeof previewProgressSchema>;

/** Who issues reports, unless their options say otherwise. */
const companyChangeSchema = z.strictObject({
  name: lineSchema,
  address: z.string().max(1000),
  /** A picture file (base64) in place of the logo; null: none; left out: the one that there is. */
  logo: z.base64().max(8_000_000).nullable().optional(),
});

const newDispositionSchema = z.object({
  ...ofImage,
  disposition: entryDispositionSchema,
  comment: textSchema.optional(),
  ...inspector,
});
export type NewDisposition = z.infer<typeof newDispositionSchema>;

/** Reports that are filed: made, numbered, revised. */
export const reports = {
  /** Newest first, every revision; of one batch, or of all. */
  list: base.input(z.object({ batchId: idSchema.optional() })).output(z.array(reportRecordSchema)),
  /** A report with all its revisions, newest first. */
  get: base
    .input(byId)
    .output(z.object({ report: reportRecordSchema, revisions: z.array(reportRecordSchema) })),
  /** A draft that says so on every page. Nothing of it is kept. */
  preview: base
    .input(z.object({ options: reportOptionsSchema, ...inspector }))
    .output(eventIterator(previewProgressSchema)),
  /** All or nothing: a report that is cut off is not there. */
  make: base
    .input(z.object({ options: reportOptionsSchema, ...inspector }))
    .output(eventIterator(reportProgressSchema)),
  /** The next revision, of the records as they are now. `options`: null: those of the newest revision. */
  revise: base
    .input(
      z.object({
        id: idSchema,
        options: reportOptionsSchema.nullable().default(null),
        reason: revisionReasonSchema.min(1),
        ...inspector,
      }),
    )
    .output(eventIterator(reportProgressSchema)),
  /** Copies the PDF, and the records below it, into a folder; null: `exports` in the workspace. */
  save: base
    .input(
      z.object({
        id: idSchema,
        folder: z.string().max(4096).nullable().default(null),
        records: z.boolean().default(false),
        ...asDownload,
        ...inspector,
      }),
    )
    .output(z.object({ folder: z.string(), files: z.array(z.string()), ...madeDownload })),
  company: base.output(companySchema),
  changeCompany: base.input(z.object({ company: companyChangeSchema, ...inspector })).output(companySchema),
  /** What becomes of a nonconforming image. */
  dispose: base.input(newDispositionSchema).output(dispositionEntrySchema),
  /** Everything that was decided about an image, oldest first. */
  dispositions: base.input(z.object(ofImage)).output(z.array(dispositionEntrySchema)),
};
