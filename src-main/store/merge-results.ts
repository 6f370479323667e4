import type { Selectable } from 'kysely';
import type { ResultArtifacts } from '../../src-shared/result.ts';
import { type ForeignImage, pictureName, sameImages } from './merge-images.ts';
import { assertClaim, type RunClaim } from './run-claims.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** Results read and added at a time. */
const PAGE = 200;

type ResultRow = Selectable<Schema['results']>;
type RegionRow = Selectable<Schema['regions']>;

/** A result of another workspace, with its image. */
export interface ForeignResult {
  readonly row: ResultRow;
  readonly regions: readonly RegionRow[];
  /** Its path is absolute. */
  readonly image: ForeignImage;
}

/** The results of a run, some at a time, in the order of their images. */
export async function* foreignResults(
  source: Workspace,
  runId: number,
): AsyncGenerator<readonly ForeignResult[]> {
  for (let after = 0; ; ) {
    const rows = await source.db
      .selectFrom('results')
      .selectAll()
      .where('run_id', '=', runId)
      .where('image_id', '>', after)
      .orderBy('image_id')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return;
    after = rows.at(-1)!.image_id;
    const imageIds = rows.map(({ image_id }) => image_id);
    const images = await source.db.selectFrom('images').selectAll().where('id', 'in', imageIds).execute();
    const imageOf = new Map(images.map((row) => [row.id, row]));
    const regions = await source.db
      .selectFrom('regions')
      .selectAll()
      .where(
        'result_id',
        'in',
        rows.map(({ id }) => id),
      )
      .orderBy('region_index')
      .execute();
    const regionsOf = Map.groupBy(regions, ({ result_id }) => result_id);
    yield rows.map((row) => {
      const image = imageOf.get(row.image_id)!;
      return {
        row,
        regions: regionsOf.get(row.id) ?? [],
        image: { ...image, path: fromStoredPath(source, image.path) },
      };
    });
  }
}

/** What is to be done with results of another workspace. */
export interface SortedResults {
  /** Those that the target lacks, with the ids that their images have there; failures there give way. */
  readonly missing: readonly (ForeignResult & { readonly imageId: number })[];
  /** Those that are something else there. */
  readonly differing: readonly ForeignResult[];
}

/** Compares results of another workspace with those of a run here; of images that are not here there are none. */
export async function sortResults(
  target: Workspace,
  run: { readonly id: number | undefined; readonly batchId: number },
  results: readonly ForeignResult[],
): Promise<SortedResults> {
  const images = await sameImages(
    target,
    run.batchId,
    results.map(({ image }) => image),
  );
  const ids = [...images.values()].map(({ id }) => id);
  const known =
    run.id === undefined || ids.length === 0
      ? []
      : await target.db
          .selectFrom('results')
          .selectAll()
          .where('run_id', '=', run.id)
          .where('image_id', 'in', ids)
          .execute();
  const resultOf = new Map(known.map((row) => [row.image_id, row]));
  const missing: (ForeignResult & { readonly imageId: number })[] = [];
  const differing: ForeignResult[] = [];
  for (const result of results) {
    const image = images.get(pictureName(result.image));
    if (!image) continue;
    const here = resultOf.get(image.id);
    const isBetter = here?.status === 'failed' && result.row.status === 'done';
    if (!here || isBetter) missing.push({ ...result, imageId: image.id });
    else if (result.row.status === 'done' && whatIsFound(here) !== whatIsFound(result.row)) {
      differing.push(result);
    }
  }
  return { missing, differing };
}

/** What a result says, but for how long it took and on what. */
function whatIsFound({ content_hash, score, verdict, artifacts, width, height }: ResultRow): string {
  const { finalMap, mask } = JSON.parse(artifacts ?? '{}') as Partial<ResultArtifacts>;
  return JSON.stringify([content_hash, score, verdict, width, height, finalMap?.sha256, mask?.sha256]);
}

/** Adds results to a run in one transaction, under its claim. @throws ClipSamError `workspace-locked` when it was taken over */
export async function addForeignResults(
  target: Workspace,
  claim: RunClaim,
  results: SortedResults['missing'],
): Promise<void> {
  await target.db.transaction().execute(async (db) => {
    await assertClaim(db, claim);
    for (const { row, regions, image, imageId } of results) {
      const { id: _, ...columns } = row;
      const values = { ...columns, run_id: claim.runId, image_id: imageId };
      const { id } = await db
        .insertInto('results')
        .values(values)
        .onConflict((conflict) => conflict.columns(['run_id', 'image_id']).doUpdateSet(values))
        .returning('id')
        .executeTakeFirstOrThrow();
      for (const region of regions) {
        await db
          .insertInto('regions')
          .values({ ...region, result_id: id })
          .execute();
      }
      const { width, height, content_hash } = image;
      await db
        .updateTable('images')
        .set({ width, height, content_hash })
        .where('id', '=', imageId)
        // What was imported here since stays.
        .where(({ or, eb }) => or([eb('content_hash', 'is', null), eb('content_hash', '=', content_hash)]))
        .execute();
    }
  });
}
