import { dirname, relative, sep } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { ExportEvent } from '../../src-shared/progress.ts';
import { type ExportedFile, type ExportFormat, exportReport } from '../reports/export-report.ts';
import type { ReportImage, RunReport } from '../reports/run-report.ts';
import { listAnnotations } from '../store/annotations.ts';
import { getBatch } from '../store/batches.ts';
import { listImages } from '../store/images.ts';
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
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExportEvent) => void;
}): Promise<ExportedFile[]> {
  const { workspace, runId, formats, folder, signal, onEvent } = options;
  return exportReport(await reportOf(workspace, runId), formats, folder, { signal, onEvent });
}

async function reportOf(workspace: Workspace, runId: number): Promise<RunReport> {
  const run = await getRun(workspace, runId);
  const batch = await getBatch(workspace, run.batchId);
  const { recipe, revision } = await getRecipe(workspace, run.recipeHash);
  const { total, done, failed } = await countOutcomes(workspace, runId);
  if (done + failed === 0) {
    throw new ClipSamError('input-invalid', `Run ${runId} has no results yet: there is nothing to export.`);
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

/** The deepest folder that holds all images of a batch. */
async function commonFolder(workspace: Workspace, batchId: number): Promise<string> {
  let common: string | undefined;
  for (let after = 0; ; ) {
    const images = await listImages(workspace, batchId, { after });
    if (images.length === 0) return common ?? workspace.folder;
    for (const { path } of images) {
      common ??= dirname(path);
      while (!isInside(common, path) && common !== dirname(common)) common = dirname(common);
    }
    after = images.at(-1)!.id;
  }
}

function isInside(folder: string, path: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
