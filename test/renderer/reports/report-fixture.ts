import { type ReportRecord, reportOptionsSchema } from '../../../src-shared/report.ts';

/** A filed report; what a test does not say is plausible. */
export function report({
  template = 'batch',
  partNumber = 'PN-4711',
  ...given
}: Partial<ReportRecord> & { readonly template?: 'batch' | 'summary'; readonly partNumber?: string } = {}) {
  const made: ReportRecord = {
    ...{ id: 1, number: 'R-000001', revision: 1, isNewest: true, batchId: 3 },
    options: reportOptionsSchema.parse({
      ...{ template, runId: 7 },
      company: { name: 'ACME', address: '', logo: null },
    }),
    batch: { name: 'Lot 7', partNumber, revision: 'C', lot: 'L-0815' },
    ...{ recordsHash: 'a'.repeat(64), file: 'b'.repeat(64), bytes: 4000, pages: 2 },
    ...{ reason: '', changes: null, changeCount: 0, inspector: 'Ada' },
    ...{ createdAt: '2026-11-30T12:00:00.000Z', softwareVersion: '0.1.0' },
    ...given,
  };
  return made;
}
