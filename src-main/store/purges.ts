import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { PurgeSummary } from '../../src-shared/contract/batches.ts';
import { failure } from '../../src-shared/errors.ts';
import type { ResultArtifacts } from '../../src-shared/result.ts';
import { recordAudit } from './audit.ts';
import { recordedBatch } from './batches.ts';
import { selectImages, toBatchImage } from './images.ts';
import { rememberedVersions } from './memory-items.ts';
import { listRunOverviews } from './runs.ts';
import type { Workspace } from './workspace.ts';

/** Images removed in one transaction: with their results and regions some 10 ms. */
const STEP = 200;
/** Results read at a time. */
const PAGE = 2000;

/** What goes with a batch that is removed for good. */
export interface PurgeCounts extends Readonly<Omit<PurgeSummary, 'batches' | 'bytes'>> {
  readonly runs: number;
}

/** Who asked for it, and what there was: in the batch's row until everything is gone. */
interface PurgeNote extends PurgeCounts {
  readonly inspector: string;
  /** Nobody asked for it: its time had come. */
  readonly isDue?: true;
}

/** Deleted batches, the one deleted last first. @param beforeDay deleted before this day of use; default: all */
export async function listDeleted(workspace: Workspace, beforeDay?: number): Promise<number[]> {
  let query = workspace.db
    .selectFrom('batches')
    .select('id')
    .where('deleted_at', 'is not', null)
    .where('purge', 'is', null)
    .orderBy('deleted_at', 'desc');
  if (beforeDay !== undefined) query = query.where('deleted_on_day', '<', beforeDay);
  return (await query.execute()).map(({ id }) => id);
}

/** What would go with a batch. */
export async function countForPurge(db: Workspace['db'], batchId: number): Promise<PurgeCounts> {
  const ofRuns = (table: string) =>
    sql`(select count(*) from ${sql.table(table)} where run_id in (select id from runs where batch_id = ${batchId}))`;
  const { rows } = await sql<PurgeCounts>`
    select (select count(*) from images where batch_id = ${batchId}) as images,
      (select count(*) from runs where batch_id = ${batchId}) as runs,
      ${ofRuns('results')} as results, ${ofRuns('verdicts')} as verdicts, ${ofRuns('annotations')} as annotations,
      (select count(*) from studies where batch_id = ${batchId}) as studies,
      (select count(*) from lots where batch_id = ${batchId}) as lots`.execute(db);
  return rows[0]!;
}

/**
 * Marks a deleted batch for good: from here on it cannot be restored, and {@link purgeStep} takes it away.
 * @param options.isDue true: nobody asked for it, its time has come
 * @throws ClipSamError `not-found` unless it was deleted, `conflict` while a program inspects it
 */
export async function beginPurge(
  workspace: Workspace,
  batchId: number,
  inspector: string,
  options: { readonly isDue?: true } = {},
): Promise<void> {
  const runs = await listRunOverviews(workspace, { batchId });
  if (runs.some(({ alive }) => alive)) {
    throw failure('batch-at-work', `Batch ${batchId} is being inspected. Cancel its run first.`);
  }
  await workspace.db.transaction().execute(async (db) => {
    const note: PurgeNote = { inspector, ...options, ...(await countForPurge(db, batchId)) };
    const { numUpdatedRows } = await db
      .updateTable('batches')
      .set({ purge: JSON.stringify(note) })
      .where('id', '=', batchId)
      .where('deleted_at', 'is not', null)
      .where('purge', 'is', null)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows === 0n) {
      throw failure('batch-unknown', { batch: batchId }, `The workspace has no deleted batch ${batchId}.`);
    }
    // From here on its records may be missing.
    const { inspector: _, ...newValue } = note;
    await recordAudit(db, [
      { inspector, action: 'purge begun', subject: 'batch', subjectId: batchId, newValue },
    ]);
  });
}

