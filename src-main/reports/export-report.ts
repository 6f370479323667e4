import { resolve } from 'node:path';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { type CsvStyle, type ExportFormat, PLAIN_CSV } from '../../src-shared/export-formats.ts';
import type { ExportEvent } from '../../src-shared/progress.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { exportCoco } from './coco-export.ts';
import { exportCsv } from './csv-export.ts';
import { exportHtml } from './html-export.ts';
import { exportJson } from './json-export.ts';
import { exportMasks } from './masks-export.ts';
import type { ExportContext, RunReport } from './run-report.ts';

const EXPORTS = {
  csv: exportCsv,
  json: exportJson,
  coco: exportCoco,
  masks: exportMasks,
  html: exportHtml,
} as const satisfies Record<ExportFormat, (report: RunReport, context: ExportContext) => Promise<string>>;

/** What an export wrote: a file, or the folder or page to open. */
export interface ExportedFile {
  readonly format: ExportFormat;
  readonly path: string;
}

/**
 * Writes a run in some formats into a folder, which is made when missing. Every file is written whole or not at
 * all; files of an earlier export are replaced, others stay.
 * @throws ClipSamError `cancelled`, `disk-full`, `path-denied`
 */
export async function exportReport(
  report: RunReport,
  formats: readonly ExportFormat[],
  folder: string,
  options: {
    readonly csv?: CsvStyle;
    readonly signal?: AbortSignal;
    readonly onEvent?: (event: ExportEvent) => void;
  } = {},
): Promise<ExportedFile[]> {
  const { csv = PLAIN_CSV } = options;
  const root = resolve(folder);
  await makeFolder(root);
  const written: ExportedFile[] = [];
  for (const format of new Set(formats)) {
    let done = 0;
    const step = () => {
      throwIfCancelled(options.signal);
      done++;
      options.onEvent?.({ kind: 'exported', format, done, total: Math.max(done, report.finished) });
    };
    written.push({ format, path: await EXPORTS[format](report, { folder: root, csv, step }) });
  }
  return written;
}
