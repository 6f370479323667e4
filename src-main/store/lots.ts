import { type Selectable, sql } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import { type LotDecision, type LotRecord, lotRecordSchema } from '../../src-shared/sampling/lot.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** What a sample is drawn from, and the ids that can be drawn, in rising order. */
export interface SampleFrame {
  readonly frame: LotRecord['frame'];
  readonly readable: readonly number[];
}

/** An image of a sample as it was drawn, and as it is now. */
interface DrawnImage {
  readonly imageId: number;
  readonly path: string;
  readonly changed: boolean;
}

/** A lot with every decision about it, oldest first. */
export interface DecidedLot {
  readonly lot: LotRecord;
  readonly decisions: readonly LotDecision[];
}

/** All images of a batch; those that could not be read when they were imported are left out of what is drawn from. */
export async function sampleFrame({ db }: Workspace, batchId: number): Promise<SampleFrame> {
  const rows = await db
    .selectFrom('images')
    .select(['id', 'content_hash'])
    .where('batch_id', '=', batchId)
    .orderBy('id')
    .execute();
  const unreadable = rows.filter((row) => row.content_hash === null).map(({ id }) => id);
  const readable = rows.filter((row) => row.content_hash !== null).map(({ id }) => id);
  return { frame: { images: rows.length, lastImageId: rows.at(-1)?.id ?? 1, unreadable }, readable };
}

/**
 * Stores a lot with its sample.
 * @param decide what is stored and the sample in the order in which it was drawn; gets the workspace within the transaction, and
 *   throws what refuses the lot
 */
