import { type RawBuilder, sql } from 'kysely';
import type { SampleKind } from '../../src-shared/batch-range.ts';
import type { Product } from '../../src-shared/product.ts';
import { type Recipe, recipeSchema } from '../../src-shared/recipe.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';
import { parseRanges } from './sample-ranges.ts';
import type { Workspace } from './workspace.ts';

/** An image with the last verdict on it, and the run in which that was given. */
export interface ReviewedImage {
  readonly runId: number;
  readonly imageId: number;
  readonly human: HumanVerdict;
  readonly defectClass: string;
}

/**
 * Images of a product that inspectors judged, those judged last first; of several verdicts on an image, in whichever
 * run, the last one counts. Deleted batches do not.
 * @param options.verdict only those with this verdict
 */
export async function reviewedImages(
  workspace: Workspace,
  product: Product,
  options: { readonly verdict?: HumanVerdict; readonly limit: number },
): Promise<{ readonly total: number; readonly images: readonly ReviewedImage[] }> {
  const wanted =
    options.verdict === undefined ? sql`v.verdict <> 'withdrawn'` : sql`v.verdict = ${options.verdict}`;
  const from = sql`from verdicts v
    join (select max(id) as id from verdicts group by image_id) last on last.id = v.id
    join runs on runs.id = v.run_id join batches on batches.id = runs.batch_id
    join recipes on recipes.hash = runs.recipe_hash
    where ${wanted} and ${isOf(product)}`;
  const images = await sql<ReviewedImage>`
    select v.run_id as runId, v.image_id as imageId, v.verdict as human, v.defect_class as defectClass
    ${from} order by v.id desc limit ${options.limit}`.execute(workspace.db);
  const count = await sql<{ total: number }>`select count(*) as total ${from}`.execute(workspace.db);
  return { total: count.rows[0]!.total, images: images.rows };
}

/** The recipe of the newest run over images of a product; undefined: there is no run. */
export async function newestRecipe(workspace: Workspace, product: Product): Promise<Recipe | undefined> {
  const { rows } = await sql<{ json: string }>`
    select recipes.json from runs join batches on batches.id = runs.batch_id
    join recipes on recipes.hash = runs.recipe_hash
    where ${isOf(product)} order by runs.id desc limit 1`.execute(workspace.db);
  return rows[0] && recipeSchema.parse(JSON.parse(rows[0].json));
}

/** What was black and white in the newest run over images of a product; null: its files decided, or there is none. */
export async function newestRanges(
  workspace: Workspace,
  product: Product,
): Promise<Readonly<Record<SampleKind, SampleRange | null>>> {
  const { rows } = await sql<{ ranges: string | null }>`
    select runs.sample_ranges as ranges from runs join batches on batches.id = runs.batch_id
    join recipes on recipes.hash = runs.recipe_hash
    where ${isOf(product)} order by runs.id desc limit 1`.execute(workspace.db);
  return parseRanges(rows[0]?.ranges ?? null);
}

/** The condition that a run's images are of the product, see `inspectedProduct`. */
function isOf(product: Product): RawBuilder<boolean> {
  const isThere = sql`batches.deleted_at is null`;
  return 'partNumber' in product
    ? sql`${isThere} and trim(batches.part_number) = ${product.partNumber}
        and trim(batches.revision) = ${product.revision}`
    : sql`${isThere} and trim(batches.part_number) = ''
        and json_extract(recipes.json, '$.name') = ${product.recipeName}
        and json_extract(recipes.json, '$.object') = ${product.object}`;
}

/** The last verdict on each image, in whichever run; those without one, or with a withdrawn one, are missing. */
export async function lastVerdicts(
  { db }: Workspace,
  imageIds: readonly number[],
): Promise<Map<number, HumanVerdict>> {
  const { rows } = await sql<{ imageId: number; verdict: HumanVerdict }>`
    select image_id as imageId, verdict from verdicts where verdict <> 'withdrawn' and id in (
      select max(id) from verdicts where image_id in (select value from json_each(${JSON.stringify(imageIds)}))
      group by image_id
    )`.execute(db);
  return new Map(rows.map(({ imageId, verdict }) => [imageId, verdict]));
}
