import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import {
  auditEntrySchema,
  auditFilterSchema,
  auditFindingSchema,
  auditHeadSchema,
  auditReportSchema,
} from '../audit.ts';
import { asDownload, madeDownload } from '../download.ts';
import { idSchema, immutable } from '../field-schemas.ts';
import { base, count } from './base.ts';

const filter = auditFilterSchema.default({});

/** What the trail can be looked through by. */
const choicesSchema = immutable(
  z.object({
    subjects: z.array(z.string()),
    actions: z.array(z.string()),
    inspectors: z.array(z.string()),
  }),
);

const verifyProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('checking'),
      phase: z.enum(['entries', 'records', 'results']),
      done: count,
      total: count,
    }),
    z.object({ kind: z.literal('finished'), report: auditReportSchema }),
  ]),
);
export type AuditVerifyEvent = z.infer<typeof verifyProgressSchema>;

export const AUDIT_FORMATS = ['csv', 'json'] as const;
const auditExportSchema = immutable(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('exporting'), done: count, total: count }),
    z.object({
      kind: z.literal('finished'),
      folder: z.string(),
      path: z.string(),
      entries: count,
      ...madeDownload,
    }),
  ]),
);
export type AuditExportEvent = z.infer<typeof auditExportSchema>;

/** The audit trail: searched, verified, exported. */
export const audit = {
  /** Newest first; `total`: all that are found, on the first page only. */
  search: base
    .input(
      z.object({
        filter,
        before: idSchema.nullable().default(null),
        limit: z.int().min(1).max(500).default(200),
      }),
    )
    .output(immutable(z.object({ entries: z.array(auditEntrySchema), total: count.nullable() }))),
  choices: base.output(choicesSchema),
  head: base.output(auditHeadSchema),
  /** The same as a file in the workspace's `exports`. */
  exportHead: base
    .input(z.object(asDownload).default({ download: false }))
    .output(z.object({ folder: z.string(), path: z.string(), head: auditHeadSchema, ...madeDownload })),
  /** What a kept head says against the end of the trail; entries before it are not read. Null: it fits. */
  checkHead: base.input(z.object({ head: auditHeadSchema })).output(auditFindingSchema.nullable()),
  verify: base
    .input(z.object({ head: auditHeadSchema.nullable().default(null) }))
    .output(eventIterator(verifyProgressSchema)),
  /** Into `folder`, or a new one in the workspace. Nothing of others is replaced. */
  export: base
    .input(
      z.object({
        filter,
        format: z.enum(AUDIT_FORMATS),
        folder: z.string().max(4096).nullable().default(null),
        ...asDownload,
      }),
    )
    .output(eventIterator(auditExportSchema)),
};
