// Makes a report of the workspace that is named as argument, in a process of its own, and tells what it took: see bench-report.ts.
import { readFile } from 'node:fs/promises';
import { makeReportOf } from '../reports/workspace-reports.ts';
import type { ReportCost } from './bench-report.ts';

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
  peakBytes: await peakBytes(),
  pages: report.pages,
  fileBytes: report.bytes,
  pictures: remarks.pictures,
  withoutPicture: remarks.changed + remarks.missing,
};
process.send!(cost);
process.disconnect();

/** Largest resident memory of this process. What the system counts may begin with that of the process that started it. */
async function peakBytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const own = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return (own === undefined ? process.resourceUsage().maxRSS : Number(own)) * 1024;
}
