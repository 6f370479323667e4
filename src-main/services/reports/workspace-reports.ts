import { ClipSamError } from '../../../src-shared/errors.ts';
import {
  numberOfReport,
  type ReportOptionsInput,
  type ReportRecord,
  reportOptionsSchema,
} from '../../../src-shared/report.ts';
import { listBatches } from '../../store/batches.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { listReports } from '../../store/reports.ts';
import { countOutcomes, listRuns } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { chooseBatches } from '../exports/choose-batch.ts';
import { changeCompany, companyOf } from './company.ts';
import type { OnMaking } from './draw-report.ts';
import { type MadeReport, makeReport, reviseReport } from './make-report.ts';
import { saveReport } from './save-report.ts';

/** What every command on reports says. */
interface Asked {
  readonly workspaceFolder: string;
  readonly inspector: string;
}

interface Work {
  readonly signal?: AbortSignal;
  readonly onMaking?: OnMaking;
}

/** What is printed on a report of a command line; the company is the workspace's. */
export type ReportChoice = Omit<ReportOptionsInput, 'runId' | 'company'>;

/**
 * Makes a report on the newest run of a batch that inspected something.
 * @param options.batch name or id; default: the newest with results
 * @throws ClipSamError `not-found`, `conflict`, `input-invalid`, and as `makeReport`
 */
export async function makeReportOf(
  options: Asked & Work & { readonly batch?: string | undefined; readonly choice: ReportChoice },
): Promise<MadeReport> {
  const { workspaceFolder, batch, choice, ...rest } = options;
  return withWorkspace(workspaceFolder, async (workspace) => {
    const runId = await newestRun(workspace, batch);
    const parsed = reportOptionsSchema.safeParse({ ...choice, runId, company: await companyOf(workspace) });
    if (!parsed.success) {
      throw new ClipSamError('input-invalid', parsed.error.issues.map(({ message }) => message).join(', '));
    }
    return makeReport({ ...rest, workspace, options: parsed.data });
  });
}

/** Makes the next revision of a report. @param options.report R-000123 @throws ClipSamError as `reviseReport` */
export async function reviseReportOf(
  options: Asked & Work & { readonly report: string; readonly reason: string },
): Promise<MadeReport> {
  const { workspaceFolder, report, ...rest } = options;
  return withWorkspace(workspaceFolder, async (workspace) => {
    const { id } = await reportCalled(workspace, report);
    return reviseReport({ ...rest, workspace, id, options: null });
  });
}

/** Copies a report out of the workspace. @param options.report R-000123, or R-000123-2 for a revision */
export async function saveReportOf(
  options: Asked & { readonly report: string; readonly folder: string; readonly records: boolean },
): Promise<readonly string[]> {
  const { workspaceFolder, report, ...rest } = options;
  return withWorkspace(workspaceFolder, async (workspace) => {
    const { id } = await reportCalled(workspace, report);
    return (await saveReport(workspace, { ...rest, id })).files;
  });
}

/** Filed reports, newest first. */
export async function reportsOf(workspaceFolder: string): Promise<ReportRecord[]> {
  return withWorkspace(workspaceFolder, (workspace) => listReports(workspace));
}

/** Says who issues the reports of a workspace. @param options.logo content of a picture file; undefined: as it was */
export async function changeCompanyOf(
  options: Asked & {
    readonly name?: string | undefined;
    readonly address?: string | undefined;
    readonly logo?: Uint8Array | undefined;
  },
) {
  const { workspaceFolder, inspector, name, address, logo } = options;
  return withWorkspace(workspaceFolder, async (workspace) => {
    const before = await companyOf(workspace);
    const company = { name: name ?? before.name, address: address ?? before.address, logo };
    return changeCompany(workspace, company, inspector);
  });
}

async function withWorkspace<T>(folder: string, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder);
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

async function newestRun(workspace: Workspace, wanted: string | undefined): Promise<number> {
  const batches = await listBatches(workspace);
  for (const batch of wanted === undefined ? batches : chooseBatches(batches, wanted)) {
    for (const run of await listRuns(workspace, batch.id)) {
      if ((await countOutcomes(workspace, run.id)).done > 0) return run.id;
    }
  }
  throw new ClipSamError('conflict', 'There are no results to report yet. Inspect some images first.');
}

async function reportCalled(workspace: Workspace, text: string): Promise<ReportRecord> {
  const [, number = '', revision] = /^(R-\d+)(?:-(\d+))?$/i.exec(text.trim()) ?? [];
  const found = (await listReports(workspace)).find(
    (report) =>
      numberOfReport(report.number) === numberOfReport(number) &&
      (revision === undefined ? report.isNewest : report.revision === Number(revision)),
  );
  if (found) return found;
  throw new ClipSamError('not-found', `There is no report ${text}. See clipsam report list.`);
}
