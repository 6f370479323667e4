import { z } from 'zod';
import { countSchema, hashSchema, idSchema, immutable, lineSchema } from './field-schemas.ts';

/** An entry of the audit trail; the values are JSON as it was written, which the hash covers. */
export const auditEntrySchema = immutable(
  z.object({
    id: idSchema,
    inspector: z.string(),
    /** ISO 8601, UTC. */
    createdAt: z.string(),
    action: z.string(),
    subject: z.string(),
    subjectId: z.string(),
    oldValue: z.string().nullable(),
    newValue: z.string().nullable(),
    hash: z.string(),
  }),
);
export type AuditEntry = z.infer<typeof auditEntrySchema>;

const daySchema = z.iso.date();

/** Which entries; days are UTC, the last one included. */
export const auditFilterSchema = immutable(
  z.object({
    /** In any column, whatever the case. */
    text: lineSchema.optional(),
    subject: lineSchema.optional(),
    inspector: lineSchema.optional(),
    action: lineSchema.optional(),
    from: daySchema.optional(),
    to: daySchema.optional(),
  }),
);
export type AuditFilter = z.infer<typeof auditFilterSchema>;

/** The end of a trail, to be kept elsewhere: a trail that was cut, replaced or written anew does not lead there. */
export const auditHeadSchema = immutable(
  z.object({
    workspace: z.string().min(1).max(100),
    /** Number of the last entry; 0: there is none. */
    entries: countSchema,
    /** Of that entry. */
    hash: hashSchema,
    /** ISO 8601, UTC: when it was exported. */
    at: z.string(),
  }),
);
export type AuditHead = z.infer<typeof auditHeadSchema>;

const AUDIT_RECORDS = [
  'verdict',
  'annotation',
  'disposition',
  'recipe',
  'person',
  'setting',
  'batch',
  'run',
  'lot',
  'lot-decision',
  'signature',
  'report',
  'area',
  'judgement',
] as const;
/** What is compared with the trail. */
export type AuditRecord = (typeof AUDIT_RECORDS)[number];
const recordSchema = z.enum(AUDIT_RECORDS);

const entry = idSchema;
/** What was made behind the program's back. */
export const auditFindingSchema = immutable(
  z.discriminatedUnion('kind', [
    /** It does not follow from the one before: one of them was changed, replaced or added. */
    z.object({ kind: z.literal('entry-broken'), entry }),
    z.object({ kind: z.literal('entries-missing'), from: entry, to: entry }),
    /** Cut off at the end. */
    z.object({ kind: z.literal('end-missing'), from: entry, to: entry }),
    /** `entry`: the last one that tells of the record. */
    z.object({
      kind: z.literal('record-changed'),
      record: recordSchema,
      id: z.string(),
      fields: z.array(z.string()),
      entry,
    }),
    z.object({ kind: z.literal('record-missing'), record: recordSchema, id: z.string(), entry }),
    z.object({ kind: z.literal('record-added'), record: recordSchema, id: z.string() }),
    /** Results of a run are others than when it ended. */
    z.object({ kind: z.literal('results-changed'), run: z.string(), entry }),
    z.object({ kind: z.literal('head-of-other-workspace') }),
    /** The kept head knows entries that the trail lacks: it was cut, or the database is an older one. */
    z.object({ kind: z.literal('head-beyond-end'), entries: countSchema, expected: countSchema }),
    /** The trail has another entry there: it was written anew since the head was kept. */
    z.object({ kind: z.literal('head-differs'), entry: countSchema }),
  ]),
);
export type AuditFinding = z.infer<typeof auditFindingSchema>;

/** What has to be known, and is no sign that somebody changed something. */
const auditRemarkSchema = immutable(
  z.discriminatedUnion('kind', [
    /** From this entry on times are earlier than before; `count`: how often. */
    z.object({ kind: z.literal('clock-set-back'), entry, count: countSchema }),
    /** The trail was chained then; what was there was taken over as it stood. */
    z.object({ kind: z.literal('not-covered-before'), date: z.string() }),
    /** The trail does not tell enough of so many records to check them whole. */
    z.object({ kind: z.literal('not-covered'), record: recordSchema, count: countSchema }),
    /** Results of runs that have not ended are not covered yet. */
    z.object({ kind: z.literal('runs-open'), count: countSchema }),
  ]),
);
export type AuditRemark = z.infer<typeof auditRemarkSchema>;

/** What a check of the trail found. */
export const auditReportSchema = immutable(
  z.object({
    head: auditHeadSchema,
    /** Records compared with the trail, results of runs not counted. */
    records: countSchema,
    results: countSchema,
    /** From this entry on the trail cannot be trusted; null: all of it follows from its beginning. */
    untrustedFrom: idSchema.nullable(),
    /** The first ones. */
    findings: z.array(auditFindingSchema),
    /** Findings in all. */
    found: countSchema,
    remarks: z.array(auditRemarkSchema),
  }),
);
export type AuditReport = z.infer<typeof auditReportSchema>;
