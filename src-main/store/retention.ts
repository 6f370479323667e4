import { sql } from 'kysely';
import type { ResultArtifacts } from '../../src-shared/result.ts';
import { recordAudit } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** Results changed in one transaction. */
const GROUP = 500;

/** A result whose maps and mask may be dropped. */
export interface Droppable {
  readonly id: number;
  readonly artifacts: ResultArtifacts;
}

/** Remembers which verdicts there were when a day of use began: so the age of a verdict needs no clock. */
export async function noteVerdictsOfDay(db: Workspace['db'], day: number): Promise<void> {
  await sql`insert into retention_days select ${day}, coalesce(max(id), 0) from verdicts where true
    on conflict (day) do nothing`.execute(db);
}

/**
 * Results whose maps and mask may be dropped: model and inspector both accept, nobody ever said otherwise or marked
 * anything, nothing puts the verdict in doubt, no product remembers the image, no study, lot or report is about it; and the
 * verdict is older than so many days of use. Of a workspace that does not know yet which verdicts are that old: none.
 * @param day of use, now
 */
export async function listDroppable(
  { db }: Pick<Workspace, 'db'>,
  day: number,
  days: number,
): Promise<Droppable[]> {
  const { rows: known } = await sql<{ last: number }>`
    select last_verdict_id as last from retention_days where day <= ${day - days} order by day desc limit 1`.execute(
    db,
  );
  const last = known[0]?.last ?? 0;
  if (last === 0) return [];
  const { rows: tables } = await sql<{ name: string }>`
    select name from sqlite_schema where type = 'table'`.execute(db);
  const names = new Set(tables.map(({ name }) => name));
  const others = OTHERS.filter(({ table }) => names.has(table)).map(
    ({ table, condition }) =>
      sql`and not exists (select 1 from ${sql.table(table)} o where ${sql.raw(condition)})`,
  );
  const { rows } = await sql<{ id: number; artifacts: string }>`
    select r.id, r.artifacts from results r
    where r.status = 'done' and r.verdict = 'accept' and r.doubts = 0
      and r.artifacts is not null and r.artifacts_dropped_at is null
      and exists (select 1 from verdicts v where v.run_id = r.run_id and v.image_id = r.image_id)
      and not exists (select 1 from verdicts v where v.run_id = r.run_id and v.image_id = r.image_id
        and (v.verdict <> 'accept' or v.id > ${last}))
      ${sql.join(others, sql` `)}
    order by r.id`.execute(db);
  return rows.map(({ id, artifacts }) => ({ id, artifacts: JSON.parse(artifacts) as ResultArtifacts }));
}

/** What else an image is kept for, by the table that says so. */
const OTHERS = [
  { table: 'annotations', condition: 'o.run_id = r.run_id and o.image_id = r.image_id' },
  { table: 'dispositions', condition: 'o.run_id = r.run_id and o.image_id = r.image_id' },
  { table: 'memory_items', condition: 'o.image_id = r.image_id' },
  { table: 'study_images', condition: 'o.image_id = r.image_id' },
  { table: 'lot_images', condition: 'o.image_id = r.image_id' },
  { table: 'reports', condition: 'o.run_id = r.run_id' },
] as const;

/**
 * Lets maps and masks of results go: they are marked, and their files are released, to be removed where no other result
 * names them. Verdicts, scores, regions and hashes stay.
 * @returns how many results
 */
export async function dropArtifacts(
  workspace: Workspace,
  ids: readonly number[],
  note: { readonly inspector: string; readonly days: number },
): Promise<number> {
  let dropped = 0;
  for (let start = 0; start < ids.length; start += GROUP) {
    dropped += await workspace.db.transaction().execute(async (db) => {
      const some = JSON.stringify(ids.slice(start, start + GROUP));
      const now = new Date().toISOString();
      const { rows } = await sql<{ id: number }>`
        update results set artifacts_dropped_at = ${now}
        where id in (select value from json_each(${some})) and artifacts_dropped_at is null
        returning id`.execute(db);
      await sql`insert into released_artifacts
        select distinct json_extract(artifact.value, '$.sha256'), 0
        from results, json_each(results.artifacts) as artifact
        where results.id in (select value from json_each(${some}))
        on conflict (sha256) do nothing`.execute(db);
      await recordAudit(db, [
        {
          inspector: note.inspector,
          action: 'dropped',
          subject: 'workspace',
          subjectId: workspace.id,
          newValue: { results: rows.map(({ id }) => id), days: note.days },
        },
      ]);
      return rows.length;
    });
  }
  return dropped;
}
