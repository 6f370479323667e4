import { copyFile } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { ExportEvent, ExportSummary } from '../../../src-shared/contract/exports.ts';
import { failure } from '../../../src-shared/errors.ts';
import type { CsvStyle, ExportFormat } from '../../../src-shared/export-formats.ts';
import type { FileState } from '../../../src-shared/file-state.ts';
import { pageName } from '../../../src-shared/image-page.ts';
import { type ReportLanguage, reportOptionsSchema } from '../../../src-shared/report.ts';
import { type ExportedFile, exportReport } from '../../reports/export-report.ts';
import { FileNames } from '../../reports/file-names.ts';
import type { ReportImage, RunReport } from '../../reports/run-report.ts';
import { listAnnotations } from '../../store/annotations.ts';
import { getBatch } from '../../store/batches.ts';
import { commonFolder } from '../../store/common-folder.ts';
import { getRecipe } from '../../store/recipes.ts';
import { listResults, type StoredResult } from '../../store/results.ts';
import { countOutcomes, getRun } from '../../store/runs.ts';
import { currentVerdicts } from '../../store/verdicts.ts';
import type { Workspace } from '../../store/workspace.ts';
import { type ContentHashes, fileState } from '../pictures/seen-file.ts';
import { companyOf } from '../reports/company.ts';
import { makeReport } from '../reports/make-report.ts';

const PAGE = 200;

/** What an export wrote, and what has to be known about the images in it. */
export interface ExportOutcome {
  /** Where the files are. */
  readonly folder: string;
  readonly files: readonly ExportedFile[];
  readonly summary: ExportSummary;
}

/** What to export, and where to. */
export interface ExportOptions {
  readonly workspace: Workspace;
  readonly contents: ContentHashes;
  readonly runId: number;
  readonly formats: readonly ExportFormat[];
  readonly folder: string;
  /** Who files a report, where one is exported, and the language of it. */
  readonly inspector: string;
  readonly language?: ReportLanguage;
  /** The files go into a new folder in it. */
  readonly subfolder?: boolean;
  readonly csv?: CsvStyle;
  /** Whatever is in the way is replaced. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExportEvent) => void;
}

/**
 * Exports a run with what the inspectors said about it. A run at work can be exported too: what is stored by then.
 * @throws ClipSamError `not-found` when there is no such run, `conflict` when it has no result yet,
 *   and the exports' errors
 */
export async function exportRun(options: ExportOptions): Promise<ExportOutcome> {
  const { workspace, contents, runId, formats, folder, subfolder = false, ...rest } = options;
  if (formats.includes('pdf') && workspace.isReadOnly) {
    throw failure(
      'report-read-only',
      { folder: workspace.folder },
      `${workspace.folder} can only be read: a PDF report is filed in it. Export without PDF.`,
    );
  }
  const states = new FileStates(contents);
  const report = await reportOf(options, states);
  const target = subfolder ? join(folder, folderNameOf(report)) : folder;
  const files = await exportReport(report, formats, target, rest);
  return { folder: target, files, summary: { ...states.summary(), pending: report.total - report.finished } };
}

/**
 * Exports a run into a folder, or into a new one in the workspace.
 * @param folder absolute; null: `exports/<batch>-<run>-<time>` in the workspace
 * @throws ClipSamError `input-invalid` when the folder is not absolute, and as {@link exportRun}
 */
export async function exportRunInto(
  folder: string | null,
  options: Omit<ExportOptions, 'folder'>,
): Promise<ExportOutcome> {
  if (folder !== null && !isAbsolute(folder)) {
    throw failure('not-a-full-path', { path: folder }, `"${folder}" is not the full path of a folder.`);
  }
  if (folder !== null) return exportRun({ ...options, folder });
  return exportRun({ ...options, folder: join(options.workspace.folder, 'exports'), subfolder: true });
}

/** `<batch>-<run>-<time>` */
function folderNameOf({ batch, run }: RunReport): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  return `${new FileNames().for(batch.name, '')}-${run.id}-${time}`;
}

