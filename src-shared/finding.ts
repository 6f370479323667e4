import { z } from 'zod';
import { countSchema, immutable } from './field-schemas.ts';

/** What an examination of a workspace can find: how bad it is, and what its sentence names. */
export const FINDINGS = {
  'database-damaged': { severity: 'fault', values: ['problem'] },
  'references-broken': { severity: 'fault', values: ['problem'] },
  'trail-broken': { severity: 'fault', values: ['count'] },
  'totals-wrong': { severity: 'fault', values: ['count', 'tables'] },
  'artifacts-missing': { severity: 'fault', values: ['count', 'inBackup'] },
  'artifacts-damaged': { severity: 'fault', values: ['count', 'inBackup'] },
  'artifacts-in-quarantine': { severity: 'fault', values: ['count'] },
  'artifacts-unused': { severity: 'note', values: ['count', 'megabytes'] },
  'images-missing': { severity: 'warning', values: ['count'] },
  'images-changed': { severity: 'warning', values: ['count'] },
  'pack-damaged': { severity: 'fault', values: ['pack', 'problem'] },
  'device-failed': { severity: 'warning', values: ['device', 'problem'] },
  'disk-low': { severity: 'warning', values: ['folder', 'megabytes'] },
  'clock-behind': { severity: 'warning', values: ['newest', 'now'] },
  'runs-left': { severity: 'note', values: ['count'] },
  'temporary-left': { severity: 'note', values: ['count', 'megabytes'] },
  'backups-none': { severity: 'note', values: [] },
  'backups-overdue': { severity: 'warning', values: ['folder', 'since'] },
  'backups-unreachable': { severity: 'warning', values: ['folder', 'problem'] },
} as const satisfies Record<
  string,
  { readonly severity: 'fault' | 'warning' | 'note'; readonly values: readonly string[] }
>;
export type FindingCase = keyof typeof FINDINGS;

export const findingSchema = immutable(
  z.object({
    case: z.enum(Object.keys(FINDINGS) as [FindingCase, ...FindingCase[]]),
    severity: z.enum(['fault', 'warning', 'note']),
    values: z.record(z.string(), z.union([z.string(), z.number()])),
    /** Some of the files, by their paths. */
    paths: z.array(z.string()),
    /** Whether it can be mended without losing anything: `some`, where not all of it. */
    mend: z.enum(['no', 'some', 'yes']),
    /** How many of it were mended; null: nothing was tried. */
    mended: countSchema.nullable(),
  }),
);
export type Finding = z.infer<typeof findingSchema>;
