import { join } from 'node:path';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { contentOf, RESULT_STATE } from './json-export.ts';
import type { ExportContext, ReportImage, RunReport } from './run-report.ts';

/**
 * `opc-40100-1.json`: an array of ResultDataType (OPC 40100-1, table 150), one per image, with no other fields than the
 * standard's, named as its tables name them; values are encoded as OPC 10000-6 says for JSON (byte strings in base64,
 * times in UTC). What this program found is the one element of `resultContent`.
 */
export async function exportOpc(report: RunReport, context: ExportContext): Promise<string> {
  const path = join(context.folder, 'opc-40100-1.json');
  await writeFileAtomically(path, pieces(report, context));
  return path;
}

async function* pieces(report: RunReport, context: ExportContext): AsyncGenerator<string> {
  let separator = '[\n';
  for await (const image of report.images()) {
    context.step();
    yield `${separator}${JSON.stringify(opcResult(report, image))}`;
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}

/** What a result belongs to. */
export type ResultContext = Pick<RunReport, 'batch' | 'run' | 'recipe' | 'recipeRevision' | 'jobId'>;

/** One image as ResultDataType. */
export function opcResult(report: ResultContext, image: ReportImage) {
  const { batch, run, recipe, recipeRevision, jobId } = report;
  return {
    resultId: { id: image.resultId },
    isPartial: false,
    isSimulated: false,
    resultState: RESULT_STATE[image.status],
    partId: { id: trimmed(image.name) },
    internalRecipeId: {
      id: trimmed(recipe.name),
      version: String(recipeRevision),
      ...sha256Fields(run.recipeHash),
    },
    productId: { id: trimmed(batch.partNumber || batch.objectName || recipe.object) },
    internalConfigurationId: { id: trimmed(recipe.pack), ...sha256Fields(run.packHash) },
    jobId: { id: jobId },
    creationTime: image.finishedAt,
    // When work on a failed image began is not known.
    ...(image.status === 'done' && {
      processingTimes: timesOf(image.finishedAt, image.result.timings.total),
    }),
    resultContent: [contentOf(report, image)],
  };
}

function timesOf(endTime: string, processingDuration: number) {
  const startTime = new Date(Date.parse(endTime) - processingDuration).toISOString();
  return { startTime, endTime, processingDuration };
}

function sha256Fields(hash: string) {
  return { hash: Buffer.from(hash, 'hex').toString('base64'), hashAlgorithm: 'SHA-256' };
}

/** A TrimmedString (section 12.2): no spaces around it. */
function trimmed(text: string): string {
  return text.toWellFormed().trim();
}
