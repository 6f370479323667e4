import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { exportReport } from '../../src-main/reports/export-report.ts';
import type { ReportImage, RunReport } from '../../src-main/reports/run-report.ts';
import type { ExportFormat } from '../../src-shared/export-formats.ts';

interface Input {
  /** In the middle of this one it stops, says so and waits to be killed. */
  readonly format: ExportFormat;
  readonly report: RunReport & { readonly contained: readonly ReportImage[] };
  readonly folder: string;
}

const { format, report, folder } = (await json(process.stdin)) as Input;
const store = new ArtifactStore(join(folder, '..', 'artifacts'));
let stopped = false;
await exportReport(
  {
    ...report,
    artifactPath: (ref) => store.pathOf(ref),
    async *images() {
      for (const image of report.contained) {
        yield image;
        if (stopped) await new Promise(() => setInterval(() => {}, 1000));
      }
    },
  },
  ['csv', format],
  folder,
  {
    onEvent(event) {
      if (event.format !== format) return;
      stopped = true;
      process.stdout.write('stopped\n');
    },
  },
);
