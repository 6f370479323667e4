import { renameSync } from 'node:fs';
import { type Selectable, sql } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import {
  type ReportChange,
  type ReportRecord,
  reportNumber,
  reportOptionsSchema,
} from '../../src-shared/report.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import type { Schema } from './schema.ts';
import { getSetting } from './settings.ts';
import type { Workspace } from './workspace.ts';

/** A report as it is filed. */
export type NewReport = Omit<ReportRecord, 'id' | 'number' | 'isNewest'> & {
  /** 123 of R-000123. */
  readonly number: number;
};

/** A finished file on its way to its place, on the same disk. */
export interface FileToKeep {
  readonly temporary: string;
  readonly path: string;
}

/** The number that the next report gets. */
export async function nextReportNumber(workspace: Workspace): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`select max(number) as last from reports`.execute(
    workspace.db,
  );
  return (rows[0]?.last ?? 0) + 1;
}

/**
 * Files a report. Its files come to their place within the transaction: neither is ever without the other, and no
 * clearing up can come between.
 * @returns undefined when its number and revision were taken meanwhile: it has to be made again
 */
export async function fileReport(
  workspace: Workspace,
  report: NewReport,
  files: readonly FileToKeep[],
): Promise<ReportRecord | undefined> {
  return workspace.db.transaction().execute(async (db) => {
    const last = await db
      .selectFrom('reports')
      .select(({ fn }) => [fn.max('number').as('number')])
      .executeTakeFirst();
    const newest = await db
      .selectFrom('reports')
      .select(({ fn }) => [fn.max('revision').as('revision')])
      .where('number', '=', report.number)
      .executeTakeFirst();
    if ((newest?.revision ?? 0) + 1 !== report.revision) return undefined;
    if (report.revision === 1 && (last?.number ?? 0) + 1 !== report.number) return undefined;
    const row = await db
      .insertInto('reports')
      .values({
        number: report.number,
        revision: report.revision,
        run_id: report.options.runId,
        batch_id: report.batchId,
        batch: JSON.stringify(report.batch),
        options: JSON.stringify(report.options),
        records_hash: report.recordsHash,
        file: report.file,
        bytes: report.bytes,
        pages: report.pages,
        reason: report.reason,
        changes: report.changes && JSON.stringify(report.changes),
        change_count: report.changeCount,
        inspector: report.inspector,
        software_version: report.softwareVersion,
        created_at: report.createdAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector: report.inspector,
        action: report.revision === 1 ? 'made' : 'revised',
        subject: 'report',
        subjectId: reportSubject(row.number, row.revision),
        newValue: recordedReport(row),
      },
    ]);
    for (const { temporary, path } of files) renameSync(temporary, path);
    return toReport(row, report.revision);
  });
}

/** Filed reports, newest first, every revision. @param batchId default: of all batches, also of those that are gone */
export async function listReports(workspace: Workspace, batchId?: number): Promise<ReportRecord[]> {
  let query = reportRows(workspace.db).orderBy('reports.id', 'desc');
  if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
  return (await query.execute()).map((row) => toReport(row, row.newest));
}

/** @throws ClipSamError `not-found` */
export async function getReport(workspace: Workspace, id: number): Promise<ReportRecord> {
  const row = await reportRows(workspace.db).where('reports.id', '=', id).executeTakeFirst();
  if (!row) throw failure('report-unknown', { report: id }, `The workspace has no report ${id}.`);
  return toReport(row, row.newest);
}

/** All revisions of the report that a revision belongs to, newest first; none where there is no such report. */
export async function revisionsOfReport(workspace: Workspace, id: number): Promise<ReportRecord[]> {
  const rows = await reportRows(workspace.db)
    .where('reports.number', '=', ({ selectFrom }) =>
      selectFrom('reports as one').select('one.number').where('one.id', '=', id),
    )
    .orderBy('revision', 'desc')
    .execute();
  return rows.map((row) => toReport(row, row.newest));
}

/** SHA-256 of the artifacts that reports need, all revisions, and of the company's logo. */
export async function reportContents(workspace: Pick<Workspace, 'db'>): Promise<Set<string>> {
  const { rows } = await sql<{ hash: string | null }>`
    select file as hash from reports union select records_hash from reports
    union select json_extract(options, '$.company.logo') from reports`.execute(workspace.db);
  const { logo } = await getSetting(workspace, 'company');
  return new Set([...rows.flatMap(({ hash }) => hash ?? []), ...(logo ? [logo] : [])]);
}

/** By what the audit trail names a revision of a report. */
export function reportSubject(number: number, revision: number): string {
  return `${reportNumber(number)} revision ${revision}`;
}

/** What the audit trail tells of a filed report. `changes`: SHA-256 of them. */
export function recordedReport(row: Selectable<Schema['reports']>) {
  const { number: _, revision: __, isNewest: ___, changes, ...report } = toReport(row, row.revision);
  return { ...report, runId: row.run_id, changes: changes && hashOfJson(changes) };
}

/** Changes whenever something is said of a run, or found in it: two equal answers, and nothing came between. */
export async function newestEntries(
  workspace: Workspace,
  runId: number,
  lotId: number | null,
): Promise<string> {
  const { rows } = await sql<Record<string, number | string | null>>`
    select (select max(id) from verdicts where run_id = ${runId}) as verdict,
      (select max(id) from annotations where run_id = ${runId}) as annotation,
      (select max(id) from dispositions where run_id = ${runId}) as disposition,
      (select count(*) || ' ' || max(id) || ' ' || max(finished_at) from results where run_id = ${runId}) as result,
      (select status from runs where id = ${runId}) as status,
      (select max(id) from lot_decisions where lot_id = ${lotId}) as decision`.execute(workspace.db);
  return JSON.stringify(rows[0]);
}

function reportRows(db: Workspace['db']) {
  return db
    .selectFrom('reports')
    .selectAll()
    .select(
      sql<number>`(select max(revision) from reports as other where other.number = reports.number)`.as(
        'newest',
      ),
    );
}

function toReport(row: Selectable<Schema['reports']>, newest: number): ReportRecord {
  return {
    id: row.id,
    number: reportNumber(row.number),
    revision: row.revision,
    isNewest: row.revision === newest,
    options: reportOptionsSchema.parse(JSON.parse(row.options)),
    batchId: row.batch_id,
    batch: JSON.parse(row.batch) as ReportRecord['batch'],
    recordsHash: row.records_hash,
    file: row.file,
    bytes: row.bytes,
    pages: row.pages,
    reason: row.reason,
    changes: row.changes === null ? null : (JSON.parse(row.changes) as ReportChange[]),
    changeCount: row.change_count,
    inspector: row.inspector,
    createdAt: row.created_at,
    softwareVersion: row.software_version,
  };
}
