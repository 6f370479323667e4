import { type Selectable, sql } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import type { ImagePage } from '../../src-shared/image-page.ts';
import type { Study } from '../../src-shared/study.ts';
import type { HumanVerdict, ModelVerdict, VerdictEntry } from '../../src-shared/verdict.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import { toBatchImage } from './images.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** A study with what the order of its images comes from. */
export type StoredStudy = Study & { readonly seed: string };

export interface StudyImage {
  readonly id: number;
  readonly path: string;
  readonly page: ImagePage | null;
  /** Of the image as it was imported last. */
  readonly contentHash: string | null;
  /** Of its picture. */
  readonly version: string | null;
  /** Of the image when the study was made. */
  readonly seen: string | null;
}

/** An answer of an inspector. Entries are only ever added; `withdrawn` takes back the one it supersedes. */
export interface Judgement {
  readonly id: number;
  readonly inspector: string;
  readonly round: number;
  readonly imageId: number;
  readonly verdict: VerdictEntry['verdict'];
  readonly milliseconds: number;
  readonly createdAt: string;
  readonly supersedes: number | null;
}

/** A judgement that was not taken back. */
export type Answer = Judgement & { readonly verdict: HumanVerdict };

/** The readable images of a batch with the verdicts of its newest finished run; null where there is none. */
export async function studyCandidates(
  workspace: Workspace,
  batchId: number,
): Promise<{ readonly imageId: number; readonly model: ModelVerdict | null }[]> {
  const { rows } = await sql<{ imageId: number; model: ModelVerdict | null }>`
    select i.id as imageId, r.verdict as model from images i
    left join results r on r.image_id = i.id
      and r.run_id = (select max(id) from runs where batch_id = ${batchId} and status = 'done')
    where i.batch_id = ${batchId} and i.content_hash is not null order by i.id`.execute(workspace.db);
  return rows;
}

/** Stores a new study with its images. */
export async function createStudy(
  workspace: Workspace,
  study: Pick<StoredStudy, 'batchId' | 'name' | 'rounds' | 'seed' | 'inspector'>,
  imageIds: readonly number[],
): Promise<StoredStudy> {
  return workspace.db.transaction().execute(async (db) => {
    const { batchId, name, rounds, seed, inspector } = study;
    const row = await db
      .insertInto('studies')
      .values({ batch_id: batchId, name, rounds, seed, inspector, created_at: new Date().toISOString() })
      .returningAll()
      .executeTakeFirstOrThrow();
    await db
      .insertInto('study_images')
      .columns(['study_id', 'image_id', 'content_hash'])
      .expression(({ selectFrom, val }) =>
        selectFrom('images')
          .select([val(row.id).as('study_id'), 'id', 'content_hash'])
          .where('id', 'in', imageIds),
      )
      .execute();
    const newValue = { batchId, name, rounds, seed, imageIds };
    await recordAudit(db, [{ inspector, action: 'created', subject: 'study', subjectId: row.id, newValue }]);
    return toStudy({ ...row, images: imageIds.length });
  });
}

/** @throws ClipSamError `not-found` when there is none, or its batch was deleted */
export async function getStudy(workspace: Workspace, id: number): Promise<StoredStudy> {
  const row = await selectStudies(workspace).where('studies.id', '=', id).executeTakeFirst();
  if (!row) {
    throw failure('study-unknown', { study: id }, `The workspace has no agreement study ${id}.`);
  }
  return toStudy(row);
}

/** The studies of a batch, newest first. */
export async function listStudies(workspace: Workspace, batchId: number): Promise<StoredStudy[]> {
  const rows = await selectStudies(workspace)
    .where('studies.batch_id', '=', batchId)
    .orderBy('studies.id', 'desc')
    .execute();
  return rows.map(toStudy);
}

/** In the order of their ids. */
export async function studyImages(workspace: Workspace, studyId: number): Promise<StudyImage[]> {
  const rows = await workspace.db
    .selectFrom('study_images')
    .innerJoin('images', 'images.id', 'study_images.image_id')
    .innerJoin('batches', 'batches.id', 'images.batch_id')
    .selectAll('images')
    .select(['batches.sample_ranges', 'study_images.content_hash as seen'])
    .where('study_images.study_id', '=', studyId)
    .orderBy('images.id')
    .execute();
  return rows.map((row) => ({ ...toBatchImage(workspace, row), seen: row.seen }));
}

/** Every entry of a study, oldest first, those that were taken back among them. */
export async function studyHistory(workspace: Workspace, studyId: number): Promise<Judgement[]> {
  const rows = await workspace.db
    .selectFrom('study_judgements')
    .selectAll()
    .where('study_id', '=', studyId)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    inspector: row.inspector,
    round: row.round,
    imageId: row.image_id,
    verdict: row.verdict,
    milliseconds: row.milliseconds,
    createdAt: row.created_at,
    supersedes: row.supersedes,
  }));
}

/** The entries that count: not taken back. */
export function standing(history: readonly Judgement[]): Answer[] {
  const superseded = new Set(history.map(({ supersedes }) => supersedes));
  return history.filter(
    (entry): entry is Answer => entry.verdict !== 'withdrawn' && !superseded.has(entry.id),
  );
}

/**
 * Adds an entry when what it was decided on still holds: two windows of one inspector do not answer twice.
 * @param decide gets what is stored, within the transaction; throws what refuses the entry
 */
export async function addJudgement(
  workspace: Workspace,
  studyId: number,
  decide: (history: readonly Judgement[]) => Omit<Judgement, 'id' | 'createdAt'>,
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const { imageId, ...entry } = decide(await studyHistory({ ...workspace, db }, studyId));
    const row = await db
      .insertInto('study_judgements')
      .values({ ...entry, study_id: studyId, image_id: imageId, created_at: new Date().toISOString() })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector: row.inspector,
        action: row.verdict === 'withdrawn' ? 'taken back' : 'judged',
        subject: 'study',
        subjectId: studyId,
        newValue: recordedJudgement(row),
      },
    ]);
  });
}

/** What the audit trail tells of an answer: what it is would end the blindness of whoever reads the trail. */
export function recordedJudgement(row: Selectable<Schema['study_judgements']>) {
  return { answer: row.id, round: row.round, imageId: row.image_id, sha256: hashOfJson(row) };
}

function selectStudies({ db }: Workspace) {
  return db
    .selectFrom('studies')
    .innerJoin('batches', 'batches.id', 'studies.batch_id')
    .selectAll('studies')
    .select(({ selectFrom }) =>
      selectFrom('study_images')
        .whereRef('study_images.study_id', '=', 'studies.id')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .as('images'),
    )
    .where('batches.deleted_at', 'is', null);
}

function toStudy(row: Selectable<Schema['studies']> & { readonly images: number | null }): StoredStudy {
  const { id, name, rounds, seed, inspector } = row;
  return {
    id,
    batchId: row.batch_id,
    name,
    rounds,
    seed,
    images: row.images ?? 0,
    inspector,
    createdAt: row.created_at,
  };
}
