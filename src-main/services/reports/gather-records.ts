import { relative, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import { pageName } from '../../../src-shared/image-page.ts';
import {
  type RecordedImage,
  type ReportRecords,
  recordedAnnotation,
  recordedOutcome,
} from '../../reports/report-records.ts';
import { listAnnotations } from '../../store/annotations.ts';
import { getBatch } from '../../store/batches.ts';
import { commonFolder } from '../../store/common-folder.ts';
import { currentDispositions } from '../../store/dispositions.ts';
import { getRecipe } from '../../store/recipes.ts';
import { newestEntries } from '../../store/reports.ts';
import { listResults } from '../../store/results.ts';
import { countOutcomes, getRun } from '../../store/runs.ts';
import { currentVerdicts } from '../../store/verdicts.ts';
import type { Workspace } from '../../store/workspace.ts';
import { reportLot } from './report-lot.ts';

const PAGE = 200;
/** People go on working while a report is made: it is of one moment, or not at all. */
const TRIES = 5;

/**
 * Everything that a report on a run stands on, as it is at one moment.
 * @param lotId null: the report is not about one
 * @throws ClipSamError `not-found` when there is no such run or lot, `input-invalid` when the lot is of another batch, `conflict` when it has no result yet or changes
 * without end; `cancelled`
 */
export async function gatherRecords(
  workspace: Workspace,
  runId: number,
  lotId: number | null,
  signal?: AbortSignal,
): Promise<ReportRecords> {
  for (let attempt = 1; ; attempt++) {
    const before = await newestEntries(workspace, runId, lotId);
    const records = await gather(workspace, runId, lotId, signal);
    if ((await newestEntries(workspace, runId, lotId)) === before) return records;
    if (attempt === TRIES) {
      throw failure(
        'report-unsettled',
        { run: runId },
        `Run ${runId} changes faster than it can be read. Wait until it has ended, or nobody judges its images.`,
      );
    }
  }
}

async function gather(
  workspace: Workspace,
  runId: number,
  lotId: number | null,
  signal: AbortSignal | undefined,
): Promise<ReportRecords> {
  const run = await getRun(workspace, runId);
  const batch = await getBatch(workspace, run.batchId);
  const { recipe, revision } = await getRecipe(workspace, run.recipeHash);
  const { total, done, failed } = await countOutcomes(workspace, runId);
  if (done + failed === 0) {
    throw failure(
      'run-empty',
      { run: runId },
      `Run ${runId} has no results yet: there is nothing to report.`,
    );
  }
  const { id, name, objectName, partNumber, order } = batch;
  const { status, startedAt, endedAt, device, softwareVersion } = run;
  return {
    format: 'clipsam-report-records',
    formatVersion: 1,
    workspace: workspace.id,
    batch: { id, name, objectName, partNumber, revision: batch.revision, lot: batch.lot, order },
    run: { id: run.id, status, startedAt, endedAt, device, softwareVersion },
    recipe: { hash: run.recipeHash, revision, content: recipe },
    packHash: run.packHash,
    lot: await reportLot(workspace, lotId, batch.id),
    total,
    images: await recordedImages(workspace, runId, batch.id, signal),
  };
}

async function recordedImages(
  workspace: Workspace,
  runId: number,
  batchId: number,
  signal: AbortSignal | undefined,
): Promise<RecordedImage[]> {
  const root = await commonFolder(workspace, batchId);
  const dispositions = await currentDispositions(workspace, runId);
  const images: RecordedImage[] = [];
  for (let after = 0; ; ) {
    throwIfCancelled(signal);
    // Lets other work in: thousands of images take seconds.
    await setImmediate();
    const results = await listResults(workspace, runId, { after, limit: PAGE });
    if (results.length === 0) return images;
    const ids = results.map(({ image }) => image.id);
    const verdicts = await currentVerdicts(workspace, runId, ids);
    const annotations = Map.groupBy(await listAnnotations(workspace, runId, ids), ({ imageId }) => imageId);
    for (const result of results) {
      const { image, finishedAt } = result;
      images.push({
        imageId: image.id,
        name: pageName(relative(root, image.path).replaceAll(sep, '/'), image.page),
        page: image.page,
        contentHash: result.status === 'done' ? result.result.contentHash : image.contentHash,
        finishedAt,
        ...recordedOutcome(result),
        human: verdicts.get(image.id) ?? null,
        annotations: (annotations.get(image.id) ?? []).map(recordedAnnotation),
        disposition: dispositions.get(image.id) ?? null,
      });
    }
    after = ids.at(-1)!;
  }
}