/** What became of the files of an export's images: looked at once, so that all its formats say the same. */
class FileStates {
  readonly #contents: ContentHashes;
  readonly #states = new Map<number, { readonly file: FileState; readonly failed: boolean }>();

  constructor(contents: ContentHashes) {
    this.#contents = contents;
  }

  async of({ id, image, ...outcome }: StoredResult): Promise<FileState> {
    const { path, contentHash: imported } = image;
    const seen = outcome.status === 'done' ? outcome.result.contentHash : null;
    const file = this.#states.get(id)?.file ?? (await fileState(this.#contents, { path, seen, imported }));
    this.#states.set(id, { file, failed: outcome.status === 'failed' });
    return file;
  }

  summary(): Omit<ExportSummary, 'pending'> {
    const all = [...this.#states.values()];
    const count = (...states: readonly FileState[]) => all.filter(({ file }) => states.includes(file)).length;
    return {
      images: all.length,
      failed: all.filter(({ failed }) => failed).length,
      changed: count('changed'),
      missing: count('missing', 'unreadable'),
    };
  }
}

async function reportOf(options: ExportOptions, states: FileStates): Promise<RunReport> {
  const { workspace, runId } = options;
  const run = await getRun(workspace, runId);
  const batch = await getBatch(workspace, run.batchId);
  const { recipe, revision } = await getRecipe(workspace, run.recipeHash);
  const { total, done, failed } = await countOutcomes(workspace, runId);
  if (done + failed === 0) {
    throw failure(
      'run-empty',
      { run: runId },
      `Run ${runId} has no results yet: there is nothing to export.`,
    );
  }
  const imageRoot = await commonFolder(workspace, batch.id);
  const jobId = `${workspace.id}/${runId}`;
  return {
    workspaceId: workspace.id,
    jobId,
    batch,
    run,
    recipe,
    recipeRevision: revision,
    imageRoot,
    total,
    finished: done + failed,
    images: () => reportImages(workspace, runId, jobId, imageRoot, states),
    artifactPath: (ref) => workspace.artifacts.pathOf(ref),
    writePdf: (path, step) => filedReport(options, path, step),
  };
}

async function filedReport(
  { workspace, runId, inspector, language, signal }: ExportOptions,
  path: string,
  step: () => void,
): Promise<void> {
  const company = await companyOf(workspace);
  const { report } = await makeReport({
    ...{ workspace, inspector, onMaking: step },
    options: reportOptionsSchema.parse({ template: 'batch', runId, company, language }),
    ...(signal && { signal }),
  });
  await copyFile(workspace.artifacts.pathOf(report.file), path);
}

async function* reportImages(
  workspace: Workspace,
  runId: number,
  jobId: string,
  imageRoot: string,
  states: FileStates,
): AsyncGenerator<ReportImage> {
  for (let after = 0; ; ) {
    const results = await listResults(workspace, runId, { after, limit: PAGE });
    if (results.length === 0) return;
    const ids = results.map(({ image }) => image.id);
    const verdicts = await currentVerdicts(workspace, runId, ids);
    const annotations = Map.groupBy(await listAnnotations(workspace, runId, ids), ({ imageId }) => imageId);
    const files = await Promise.all(results.map((result) => states.of(result)));
    for (const [i, { id, image, finishedAt, ...outcome }] of results.entries()) {
      yield {
        resultId: `${jobId}/${id}`,
        imageId: image.id,
        contentHash: outcome.status === 'done' ? outcome.result.contentHash : image.contentHash,
        file: files[i]!,
        path: image.path,
        name: pageName(relative(imageRoot, image.path).replaceAll(sep, '/'), image.page),
        page: image.page,
        range: image.range,
        finishedAt,
        verdict: verdicts.get(image.id) ?? null,
        annotations: annotations.get(image.id) ?? [],
        ...(outcome.status === 'done'
          ? { status: outcome.status, result: outcome.result }
          : { status: outcome.status, error: outcome.error }),
      };
    }
    after = ids.at(-1)!;
  }
}
