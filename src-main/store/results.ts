import type { Selectable } from 'kysely';
import type { BatchImage } from '../../src-shared/batch.ts';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import type { ImagePage } from '../../src-shared/image-page.ts';
import type { Outcome } from '../../src-shared/outcome.ts';
import type { ResultArtifacts } from '../../src-shared/result.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { errorColumns, storedError } from './error-columns.ts';
import { PICTURE_COLUMNS, pageOf, toBatchImage } from './images.ts';
import { type NewMessage, putMessage } from './outbox.ts';
import { OTHER_FIELDS, regionColumns, resultColumns, toResult } from './result-row.ts';
import { assertClaim, type RunClaim } from './run-claims.ts';
import { rangeOf } from './sample-ranges.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** What a run found in one image, or why it found nothing. */
export type StoredResult = Outcome & {
  /** Unique within the workspace. */
  readonly id: number;
  readonly runId: number;
  /** Its range is the run's. */
  readonly image: BatchImage;
  readonly finishedAt: string;
};

/** The number and the time of a result, as it is stored. */
export type StoredAs = Pick<StoredResult, 'id' | 'finishedAt'>;

/**
 * Stores what became of an image: one transaction, durable when this returns. A result that is there already
 * stays; only a failure is replaced.
 * @param messageOf what is told of it to others, kept with it
 * @throws ClipSamError `workspace-locked` when another program has taken the run over
 */
export async function recordOutcome(
  workspace: Workspace,
  claim: RunClaim,
  imageId: number,
  outcome: Outcome,
  messageOf?: (stored: StoredAs) => NewMessage,
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    await assertClaim(db, claim);
    const finishedAt = new Date().toISOString();
    const columns = { finished_at: finishedAt, ...outcomeColumns(outcome) };
    const row = await db
      .insertInto('results')
      .values({ run_id: claim.runId, image_id: imageId, ...columns })
      .onConflict((conflict) =>
        conflict.columns(['run_id', 'image_id']).doUpdateSet(columns).where('results.status', '=', 'failed'),
      )
      .returning('id')
      .executeTakeFirst();
    const message = row && messageOf?.({ id: row.id, finishedAt });
    if (message) await putMessage(db, message);
    if (!row || outcome.status === 'failed') return;
    const { regions, width, height, contentHash } = outcome.result;
    if (regions.length > 0) {
      await db
        .insertInto('regions')
        .values(regions.map((region) => regionColumns(row.id, region)))
        .execute();
    }
    await db
      .updateTable('images')
      .set({ width, height, content_hash: contentHash })
      .where('id', '=', imageId)
      .execute();
  });
}

/** Results of a run in the order of its images; a page starts behind the image `after`. */
export async function listResults(
  workspace: Workspace,
  runId: number,
  page: { readonly after?: number; readonly limit?: number } = {},
): Promise<StoredResult[]> {
  const rows = await workspace.db
    .selectFrom('results')
    .selectAll()
    .where('run_id', '=', runId)
    .where('image_id', '>', page.after ?? 0)
    .orderBy('image_id')
    .limit(page.limit ?? 100)
    .execute();
  return toResults(workspace, rows);
}