export async function createLot(
  workspace: Workspace,
  decide: (within: Workspace) => Promise<{
    readonly lot: Omit<LotRecord, 'id' | 'batchName' | 'sampleSize' | 'createdAt'>;
    readonly imageIds: readonly number[];
  }>,
): Promise<number> {
  return workspace.db.transaction().execute(async (db) => {
    const { lot, imageIds } = await decide({ ...workspace, db });
    const row = await db
      .insertInto('lots')
      .values({
        batch_id: lot.batchId,
        part_number: lot.partNumber,
        supplier: lot.supplier,
        lot: lot.lot,
        size: lot.size,
        standard: lot.standard,
        level: lot.level,
        plans: JSON.stringify(lot.plans),
        proposed: JSON.stringify(lot.proposed),
        override_reason: lot.overrideReason,
        resubmits: lot.resubmits,
        seed: lot.seed,
        frame: JSON.stringify(lot.frame),
        inspector: lot.inspector,
        created_at: new Date().toISOString(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const { id } = row;
    await sql`insert into lot_images (lot_id, place, image_id, content_hash)
      select ${id}, drawn.key + 1, images.id, images.content_hash
      from json_each(${JSON.stringify(imageIds)}) as drawn join images on images.id = drawn.value`.execute(
      db,
    );
    const { rows } = await sql<RecordedLotRow>`select ${LOT_SAMPLE} from lots as t where id = ${id}`.execute(
      db,
    );
    const newValue = recordedLot({ ...row, ...rows[0]! });
    const { inspector } = lot;
    await recordAudit(db, [{ inspector, action: 'begun', subject: 'lot', subjectId: id, newValue }]);
    return id;
  });
}

/** Also of a batch that was deleted. @throws ClipSamError `not-found` when there is none */
export async function getLot(workspace: Workspace, id: number): Promise<DecidedLot> {
  const [lot] = await decided(workspace, await selectLots(workspace).where('lots.id', '=', id).execute());
  if (!lot) throw failure('lot-unknown', { lot: id }, `The workspace has no lot ${id}.`);
  return lot;
}

/** Lots of batches that were not deleted, newest first. @param which.before only lots older than this one */
export async function listLots(
  workspace: Workspace,
  which: { readonly batchId: number | null; readonly before: number | null; readonly limit: number },
): Promise<DecidedLot[]> {
  let query = selectLots(workspace).where('batches.deleted_at', 'is', null).orderBy('lots.id', 'desc');
  if (which.batchId !== null) query = query.where('lots.batch_id', '=', which.batchId);
  if (which.before !== null) query = query.where('lots.id', '<', which.before);
  return decided(workspace, await query.limit(which.limit).execute());
}

/** Every lot of a part number and a supplier, oldest first, also of deleted batches: what happened still counts. */
export async function lotsOfPart(
  workspace: Workspace,
  partNumber: string,
  supplier: string,
): Promise<DecidedLot[]> {
  const rows = await selectLots(workspace)
    .where('lots.part_number', '=', partNumber)
    .where('lots.supplier', '=', supplier)
    .orderBy('lots.id')
    .execute();
  return decided(workspace, rows);
}

/** Lots of a batch, oldest first. */
export async function lotsOfBatch(workspace: Workspace, batchId: number): Promise<DecidedLot[]> {
  const rows = await selectLots(workspace).where('lots.batch_id', '=', batchId).orderBy('lots.id').execute();
  return decided(workspace, rows);
}

/** The lots that inspect one again, oldest first. */
export async function resubmissionsOf(workspace: Workspace, lotId: number): Promise<DecidedLot[]> {
  const rows = await selectLots(workspace).where('lots.resubmits', '=', lotId).orderBy('lots.id').execute();
  return decided(workspace, rows);
}

/** The images of a lot's sample in the order in which they were drawn. */
export async function drawnImages(workspace: Workspace, lotId: number): Promise<DrawnImage[]> {
  const rows = await workspace.db
    .selectFrom('lot_images')
    .innerJoin('images', 'images.id', 'lot_images.image_id')
    .select(['images.id', 'images.path', 'images.content_hash', 'lot_images.content_hash as seen'])
    .where('lot_images.lot_id', '=', lotId)
    .orderBy('lot_images.place')
    .execute();
  return rows.map(({ id, path, content_hash, seen }) => ({
    imageId: id,
    path: fromStoredPath(workspace, path),
    changed: content_hash !== seen,
  }));
}

/** What else is known of a lot's batch. */
export interface LotSurroundings {
  /** The newest run of the batch. */
  readonly runId: number | null;
  /** Images of the sample with a verdict that counts in an earlier run, and none in the newest. */
  readonly judgedEarlier: number;
  /** Images that the batch got after the sample was drawn. */
  readonly imagesAdded: number;
  readonly isBatchDeleted: boolean;
}

/** See {@link LotSurroundings}. */
export async function lotSurroundings({ db }: Workspace, lot: LotRecord): Promise<LotSurroundings> {
  const standing = sql`v.verdict <> 'withdrawn'
    and not exists (select 1 from verdicts newer where newer.supersedes = v.id)`;
  const { rows } = await sql<{
    runId: number | null;
    judgedEarlier: number;
    imagesAdded: number;
    deletedAt: string | null;
  }>`
    with newest as (select max(id) as id from runs where batch_id = ${lot.batchId})
    select newest.id as runId, batches.deleted_at as deletedAt,
      (select count(distinct drawn.image_id) from lot_images drawn
        join runs on runs.batch_id = ${lot.batchId} and runs.id <> newest.id
        join verdicts v on v.run_id = runs.id and v.image_id = drawn.image_id
        where drawn.lot_id = ${lot.id} and ${standing} and not exists (
          select 1 from verdicts v where v.run_id = newest.id and v.image_id = drawn.image_id and ${standing}
        )) as judgedEarlier,
      (select count(*) from images where batch_id = ${lot.batchId} and id > ${lot.frame.lastImageId}) as imagesAdded
    from newest, batches where batches.id = ${lot.batchId}`.execute(db);
  const { runId, judgedEarlier, imagesAdded, deletedAt } = rows[0]!;
  return { runId, judgedEarlier, imagesAdded, isBatchDeleted: deletedAt !== null };
}

/**
 * Adds a decision about a lot when what it is based on still holds.
 * @param decide gets the workspace within the transaction; throws what refuses the decision
 */
export async function addDecision(
  workspace: Workspace,
  lotId: number,
  decide: (
    within: Workspace,
    before: DecidedLot,
  ) => Promise<Pick<LotDecision, 'disposition' | 'comment' | 'runId' | 'finding' | 'inspector'>>,
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const within = { ...workspace, db };
    const before = await getLot(within, lotId);
    const entry = await decide(within, before);
    const previous = before.decisions.at(-1);
    const row = await db
      .insertInto('lot_decisions')
      .values({
        lot_id: lotId,
        disposition: entry.disposition,
        comment: entry.comment,
        run_id: entry.runId,
        finding: JSON.stringify(entry.finding),
        inspector: entry.inspector,
        created_at: new Date().toISOString(),
        supersedes: previous?.id ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector: entry.inspector,
        action: entry.disposition,
        subject: 'lot-decision',
        subjectId: row.id,
        oldValue: previous,
        newValue: toLotDecision(row),
      },
    ]);
  });
}

