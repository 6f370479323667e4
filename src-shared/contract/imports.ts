import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { errorRecordSchema } from '../error-record.ts';
import { hashSchema, idSchema, immutable } from '../field-schemas.ts';
import { base, count, inspector } from './base.ts';
import { batchSummarySchema } from './batches.ts';

/** The folders are listed first, then every file is read and hashed. */
const importProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('listed'), total: count }),
    z.object({ kind: z.literal('imported'), done: count, total: count }),
    z.object({
      kind: z.literal('finished'),
      /** Images. */
      added: count,
      unchanged: count,
      /** Files that were in the batch already and hold other content now; their images have the new hash. */
      changed: z.array(z.string()),
      /** Files of the batch, new ones or known ones, that could not be read this time. */
      unread: z.array(z.string()),
      /** Images whose page their file no longer has. They stay in the batch, and fail when they are inspected. */
      vanished: z.array(z.string()),
      /** Files of the batch with the same content. */
      duplicates: z.array(z.object({ contentHash: hashSchema, paths: z.array(z.string()) })),
      unreadable: z.array(z.object({ path: z.string(), error: errorRecordSchema })),
      /** Pictures of kinds that are not read, and folders of masks beside the images. */
      passedOver: z.array(z.string()),
      truthFolders: z.array(z.string()),
    }),
  ]),
);
export type ImportProgress = z.infer<typeof importProgressSchema>;
export type ImportEvent = Exclude<ImportProgress, { kind: 'finished' }>;
export type ImportSummary = Omit<Extract<ImportProgress, { kind: 'finished' }>, 'kind'>;

export const imports = {
  start: base
    .input(
      z.object({
        id: idSchema,
        /** Null: the rest of what was stopped before its end. */
        paths: z.array(z.string().min(1).max(4096)).min(1).max(100_000).nullable(),
        ...inspector,
      }),
    )
    .output(eventIterator(importProgressSchema)),
  /** The batch is whole as it is: the rest of a stopped import is not wanted. */
  dismiss: base.input(z.object({ id: idSchema, ...inspector })).output(batchSummarySchema),
};
