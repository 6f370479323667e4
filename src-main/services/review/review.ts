import { sep } from 'node:path';
import type { Annotation } from '../../../src-shared/annotation.ts';
import type { BatchImage } from '../../../src-shared/batch.ts';
import type {
  NewAnnotation,
  NewVerdict,
  ReviewImage,
  ReviewRemarks,
  ReviewTable,
} from '../../../src-shared/contract/review.ts';
import { failure } from '../../../src-shared/errors.ts';
import { toReviewColumns } from '../../../src-shared/review-table.ts';
import type { VerdictEntry } from '../../../src-shared/verdict.ts';
import type { ContentHashes } from '../../files/content-hashes.ts';
import { addAnnotation, annotationOf, listAnnotations } from '../../store/annotations.ts';
import { getBatch } from '../../store/batches.ts';
import { commonFolder } from '../../store/common-folder.ts';
import { getImage } from '../../store/images.ts';
import { getRecipe } from '../../store/recipes.ts';
import { findResult, type StoredResult } from '../../store/results.ts';
import { reviewRows } from '../../store/review-table.ts';
import { getRun } from '../../store/runs.ts';
import { addVerdict, verdictHistory, verdictOf } from '../../store/verdicts.ts';
import type { Workspace } from '../../store/workspace.ts';
import { findGroundTruth } from '../pictures/ground-truth.ts';
import { fileState, refuseChangedImage } from '../pictures/seen-file.ts';
import type { RunControl } from '../runs/run-control.ts';

/** Images on one page of the table: a page takes some 30 ms to read, check and send. */
const PAGE = 5000;

/**
 * A page of a batch's images with what a run says about them.
 * @param runId null: the newest run, if there is one
 * @param after last image of the page before; null: the first page
 * @throws ClipSamError `not-found` for a batch or run that is not there, or a run of another batch
 */
export async function reviewTable(
  workspace: Workspace,
  runControl: RunControl,
  batchId: number,
  runId: number | null,
  after: number | null,
): Promise<ReviewTable> {
  const batch = await getBatch(workspace, batchId);
  const runs = await runControl.list(batchId);
  const run = runId === null ? runs[0] : runs.find((progress) => progress.run.id === runId);
  if (runId !== null && !run) {
    throw failure('run-unknown', { run: runId }, `Batch ${batchId} has no run ${runId}.`);
  }
  const { recipe } = run
    ? await getRecipe(workspace, run.run.recipeHash)
    : await runControl.proposedRecipe(batchId);
  const page = { after: after ?? 0, limit: PAGE };
  const columns = await columnsOf(workspace, batchId, run?.run.id ?? null, page);
  const next = columns.imageId.length === PAGE ? columns.imageId.at(-1)! : null;
  return { batch, run: run ?? null, recipe, columns, next };
}

/** The same columns for some images of a run's batch; ids of other images are passed over. */
export async function reviewRowsOf(
  workspace: Workspace,
  runId: number,
  imageIds: readonly number[],
): Promise<ReviewTable['columns']> {
  const { batchId } = await getRun(workspace, runId);
  return columnsOf(workspace, batchId, runId, { imageIds });
}

async function columnsOf(
  workspace: Workspace,
  batchId: number,
  runId: number | null,
  which: Parameters<typeof reviewRows>[3],
): Promise<ReviewTable['columns']> {
  const folder = await commonFolder(workspace, batchId);
  const from = folder.endsWith(sep) ? folder.length : folder.length + 1;
  const rows = await reviewRows(workspace, batchId, runId, which);
  return toReviewColumns(
    rows.map(({ path, ...row }) => ({ ...row, name: path.slice(from).replaceAll(sep, '/') })),
  );
}

/**
 * An image with what a run says about it.
 * @param runId null: nobody inspected it yet
 * @throws ClipSamError `not-found` when there is no such image or run, or the image is of another batch
 */
export async function reviewImage(
  workspace: Workspace,
  contents: ContentHashes,
  imageId: number,
  runId: number | null,
): Promise<ReviewImage> {
  const image = await getImage(workspace, imageId);
  const hasTruth = (await findGroundTruth(image)) !== undefined;
  const stateOf = (seen: string | null) =>
    fileState(contents, { path: image.path, seen, imported: image.contentHash });
  if (runId === null) {
    const file = await stateOf(null);
    return { image, file, outcome: { status: 'pending' }, hasTruth };
  }
  await checkRunOf(workspace, image, runId);
  const stored = await findResult(workspace, runId, imageId);
  return {
    image,
    file: await stateOf(stored?.status === 'done' ? stored.result.contentHash : null),
    outcome: stored ? outcomeOf(stored) : { status: 'pending' },
    hasTruth,
  };
}

/**
 * What inspectors said about an image of a run.
 * @throws ClipSamError `not-found` as {@link reviewImage}
 */
export async function reviewRemarks(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<ReviewRemarks> {
  await checkRunOf(workspace, await getImage(workspace, imageId), runId);
  return {
    verdicts: await verdictHistory(workspace, runId, imageId),
    annotations: await listAnnotations(workspace, runId, [imageId]),
  };
}

/** @throws ClipSamError `not-found` when there is no such run, or it is over another batch */
async function checkRunOf(workspace: Workspace, { id, batchId }: BatchImage, runId: number): Promise<void> {
  const run = await getRun(workspace, runId);
  if (run.batchId !== batchId) {
    throw failure('image-unknown', { image: id }, `Image ${id} is not in the batch of run ${runId}.`);
  }
}

function outcomeOf(stored: StoredResult): ReviewImage['outcome'] {
  return stored.status === 'done'
    ? { status: stored.status, result: stored.result }
    : { status: stored.status, error: stored.error };
}

/**
 * Adds a verdict on what the model saw. Taking one back is always possible. What was stored under its idempotency key
 * before is the answer again, whatever became of the file.
 * @throws ClipSamError `image-changed` when the file did since, and as the store's
 */
export async function judgeImage(
  workspace: Workspace,
  contents: ContentHashes,
  entry: NewVerdict,
  allow?: Parameters<typeof addVerdict>[2],
  alongside?: Parameters<typeof addVerdict>[3],
): Promise<VerdictEntry> {
  const given = await verdictOf(workspace, entry);
  if (given) return given;
  if (entry.verdict !== 'withdrawn') await refuseChangedImage(workspace, contents, entry);
  return addVerdict(workspace, entry, allow, alongside);
}

/** Adds an annotation to what the model saw. @throws ClipSamError as {@link judgeImage} */
export async function annotateImage(
  workspace: Workspace,
  contents: ContentHashes,
  entry: NewAnnotation,
  alongside?: Parameters<typeof addAnnotation>[2],
): Promise<Annotation> {
  const made = await annotationOf(workspace, entry);
  if (made) return made;
  await refuseChangedImage(workspace, contents, entry);
  return addAnnotation(workspace, entry, alongside);
}
