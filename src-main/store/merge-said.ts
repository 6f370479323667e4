import type { Selectable } from 'kysely';
import type { AuditSubject } from '../../src-shared/audit-words.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import { toDisposition } from './dispositions.ts';
import { type ForeignImage, pictureName, sameImages } from './merge-images.ts';
import { mergedRows, noteMerged } from './merged-rows.ts';
import type { Schema } from './schema.ts';
import { toVerdict } from './verdicts.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** Rows read and added at a time. */
const PAGE = 500;

type Db = Workspace['db'];

/** What inspectors say of images, one entry after the other: each supersedes the one before. */
interface SaidKind<Row extends SaidRow> {
  readonly kind: 'verdict' | 'disposition';
  /** Without ids and times. */
  said(row: Row): readonly unknown[];
  recorded(row: Row): unknown;
  page(db: Db, runId: number, after: number): Promise<Row[]>;
  last(db: Db, runId: number, imageId: number): Promise<Row | undefined>;
  add(db: Db, row: Row): Promise<Row>;
}

interface SaidRow {
  readonly id: number;
  readonly run_id: number;
  readonly image_id: number;
  readonly supersedes: number | null;
}

const VERDICTS: SaidKind<Selectable<Schema['verdicts']>> = {
  kind: 'verdict',
  said: (row) => [
    ...[row.verdict, row.defect_class, row.severity],
    ...[row.overturn_reason, row.comment, row.inspector],
  ],
  recorded: toVerdict,
  page: (db, runId, after) =>
    db
      .selectFrom('verdicts')
      .selectAll()
      .where('run_id', '=', runId)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute(),
  last: (db, runId, imageId) =>
    db
      .selectFrom('verdicts')
      .selectAll()
      .where('run_id', '=', runId)
      .where('image_id', '=', imageId)
      .orderBy('id', 'desc')
      .executeTakeFirst(),
  add: (db, { id: _, ...row }) =>
    db.insertInto('verdicts').values(row).returningAll().executeTakeFirstOrThrow(),
};

const DISPOSITIONS: SaidKind<Selectable<Schema['dispositions']>> = {
  kind: 'disposition',
  said: (row) => [row.disposition, row.comment, row.inspector],
  recorded: toDisposition,
  page: (db, runId, after) =>
    db
      .selectFrom('dispositions')
      .selectAll()
      .where('run_id', '=', runId)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute(),
  last: (db, runId, imageId) =>
    db
      .selectFrom('dispositions')
      .selectAll()
      .where('run_id', '=', runId)
      .where('image_id', '=', imageId)
      .orderBy('id', 'desc')
      .executeTakeFirst(),
  add: (db, { id: _, ...row }) =>
    db.insertInto('dispositions').values(row).returningAll().executeTakeFirstOrThrow(),
};

/** Between which runs something is brought over. */
export interface RunsToMerge {
  readonly source: Workspace;
  readonly target: Workspace;
  /** Id of the run in the source. */
  readonly from: number;
  readonly to: { readonly id: number; readonly batchId: number };
  /** Names of pictures whose result is another one in the target: what is said of them is about something else. */
  readonly except: ReadonlySet<string>;
  /** Who merges. */
  readonly inspector: string;
}

/** What came over, and where the target tells otherwise. */
export interface MergedSaid {
  readonly added: number;
  readonly conflicts: readonly ForeignImage[];
}

/** Brings the verdicts of a run over with all that came before them, where nobody said anything else here. */
export function mergeVerdicts(runs: RunsToMerge): Promise<MergedSaid> {
  return mergeSaid(runs, VERDICTS);
}

/** The same for dispositions. */
export function mergeDispositions(runs: RunsToMerge): Promise<MergedSaid> {
  return mergeSaid(runs, DISPOSITIONS);
}

async function mergeSaid<Row extends SaidRow>(runs: RunsToMerge, kind: SaidKind<Row>): Promise<MergedSaid> {
  const conflicts = new Map<string, ForeignImage>();
  let added = 0;
  for (let after = 0; ; ) {
    const rows = await kind.page(runs.source.db, runs.from, after);
    if (rows.length === 0) return { added, conflicts: [...conflicts.values()] };
    after = rows.at(-1)!.id;
    added += await runs.target.db.transaction().execute((db) => addSaid(db, runs, kind, rows, conflicts));
  }
}

async function addSaid<Row extends SaidRow>(
  db: Db,
  runs: RunsToMerge,
  kind: SaidKind<Row>,
  rows: readonly Row[],
  conflicts: Map<string, ForeignImage>,
): Promise<number> {
  const { source, to, inspector } = runs;
  const images = await imagesOf(db, runs, rows);
  const before = rows.flatMap(({ id, supersedes }) => (supersedes === null ? [id] : [id, supersedes]));
  const here = new Map(await mergedRows(db, source.id, kind.kind, before));
  let added = 0;
  for (const row of rows) {
    const image = images.get(row.image_id);
    if (!image || runs.except.has(pictureName(image.there))) continue;
    const name = pictureName(image.there);
    const said = JSON.stringify(kind.said(row));
    const content = [said, name];
    const known = here.get(row.id);
    if (known) {
      // The same id with something else: copies of one workspace went on by themselves.
      if (known.contentHash === hashOfJson(content)) conflicts.delete(name);
      else conflicts.set(name, image.there);
      continue;
    }
    const last = await kind.last(db, to.id, image.id);
    const follows = row.supersedes === null ? undefined : here.get(row.supersedes)?.rowId;
    const isSame = last !== undefined && JSON.stringify(kind.said(last)) === said;
    if (!isSame && last?.id !== follows) {
      conflicts.set(name, image.there);
      continue;
    }
    const ids = { run_id: to.id, image_id: image.id, supersedes: last?.id ?? null };
    const stored = isSame ? last : await kind.add(db, { ...row, ...ids });
    conflicts.delete(name);
    here.set(row.id, { rowId: stored.id, contentHash: hashOfJson(content) });
    await noteMerged(db, source.id, { kind: kind.kind, id: row.id, content, rowId: stored.id });
    if (isSame) continue;
    added++;
    await record(db, inspector, kind.kind, stored.id, kind.recorded(stored));
  }
  return added;
}

async function record(
  db: Db,
  inspector: string,
  subject: AuditSubject,
  subjectId: number,
  newValue: unknown,
) {
  await recordAudit(db, [{ inspector, action: 'merged', subject, subjectId, newValue }]);
}

/** By their ids in the source: images as they are there, and their ids here; those that are not here are missing. */
export async function imagesOf(
  db: Db,
  { source, target, to }: Pick<RunsToMerge, 'source' | 'target' | 'to'>,
  rows: readonly { readonly image_id: number }[],
): Promise<ReadonlyMap<number, { readonly there: ForeignImage; readonly id: number }>> {
  const ids = [...new Set(rows.map(({ image_id }) => image_id))];
  const found = await source.db.selectFrom('images').selectAll().where('id', 'in', ids).execute();
  const there = found.map((row) => ({ ...row, path: fromStoredPath(source, row.path) }));
  const same = await sameImages({ ...target, db }, to.batchId, there);
  const inspected = await db
    .selectFrom('results')
    .select('image_id')
    .where('run_id', '=', to.id)
    .where(
      'image_id',
      'in',
      [...same.values()].map(({ id }) => id),
    )
    .execute();
  const isInspected = new Set(inspected.map(({ image_id }) => image_id));
  return new Map(
    there.flatMap((image) => {
      const id = same.get(pictureName(image))?.id;
      return id === undefined || !isInspected.has(id) ? [] : [[image.id, { there: image, id }] as const];
    }),
  );
}
