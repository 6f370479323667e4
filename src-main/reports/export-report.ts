import { join, relative, resolve } from 'node:path';
import type { ExportEvent } from '../../src-shared/contract/exports.ts';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { type CsvStyle, type ExportFormat, PLAIN_CSV } from '../../src-shared/export-formats.ts';
import { exportCoco } from './coco-export.ts';
import { exportCsv } from './csv-export.ts';
import { exportCvat } from './cvat-export.ts';
import { ExportFolder } from './export-folder.ts';
import { exportHtml } from './html-export.ts';
import { exportJson } from './json-export.ts';
import { exportLabelStudio } from './label-studio-export.ts';
import { exportMasks } from './masks-export.ts';
import { exportOpc } from './opc-export.ts';
import { exportParquet } from './parquet-export.ts';
import type { ExportContext, RunReport } from './run-report.ts';
import { exportXlsx } from './xlsx-export.ts';

const EXPORTS = {
  csv: exportCsv,
  xlsx: exportXlsx,
  json: exportJson,
  parquet: exportParquet,
  opc: exportOpc,
  coco: exportCoco,
  cvat: exportCvat,
  'label-studio': exportLabelStudio,
  masks: exportMasks,
  html: exportHtml,
  pdf: exportPdf,
} as const satisfies Record<ExportFormat, (report: RunReport, context: ExportContext) => Promise<string>>;

/** `report.pdf`: a copy of a batch report, which is filed under a number of its own. */
async function exportPdf(report: RunReport, { folder, step }: ExportContext): Promise<string> {
  const path = join(folder, 'report.pdf');
  await report.writePdf(path, step);
  return path;
}

/** What an export wrote: a file, or the folder or page to open. */
export interface ExportedFile {
  readonly format: ExportFormat;
  readonly path: string;
}

/**
 * Writes a run in some formats into a folder, which is made when missing, all of them or none: see {@link ExportFolder}.
 * @param options.force whatever is in the way is replaced
 * @throws ClipSamError `export-in-the-way` when it would replace what it did not write, `conflict` while another export
 * writes there; `cancelled`, `disk-full`, `path-denied`, `input-invalid`
 */
export async function exportReport(
  report: RunReport,
  formats: readonly ExportFormat[],
  folder: string,
  options: {
    readonly csv?: CsvStyle;
    readonly force?: boolean;
    readonly signal?: AbortSignal;
    readonly onEvent?: (event: ExportEvent) => void;
  } = {},
): Promise<ExportedFile[]> {
  const { csv = PLAIN_CSV, force = false } = options;
  const root = resolve(folder);
  const others = formats.filter((format) => format !== 'pdf');
  // A report is filed for good: it comes last, when everything else is written.
  const wanted = [...new Set([...others, ...formats])];
  const target = await ExportFolder.open(root, report, wanted, force);
  try {
    const written: ExportedFile[] = [];
    for (const format of wanted) {
      let done = 0;
      const step = () => {
        throwIfCancelled(options.signal);
        done++;
        options.onEvent?.({ kind: 'exported', format, done, total: Math.max(done, report.finished) });
      };
      const path = await EXPORTS[format](report, { folder: target.staging, csv, step });
      written.push({ format, path: join(root, relative(target.staging, path)) });
    }
    throwIfCancelled(options.signal);
    await target.publish();
    return written;
  } finally {
    await target.close();
  }
}
