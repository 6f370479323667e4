// Makes a report of the workspace that is named as argument, in a process of its own, and tells what it took: see bench-report.ts.
import { makeReportOf } from '../reports/workspace-reports.ts';
import type { ReportCost } from './bench-report.ts';
import { peakMemory } from './peak-memory.ts';

const [workspaceFolder = '', pictures = ''] = process.argv.slice(2);
const startBytes = process.memoryUsage.rss();
const start = performance.now();
const { report, remarks } = await makeReportOf({
  workspaceFolder,
  inspector: 'bench',
  choice: { template: 'batch', pictures: Number(pictures) },
});
const cost: ReportCost = {
  seconds: (performance.now() - start) / 1000,
  startBytes,
  peakBytes: await peakMemory(),
  pages: report.pages,
  fileBytes: report.bytes,
  pictures: remarks.pictures,
  withoutPicture: remarks.changed + remarks.missing,
};
process.send!(cost);
process.disconnect();
