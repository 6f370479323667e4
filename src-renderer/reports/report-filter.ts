import type { ReportRecord, ReportTemplate } from '../../src-shared/report.ts';

/** Which reports are shown. */
export interface ReportFilter {
  /** Words that must all stand somewhere: in the number, batch, part number, lot or name. */
  readonly text: string;
  readonly template: ReportTemplate | null;
}

/** The newest revision of every report that a filter lets through. */
export function filteredReports(reports: readonly ReportRecord[], filter: ReportFilter): ReportRecord[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return reports.filter((report) => {
    if (!report.isNewest || (filter.template !== null && report.options.template !== filter.template))
      return false;
    const { number, batch, inspector } = report;
    const text = [number, batch.name, batch.partNumber, batch.lot, inspector].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