/** Batches that are marked and not gone yet. */
export async function listPurging(workspace: Workspace): Promise<number[]> {
  const rows = await workspace.db
    .selectFrom('batches')
    .select('id')
    .where('purge', 'is not', null)
    .orderBy('id')
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Removes some images of a marked batch with what was found and said about them; with the last ones the runs and the
 * batch, and writes into the history who removed what. Recipes stay, and so do the image files.
 * @returns how many images went; undefined when the batch is gone
 */
export async function purgeStep(workspace: Workspace, batchId: number): Promise<number | undefined> {
  return workspace.db.transaction().execute(async (db) => {
    const batch = await db
      .selectFrom('batches')
      .selectAll()
      .where('id', '=', batchId)
      .where('purge', 'is not', null)
      .executeTakeFirst();
    if (!batch) return undefined;
    const images = await db
      .selectFrom('images')
      .select('id')
      .where('batch_id', '=', batchId)
      .orderBy('id')
      .limit(STEP)
      .execute();
    const { inspector, isDue, ...counts } = JSON.parse(batch.purge!) as PurgeNote;
    if (images.length > 0) {
      const some = sql`(select value from json_each(${JSON.stringify(images.map(({ id }) => id))}))`;
      const ofRuns = sql`run_id in (select id from runs where batch_id = ${batchId})`;
      const ofStudies = sql`study_id in (select id from studies where batch_id = ${batchId})`;
      await sql`delete from study_judgements where ${ofStudies} and image_id in ${some}`.execute(db);
      await sql`delete from study_images where ${ofStudies} and image_id in ${some}`.execute(db);
      await sql`delete from dispositions where ${ofRuns} and image_id in ${some}`.execute(db);
      await sql`delete from lot_images
        where lot_id in (select id from lots where batch_id = ${batchId}) and image_id in ${some}`.execute(
        db,
      );
      await sql`delete from annotations where ${ofRuns} and image_id in ${some}`.execute(db);
      await sql`delete from verdicts where ${ofRuns} and image_id in ${some}`.execute(db);
      await sql`insert into released_artifacts
        select distinct json_extract(artifact.value, '$.sha256'), ${isDue ? 0 : 1}
        from results, json_each(results.artifacts) as artifact
        where image_id in ${some} and artifacts is not null
        on conflict (sha256) do update set at_once = max(at_once, excluded.at_once)`.execute(db);
      await sql`delete from results where image_id in ${some}`.execute(db);
      await sql`delete from images where id in ${some}`.execute(db);
      return images.length;
    }
    const runs = await db
      .selectFrom('runs')
      .select(['started_at', 'heartbeat_at', 'ended_at'])
      .where('batch_id', '=', batchId)
      .execute();
    await db.deleteFrom('imports').where('batch_id', '=', batchId).execute();
    await db.deleteFrom('studies').where('batch_id', '=', batchId).execute();
    await sql`delete from lot_decisions where lot_id in (select id from lots where batch_id = ${batchId})`.execute(
      db,
    );
    await db.deleteFrom('lots').where('batch_id', '=', batchId).execute();
    await db.deleteFrom('runs').where('batch_id', '=', batchId).execute();
    await db.deleteFrom('batches').where('id', '=', batchId).execute();
    await recordAudit(db, [
      {
        inspector,
        action: 'purged',
        subject: 'batch',
        subjectId: batchId,
        oldValue: recordedBatch(batch),
        // When its runs were at work tells which of the files that no result names are theirs.
        newValue: {
          ...counts,
          atWork: runs.map((run) => [run.started_at, run.ended_at ?? run.heartbeat_at]),
        },
      },
    ]);
    return undefined;
  });
}

/** The artifacts that results name and that were not dropped, a page of results at a time, with turns of the event loop between. */
export async function* artifactUses(
  workspace: Pick<Workspace, 'db'>,
): AsyncGenerator<readonly { readonly batchId: number; readonly artifacts: ResultArtifacts }[]> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; batch_id: number; artifacts: string }>`
      select results.id, batch_id, artifacts from results join runs on runs.id = results.run_id
      where results.id > ${after} and artifacts is not null and artifacts_dropped_at is null order by results.id limit ${PAGE}`.execute(
      workspace.db,
    );
    if (rows.length === 0) return;
    yield rows.map((row) => ({
      batchId: row.batch_id,
      artifacts: JSON.parse(row.artifacts) as ResultArtifacts,
    }));
    after = rows.at(-1)!.id;
    await setImmediate();
  }
}

/** The versions of all pictures of images and of what products remember, a page at a time, with turns of the event loop between. */
export async function* pictureVersions(workspace: Workspace): AsyncGenerator<readonly string[]> {
  yield await rememberedVersions(workspace);
  for (let after = 0; ; ) {
    const rows = await selectImages(workspace.db)
      .where('images.id', '>', after)
      .orderBy('images.id')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return;
    yield rows.flatMap((row) => toBatchImage(workspace, row).version ?? []);
    after = rows.at(-1)!.id;
    await setImmediate();
  }
}

/**
 * Images that somebody imported from a folder within the workspace (its path there): not ours to remove, even among
 * artifacts.
 */
export async function importedFrom(db: Workspace['db'], folder: string): Promise<string[]> {
  const rows = await db
    .selectFrom('images')
    .select('path')
    .distinct()
    .where('path', '>=', `${folder}/`)
    .where('path', '<', `${folder}0`)
    .execute();
  return rows.map(({ path }) => path);
}
