import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { failure } from '../../../src-shared/errors.ts';
import type { CsvStyle } from '../../../src-shared/export-formats.ts';
import type { StatsFilter, Subgroup } from '../../../src-shared/statistics/stats-filter.ts';
import { type StatsFormat, statsFileNames, statsJson, writeStats } from '../../reports/stats-files.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import type { Workspace } from '../../store/workspace.ts';
import { dashboard } from './dashboard.ts';

/** What of a dashboard is written, and where to. */
interface StatsExport {
  readonly filter: StatsFilter;
  readonly by: Subgroup;
  readonly formats: readonly StatsFormat[];
  readonly csv: CsvStyle;
  /** For the history, where the workspace can be written. */
  readonly inspector: string;
  /** Default: a new one in the workspace's `exports`. */
  readonly folder?: string;
  /** The folder is there only until a browser has fetched the files. */
  readonly download?: boolean;
  /** True: files of the same names are replaced. */
  readonly force?: boolean;
}

/**
 * Writes the tables of the dashboard.
 * @throws ClipSamError `export-in-the-way` when the folder has files of these names, `disk-full`, `path-denied`
 */
export async function exportStats(
  workspace: Workspace,
  { filter, by, formats, csv, inspector, force = false, ...where }: StatsExport,
): Promise<{ readonly folder: string; readonly files: string[] }> {
  const folder = where.folder ?? join(workspace.folder, 'exports', statsFolderName());
  const there = statsFileNames(formats).filter((name) => existsSync(join(folder, name)));
  if (there.length > 0 && !force) {
    const names = there.join(', ');
    throw failure(
      'export-foreign',
      { folder, names },
      `${folder} has ${names} already. Choose another folder, or replace them (--force).`,
    );
  }
  const files = await writeStats(folder, await dashboard(workspace, filter, by), formats, csv);
  const newValue = { filter, by, formats, ...(where.download ? { download: basename(folder) } : { folder }) };
  const event = {
    inspector,
    action: 'exported',
    subject: 'export',
    subjectId: 'statistics',
    newValue,
  } as const;
  // The files are there, whatever becomes of the entry in the history.
  if (!workspace.isReadOnly) await recordAuditEvent(workspace, event).catch(() => {});
  return { folder, files };
}

/** `statistics-<time>` */
export function statsFolderName(): string {
  return `statistics-${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
}

/** The dashboard as JSON, as `statistics.json` has it. */
export async function dashboardJson(
  workspace: Workspace,
  filter: StatsFilter,
  by: Subgroup,
): Promise<string> {
  return statsJson(await dashboard(workspace, filter, by));
}