/** The sample of lots `t`, as JSON in the order in which it was drawn: place, image, hash of its content. */
export const LOT_SAMPLE = sql`(
    select json_group_array(json_array(place, image_id, content_hash) order by place) from lot_images
    where lot_id = t.id
  ) as sample`;

export interface RecordedLotRow {
  readonly sample: string;
}

/** What the audit trail tells of a lot. `sample`: SHA-256 of places, images and hashes of their content. */
export function recordedLot(row: Selectable<Schema['lots']> & RecordedLotRow) {
  const { batchName: _, sampleSize: __, ...lot } = toLot({ ...row, batchName: '', drawn: 0 });
  const sample = JSON.parse(row.sample) as readonly [place: number, image: number, hash: string | null][];
  return { ...lot, imageIds: sample.map(([, image]) => image), sample: hashOfJson(sample) };
}

function selectLots({ db }: Workspace) {
  return db
    .selectFrom('lots')
    .innerJoin('batches', 'batches.id', 'lots.batch_id')
    .selectAll('lots')
    .select('batches.name as batchName')
    .select(({ selectFrom }) =>
      selectFrom('lot_images')
        .whereRef('lot_images.lot_id', '=', 'lots.id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('drawn'),
    );
}

type LotRow = Selectable<Schema['lots']> & { readonly batchName: string; readonly drawn: number | null };

async function decided({ db }: Workspace, rows: readonly LotRow[]): Promise<DecidedLot[]> {
  if (rows.length === 0) return [];
  const ids = JSON.stringify(rows.map(({ id }) => id));
  const decisions = await db
    .selectFrom('lot_decisions')
    .selectAll()
    .where('lot_id', 'in', sql<number>`(select value from json_each(${ids}))`)
    .orderBy('id')
    .execute();
  const ofLot = Map.groupBy(decisions, ({ lot_id }) => lot_id);
  return rows.map((row) => ({ lot: toLot(row), decisions: (ofLot.get(row.id) ?? []).map(toLotDecision) }));
}

function toLot(row: LotRow): LotRecord {
  return lotRecordSchema.parse({
    id: row.id,
    batchId: row.batch_id,
    batchName: row.batchName,
    partNumber: row.part_number,
    supplier: row.supplier,
    lot: row.lot,
    size: row.size,
    standard: row.standard,
    level: row.level,
    plans: JSON.parse(row.plans),
    proposed: JSON.parse(row.proposed),
    overrideReason: row.override_reason,
    resubmits: row.resubmits,
    seed: row.seed,
    frame: JSON.parse(row.frame),
    sampleSize: row.drawn ?? 0,
    inspector: row.inspector,
    createdAt: row.created_at,
  });
}

/** A decision from its row. */
export function toLotDecision(row: Selectable<Schema['lot_decisions']>): LotDecision {
  return {
    id: row.id,
    lotId: row.lot_id,
    disposition: row.disposition,
    comment: row.comment,
    runId: row.run_id,
    finding: JSON.parse(row.finding) as LotDecision['finding'],
    inspector: row.inspector,
    createdAt: row.created_at,
    supersedes: row.supersedes,
  };
}
