import type { Selectable } from 'kysely';
import { recordedRetraction, toAnnotation } from './annotations.ts';
import { recordAudit } from './audit.ts';
import { pictureName } from './merge-images.ts';
import { imagesOf, type RunsToMerge } from './merge-said.ts';
import { mergedRows, noteMerged } from './merged-rows.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

type Row = Selectable<Schema['annotations']>;

/** Rows read and added at a time. */
const PAGE = 500;

/** Brings the annotations of a run over, with those that take others back. @returns how many came */
export async function mergeAnnotations(runs: RunsToMerge): Promise<number> {
  let added = 0;
  for (let after = 0; ; ) {
    const rows = await runs.source.db
      .selectFrom('annotations')
      .selectAll()
      .where('run_id', '=', runs.from)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return added;
    after = rows.at(-1)!.id;
    added += await runs.target.db.transaction().execute((db) => addAnnotations(db, runs, rows));
  }
}

async function addAnnotations(db: Workspace['db'], runs: RunsToMerge, rows: readonly Row[]): Promise<number> {
  const { source, to, except } = runs;
  const images = await imagesOf(db, runs, rows);
  const before = rows.flatMap(({ id, retracts }) => (retracts === null ? [id] : [id, retracts]));
  const here = new Map(
    [...(await mergedRows(db, source.id, 'annotation', before))].map(([id, { rowId }]) => [id, rowId]),
  );
  let added = 0;
  for (const row of rows) {
    const image = images.get(row.image_id);
    if (here.has(row.id) || !image || except.has(pictureName(image.there))) continue;
    const retracts = row.retracts === null ? null : (here.get(row.retracts) ?? 0);
    if (retracts !== null && !(await isStanding(db, retracts))) continue;
    const { id: _, ...columns } = row;
    const stored = await db
      .insertInto('annotations')
      .values({ ...columns, run_id: to.id, image_id: image.id, retracts })
      .returningAll()
      .executeTakeFirstOrThrow();
    here.set(row.id, stored.id);
    const content = [row.kind, row.region_index, row.polygons, row.comment, row.inspector];
    await noteMerged(db, source.id, { kind: 'annotation', id: row.id, content, rowId: stored.id });
    await record(db, stored, runs.inspector);
    added++;
  }
  return added;
}

/** Whether an annotation is there, and was not taken back here meanwhile. */
async function isStanding(db: Workspace['db'], id: number): Promise<boolean> {
  const row = await db
    .selectFrom('annotations as a')
    .leftJoin('annotations as r', 'r.retracts', 'a.id')
    .select('r.id as retraction')
    .where('a.id', '=', id)
    .executeTakeFirst();
  return row !== undefined && row.retraction === null;
}

async function record(db: Workspace['db'], row: Row, inspector: string): Promise<void> {
  const event =
    row.retracts === null
      ? { action: 'merged' as const, subjectId: row.id, newValue: toAnnotation(row) }
      : {
          action: 'retracted' as const,
          subjectId: row.retracts,
          newValue: { retraction: recordedRetraction(row) },
        };
  await recordAudit(db, [{ inspector, subject: 'annotation', ...event }]);
}
