import { join } from 'node:path';
import { tellNotice } from '../../src-shared/notice-text.ts';
import { tellSize } from '../../src-shared/region-size.ts';
import { scaleOf } from '../../src-shared/scale.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { imageKey } from './image-key.ts';
import type { DoneImage, ExportContext, ReportImage, RunReport } from './run-report.ts';

/** ResultStateDataType of OPC 40100-1, section 12.19. */
export const RESULT_STATE = { done: 1, failed: 4 } as const;

/**
 * `results.json`: the batch, the run, the recipe and one record per image, whose outer fields are named after
 * ResultDataType of OPC 40100-1 (section 12.18); `resultContent` holds what this program found, each region with its size in
 * pixels and, where somebody has said how large a pixel is (`scale`), in millimetres.
 */
export async function exportJson(report: RunReport, context: ExportContext): Promise<string> {
  const path = join(context.folder, 'results.json');
  await writeFileAtomically(path, pieces(report, context));
  return path;
}

async function* pieces(report: RunReport, context: ExportContext): AsyncGenerator<string> {
  const { batch, run, recipe, recipeRevision, imageRoot, total } = report;
  const head = {
    format: 'clipsam-results',
    formatVersion: 2,
    writtenBy: SOFTWARE_VERSION,
    jobId: report.jobId,
    imageRoot,
    total,
    batch,
    run,
    recipeRevision,
    recipe,
  };
  yield `${JSON.stringify(head, null, 1).slice(0, -2)},\n "results": [`;
  let separator = '\n';
  for await (const image of report.images()) {
    context.step();
    yield `${separator}${JSON.stringify(recordOf(report, image))}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

function recordOf(report: RunReport, image: ReportImage) {
  const { batch, run, recipe } = report;
  const duration = image.status === 'done' ? image.result.timings.total : 0;
  const end = Date.parse(image.finishedAt);
  return {
    resultId: image.resultId,
    isPartial: false,
    isSimulated: false,
    resultState: RESULT_STATE[image.status],
    partId: image.name,
    productId: batch.partNumber || batch.objectName || recipe.object,
    jobId: report.jobId,
    internalRecipeId: { id: `${recipe.name} r${report.recipeRevision}`, hash: run.recipeHash },
    internalConfigurationId: { id: recipe.pack, hash: run.packHash },
    creationTime: image.finishedAt,
    processingTimes: {
      startTime: new Date(end - duration).toISOString(),
      endTime: image.finishedAt,
      processingDuration: duration,
    },
    resultContent: contentOf(report, image),
  };
}

/** What this program found in an image, and what the inspectors said of it. */
export function contentOf({ batch }: Pick<RunReport, 'batch'>, image: ReportImage) {
  return {
    imageId: image.imageId,
    key: imageKey(image.name),
    path: image.path,
    fileNow: image.file,
    page: image.page?.number ?? 1,
    pages: image.page?.count ?? 1,
    ...(image.status === 'done' ? withSizes(image.result, batch) : { error: image.error }),
    humanVerdict: image.verdict,
    annotations: image.annotations,
  };
}

function withSizes(result: DoneImage['result'], batch: RunReport['batch']) {
  const scale = scaleOf(result, batch);
  return {
    ...result,
    scale,
    regions: result.regions.map((region) => ({ ...region, size: tellSize(region, scale) })),
    notices: result.notices.map(tellNotice),
  };
}
