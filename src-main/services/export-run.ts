import { isAbsolute, join, relative, sep } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { CsvStyle, ExportFormat } from '../../src-shared/export-formats.ts';
import type { ExportEvent } from '../../src-shared/progress.ts';
import { type ExportedFile, exportReport } from '../reports/export-report.ts';
import { FileNames } from '../reports/file-names.ts';
import type { ReportImage, RunReport } from '../reports/run-report.ts';
import { listAnnotations } from '../store/annotations.ts';
import { getBatch } from '../store/batches.ts';
import { commonFolder } from '../store/common-folder.ts';
import { getRecipe } from '../store/recipes.ts';
import { listResults } from '../store/results.ts';
import { countOutcomes, getRun } from '../store/runs.ts';
import { currentVerdicts } from '../store/verdicts.ts';
import type { Workspace } from '../store/workspace.ts';

const PAGE = 200;

/**
 * Exports a run with what the inspectors said about it. A run at work can be exported too: what is stored by then.
 * @throws ClipSamError `input-invalid` when there is no such run or it has no result yet, and the exports' errors
 */
export async function exportRun(options: {
  readonly workspace: Workspace;
  readonly runId: number;
  readonly formats: readonly ExportFormat[];
  readonly folder: string;
  readonly csv?: CsvStyle;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExportEvent) => void;
}): Promise<ExportedFile[]> {
  const { workspace, runId, formats, folder, ...rest } = options;
  return exportReport(await reportOf(workspace, runId), formats, folder, rest);
}

/**
 * Exports a run into a folder, or into a new one in the workspace.
 * @param folder absolute; null: `exports/<batch>-<run>-<time>` in the workspace
 * @throws ClipSamError `input-invalid` when the folder is not absolute, and as {@link exportRun}
 */
export async function exportRunInto(
  folder: string | null,
  options: Omit<Parameters<typeof exportRun>[0], 'folder'>,
): Promise<{ readonly folder: string; readonly files: readonly ExportedFile[] }> {
  const { workspace, runId } = options;
  if (folder !== null && !isAbsolute(folder)) {
    throw new ClipSamError('input-invalid', `"${folder}" is not the full path of a folder.`, {
      details: { case: 'not-a-full-path', path: folder },
    });
  }
  const { batchId } = await getRun(workspace, runId);
  const { name } = await getBatch(workspace, batchId);
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const own = `${new FileNames().for(name, '')}-${runId}-${time}`;
  const target = folder ?? join(workspace.folder, 'exports', own);
  return { folder: target, files: await exportRun({ ...options, folder: target }) };
}

async function reportOf(workspace: Workspace, runId: number): Promise<RunReport> {
  const run = await getRun(workspace, runId);
  const batch = await getBatch(workspace, run.batchId);
  const { recipe, revision } = await getRecipe(workspace, run.recipeHash);
  const { total, done, failed } = await countOutcomes(workspace, runId);
  if (done + failed === 0) {
    throw new ClipSamError('input-invalid', `Run ${runId} has no results yet: there is nothing to export.`, {
      details: { case: 'run-empty', run: runId },
    });
  }
  const imageRoot = await commonFolder(workspace, batch.id);
  const jobId = `${workspace.id}/${runId}`;
  return {
    jobId,
    batch,
    run,
    recipe,
    recipeRevision: revision,
    imageRoot,
    total,
    finished: done + failed,
    images: () => reportImages(workspace, runId, jobId, imageRoot),
    artifactPath: (ref) => workspace.artifacts.pathOf(ref),
  };
}

async function* reportImages(
  workspace: Workspace,
  runId: number,
  jobId: string,
  imageRoot: string,
): AsyncGenerator<ReportImage> {
  for (let after = 0; ; ) {
    const results = await listResults(workspace, runId, { after, limit: PAGE });
    if (results.length === 0) return;
    const ids = results.map(({ image }) => image.id);
    const verdicts = await currentVerdicts(workspace, runId, ids);
    const annotations = Map.groupBy(await listAnnotations(workspace, runId, ids), ({ imageId }) => imageId);
    for (const { id, image, finishedAt, ...outcome } of results) {
      yield {
        resultId: `${jobId}/${id}`,
        imageId: image.id,
        path: image.path,
        name: relative(imageRoot, image.path).replaceAll(sep, '/'),
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