/** What a run found in an image; undefined when it has not reached it. */
export async function findResult(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<StoredResult | undefined> {
  const rows = await workspace.db
    .selectFrom('results')
    .selectAll()
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .execute();
  const [result] = await toResults(workspace, rows);
  return result;
}

/** When maps and mask of a result were let go, ISO 8601; null: they were not. */
export async function artifactsDroppedAt(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<string | null> {
  const row = await workspace.db
    .selectFrom('results')
    .select('artifacts_dropped_at')
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .executeTakeFirst();
  return row?.artifacts_dropped_at ?? null;
}

/** The files of a result; undefined while there is none. */
export async function artifactsOf(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<ResultArtifacts | undefined> {
  const row = await workspace.db
    .selectFrom('results')
    .select('artifacts')
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .executeTakeFirst();
  return row?.artifacts ? (JSON.parse(row.artifacts) as ResultArtifacts) : undefined;
}

/**
 * What a run looked at, without what it found there: little to read, however much that is.
 * @returns `contentHash` of the file as the run saw it, null where it failed; `imported`: as it was imported last;
 *   `range`: what was black and white for the run
 * @throws ClipSamError `not-found` when the run has no result for the image
 */
export async function inspectedImage(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<{
  readonly path: string;
  readonly page: ImagePage | null;
  readonly contentHash: string | null;
  readonly imported: string | null;
  readonly recipeHash: string;
  readonly range: SampleRange | null;
  /** In pixels; null with the content hash. */
  readonly size: { readonly width: number; readonly height: number } | null;
}> {
  const row = await imageAndResult(workspace, runId, imageId);
  if (!row) throw failure('no-result', `Run ${runId} has no result for image ${imageId}.`);
  const path = fromStoredPath(workspace, row.path);
  const { content_hash: contentHash, imported, recipe_hash: recipeHash, width, height } = row;
  const size = width === null || height === null ? null : { width, height };
  return { path, page: pageOf(row), contentHash, imported, recipeHash, range: rangeOf(row), size };
}

/**
 * A result that something is said about, by people who look at the image as it was imported last.
 * @param takesBack what was said is only taken back: that can always be done
 * @returns undefined when the run has none for the image
 * @throws ClipSamError `image-changed` when other content was imported since
 */
export async function resultToJudge(
  workspace: Workspace,
  runId: number,
  imageId: number,
  takesBack = false,
): Promise<{ readonly id: number; readonly verdict: ModelVerdict | null } | undefined> {
  const row = await imageAndResult(workspace, runId, imageId);
  if (!takesBack && row?.content_hash && row.imported && row.content_hash !== row.imported) {
    throw changedSince(fromStoredPath(workspace, row.path));
  }
  return row;
}

/** What a run has on an image, without its regions; undefined when it has not reached it. */
function imageAndResult({ db }: Workspace, runId: number, imageId: number) {
  return db
    .selectFrom('results')
    .innerJoin('images', 'images.id', 'results.image_id')
    .innerJoin('runs', 'runs.id', 'results.run_id')
    .select([
      ...PICTURE_COLUMNS,
      'images.sample_kind',
      'images.content_hash as imported',
      'results.id',
      'results.verdict',
      'results.content_hash',
      'results.width',
      'results.height',
      'runs.recipe_hash',
      'runs.sample_ranges',
    ])
    .where('results.run_id', '=', runId)
    .where('results.image_id', '=', imageId)
    .executeTakeFirst();
}

/** The error for what would be said of a picture that the model never saw. */
export function changedSince(path: string): ClipSamError {
  return failure(
    'changed-since-inspected',
    { file: path },
    `${path} has changed since it was inspected. Import it again and inspect it, then judge it.`,
  );
}

type ResultRow = Selectable<Schema['results']>;

async function toResults(workspace: Workspace, rows: readonly ResultRow[]): Promise<StoredResult[]> {
  if (rows.length === 0) return [];
  const imageRows = await workspace.db
    .selectFrom('images')
    .selectAll()
    .where(
      'id',
      'in',
      rows.map((row) => row.image_id),
    )
    .execute();
  const regionRows = await workspace.db
    .selectFrom('regions')
    .selectAll()
    .where(
      'result_id',
      'in',
      rows.map((row) => row.id),
    )
    .orderBy('region_index')
    .execute();
  const runRows = await workspace.db
    .selectFrom('runs')
    .select(['id', 'sample_ranges'])
    .where('id', 'in', [...new Set(rows.map((row) => row.run_id))])
    .execute();
  const imageOf = new Map(imageRows.map((row) => [row.id, row]));
  const rangesOf = new Map(runRows.map((row) => [row.id, row.sample_ranges]));
  const regions = Map.groupBy(regionRows, (row) => row.result_id);
  return rows.map((row) => {
    const common = {
      id: row.id,
      runId: row.run_id,
      image: toBatchImage(workspace, {
        ...imageOf.get(row.image_id)!,
        sample_ranges: rangesOf.get(row.run_id)!,
      }),
      finishedAt: row.finished_at,
    };
    if (row.status === 'failed') {
      return {
        ...common,
        status: 'failed',
        error: storedError(row)!,
      };
    }
    return {
      ...common,
      status: 'done',
      result: toResult(row, regions.get(row.id) ?? [], OTHER_FIELDS),
    };
  });
}

function outcomeColumns(outcome: Outcome) {
  const result = outcome.status === 'done' ? outcome.result : undefined;
  const error = outcome.status === 'failed' ? outcome.error : undefined;
  return { status: outcome.status, ...errorColumns(error), ...resultColumns(result) };
}
