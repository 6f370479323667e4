import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Schema } from './schema.ts';

/** What the audit trail keeps of all results of a run. */
export interface ResultsDigest {
  readonly count: number;
  /** Over what each of them says, in the order of the images. */
  readonly sha256: string;
  /** The same of how large their regions are; absent: kept before regions had sizes. */
  readonly sizes?: string;
}

/** Results read at a time. */
const PAGE = 1000;

/** Columns of format 1, which never changes: the trails of workspaces hold digests of it. */
const RESULT_COLUMNS = [
  'image_id',
  'status',
  'finished_at',
  'error_code',
  'error_message',
  'error_details',
  'content_hash',
  'width',
  'height',
  'score',
  'verdict',
  'artifacts',
  'timings',
  'device',
  'recipe_hash',
  'pack_hash',
  'software_version',
  'notices',
  'other_fields',
] as const;
const REGION_COLUMNS = [
  'region_index',
  'box',
  'area',
  'peak',
  'mean',
  'polygons',
  'prompts',
  'levels',
  'opinions',
] as const;

/**
 * Digest of a run's results: SHA-256 over one line of JSON for each of them, an array of its columns with an array of
 * those of its regions behind them. Read in pages, with turns of the event loop between: 100,000 take seconds.
 */
export async function resultsDigest(
  db: Kysely<Schema>,
  runId: number,
  options: { readonly withSizes: boolean; readonly signal?: AbortSignal | undefined },
): Promise<ResultsDigest> {
  const { withSizes, signal } = options;
  const hash = createHash('sha256');
  const sizes = createHash('sha256');
  let count = 0;
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('results')
      .select(['id', ...RESULT_COLUMNS])
      .where('run_id', '=', runId)
      .where('image_id', '>', after)
      .orderBy('image_id')
      .limit(PAGE)
      .execute();
    const regions = await regionsOf(
      db,
      rows.map(({ id }) => id),
    );
    for (const row of rows) {
      const values = RESULT_COLUMNS.map((column) => row[column]);
      hash.update(`${JSON.stringify([...values, regions.get(row.id) ?? []])}\n`);
    }
    if (withSizes) for (const size of await sizesOf(db, rows)) sizes.update(`${JSON.stringify(size)}\n`);
    count += rows.length;
    if (rows.length < PAGE) {
      return { count, sha256: hash.digest('hex'), ...(withSizes && { sizes: sizes.digest('hex') }) };
    }
    after = rows.at(-1)!.image_id;
    await setImmediate();
    throwIfCancelled(signal);
  }
}

async function regionsOf(
  db: Kysely<Schema>,
  resultIds: readonly number[],
): Promise<ReadonlyMap<number, readonly unknown[]>> {
  const of = new Map<number, unknown[]>();
  if (resultIds.length === 0) return of;
  const rows = await db
    .selectFrom('regions')
    .select(['result_id', ...REGION_COLUMNS])
    .where('result_id', 'in', resultIds)
    .orderBy('result_id')
    .orderBy('region_index')
    .execute();
  for (const row of rows) {
    const regions = of.get(row.result_id) ?? [];
    regions.push(REGION_COLUMNS.map((column) => row[column]));
    of.set(row.result_id, regions);
  }
  return of;
}

async function sizesOf(
  db: Kysely<Schema>,
  results: readonly { readonly id: number; readonly image_id: number }[],
): Promise<readonly unknown[]> {
  if (results.length === 0) return [];
  const rows = await db
    .selectFrom('regions')
    .innerJoin('results', 'results.id', 'regions.result_id')
    .select(['image_id', 'region_index', 'length', 'regions.width', 'below_limit'])
    .where(
      'result_id',
      'in',
      results.map(({ id }) => id),
    )
    .orderBy('image_id')
    .orderBy('region_index')
    .execute();
  return rows.map((row) => [row.image_id, row.region_index, row.length, row.width, row.below_limit]);
}
