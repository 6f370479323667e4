import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { backupGenerationSchema, backupSettingsSchema, backupVerificationSchema } from '../backup.ts';
import { immutable } from '../field-schemas.ts';
import { findingSchema } from '../finding.ts';
import { base, count, inspector } from './base.ts';

/** The backups of a workspace, as its database knows them. */
const backupStateSchema = immutable(
  z.object({
    settings: backupSettingsSchema.nullable(),
    /** The last one that was made into the folder of the settings. */
    last: z.object({ generation: z.string(), madeAt: z.string(), files: count, bytes: count }).nullable(),
    /** One is due, and was not made in time. */
    isOverdue: z.boolean(),
  }),
);
export type BackupState = z.infer<typeof backupStateSchema>;

const backupProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    /** `database` counts pages, `files` and `verifying` files. */
    z.object({
      kind: z.literal('working'),
      step: z.enum(['database', 'files', 'verifying']),
      done: count,
      total: count,
    }),
    z.object({ kind: z.literal('finished'), generation: backupGenerationSchema }),
  ]),
);
export type BackupProgress = z.infer<typeof backupProgressSchema>;
export type BackupEvent = Exclude<BackupProgress, { kind: 'finished' }>;

const verifyProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('verifying'), done: count, total: count }),
    z.object({ kind: z.literal('finished'), verification: backupVerificationSchema }),
  ]),
);
export type VerifyProgress = z.infer<typeof verifyProgressSchema>;

const examinationProgressSchema = immutable(
  z.discriminatedUnion('kind', [
    /** `total` 0: it is not known how many there are. */
    z.object({
      kind: z.literal('examining'),
      step: z.enum(['database', 'artifacts', 'images', 'packs', 'rest']),
      done: count,
      total: count,
    }),
    z.object({ kind: z.literal('finished'), findings: z.array(findingSchema) }),
  ]),
);
export type ExaminationProgress = z.infer<typeof examinationProgressSchema>;

const retentionSchema = immutable(
  z.object({
    /** Days of use after which maps and masks of accepted images are let go; null: never. */
    days: z.int().nullable(),
    /** What would go now by the days that were asked about, or else by the rule. */
    results: count,
    bytes: count,
  }),
);
export type Retention = z.infer<typeof retentionSchema>;
const retentionDaysSchema = z.int().min(1).max(10_000).nullable();

/** Copies of the workspace elsewhere, and what is wrong with it. */
export const backups = {
  settings: base.output(backupStateSchema),
  /** Null: none from now on; those that were made stay. A folder is made where it is missing. */
  changeSettings: base
    .input(z.object({ settings: backupSettingsSchema.nullable(), ...inspector }))
    .output(backupStateSchema),
  /** Into the folder of the settings, beside runs. What was copied before it was cancelled need not be copied again. */
  run: base.input(z.object({ ...inspector })).output(eventIterator(backupProgressSchema)),
  /** In the folder of the settings, newest first. */
  list: base.output(z.array(backupGenerationSchema)),
  /** Reads all of a backup again. `generation` null: the newest. */
  verify: base
    .input(z.object({ generation: z.string().max(100).nullable().default(null) }))
    .output(eventIterator(verifyProgressSchema)),
  /** The rule, and what it would let go. `days`: what another rule would; null: the one that is set. */
  retention: base.input(z.object({ days: retentionDaysSchema })).output(retentionSchema),
  /** The program applies the rule within the hour, and after that as days of use go by. */
  changeRetention: base.input(z.object({ days: retentionDaysSchema, ...inspector })).output(retentionSchema),
  /** Examines workspace and machine. */
  examine: base.output(eventIterator(examinationProgressSchema)),
  /** The same, and mends what loses nothing. */
  mend: base.input(z.object({ ...inspector })).output(eventIterator(examinationProgressSchema)),
};
