import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { AuditRecord } from '../../src-shared/audit.ts';
import type { AuditSubject } from '../../src-shared/audit-words.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import { hashOfArea } from '../files/area-hash.ts';
import { sha256 } from '../files/hash.ts';
import { recordedRetraction, toAnnotation } from './annotations.ts';
import { recordedArea } from './areas.ts';
import { type AuditEvent, type RecordedState, toldBy } from './audit-states.ts';
import { recordedBatch } from './batches.ts';
import { toDisposition } from './dispositions.ts';
import { LOT_SAMPLE, type RecordedLotRow, recordedLot, toLotDecision } from './lots.ts';
import { recordedPerson } from './people.ts';
import { recordedRecipe } from './recipes.ts';
import { recordedReport, reportSubject } from './reports.ts';
import { recordedRun } from './run-row.ts';
import type { Schema } from './schema.ts';
import { toSignedFields } from './signatures.ts';
import { recordedJudgement } from './studies.ts';
import { toVerdict } from './verdicts.ts';

/** A row of such a table. */
export type RecordRow = Readonly<Record<string, number | string | null>> & {
  readonly id: number;
  readonly hash: string;
  readonly name: string;
};

/** Records whose rows (`t`) entries of the trail (`e`) tell of. */
export interface RecordKind {
  readonly record: AuditRecord;
  readonly table: keyof Schema;
  readonly key: 'id' | 'hash' | 'name';
  /** Which of the rows. */
  readonly where?: RawBuilder<unknown>;
  /** More columns, with a comma ahead. */
  readonly more?: RawBuilder<unknown>;
  /** What their entries are about. */
  readonly subject: AuditSubject;
  /** Which of the subject's entries. */
  readonly told?: RawBuilder<unknown>;
  /** That an entry tells of a row. */
  readonly isOf: RawBuilder<unknown>;
  /** They take others back. */
  readonly isRetraction?: true;
  /** With what they are removed for good; default: never. */
  readonly goesWith?: {
    readonly owner: 'batch' | 'run' | 'lot' | 'study';
    idOf(state: RecordedState, name: string): unknown;
  };
  /** They lose what belongs to them while their batch (`batch_id`) is removed for good. */
  readonly shrinks?: true;
  /** What has to fit a hash that the row has, and what it is called. */
  readonly hashed?: { readonly as: string; fits(row: never): boolean };
  /** By what its entries name a row. */
  subjectIdOf(row: RecordRow): string;
  /** What a row is called; the same by an entry. */
  nameOf(row: RecordRow): string;
  nameIn(event: AuditEvent): string;
  /** What the trail has to tell of a row. */
  fieldsOf(row: never): Readonly<Record<string, unknown>>;
}

type Defaults = 'key' | 'subject' | 'isOf' | 'subjectIdOf' | 'nameOf' | 'nameIn';
type Given<Row> = Omit<RecordKind, 'table' | 'fieldsOf' | 'hashed' | Defaults> &
  Partial<Pick<RecordKind, Exclude<Defaults, 'subject'>>> & {
    readonly subject?: AuditSubject;
    readonly hashed?: { readonly as: string; fits(row: Row): boolean };
    fieldsOf(row: Row): Readonly<Record<string, unknown>>;
  };

/** A table of which each row has a subject of its own, named by the row's key. */
function kind<Table extends keyof Schema, More = unknown>(
  table: Table,
  given: Given<Selectable<Schema[Table]> & More> & { readonly record: AuditRecord & AuditSubject },
): RecordKind;
/** Another one. */
function kind<Table extends keyof Schema, More = unknown>(
  table: Table,
  given: Given<Selectable<Schema[Table]> & More> & { readonly subject: AuditSubject },
): RecordKind;
function kind(table: keyof Schema, given: Given<never>): RecordKind {
  const { key = 'id' } = given;
  const nameOf = (row: RecordRow) => String(row[key]);
  return {
    subject: given.record as AuditSubject,
    isOf: key === 'id' ? sql`t.id = cast(e.subject_id as integer)` : sql`t.${sql.ref(key)} = e.subject_id`,
    subjectIdOf: nameOf,
    nameOf,
    nameIn: ({ subject_id }) => subject_id,
    ...given,
    key,
    table,
  };
}

const ofRun: RecordKind['goesWith'] = { owner: 'run', idOf: ({ fields }) => fields.runId };
const retracted = (row: RecordRow) => String(row.retracts);
const reportOf = ({ number, revision }: RecordRow) => reportSubject(Number(number), Number(revision));
const areaName = (product: unknown, revision: unknown) => `${product} revision ${revision}`;
const entryValue = (path: string) => sql`case when json_valid(e.new_value) then e.new_value ->> ${path} end`;

/** Everything that is compared with the trail, but for results. */
export const KINDS: readonly RecordKind[] = [
  kind('verdicts', { record: 'verdict', goesWith: ofRun, fieldsOf: (row) => ({ ...toVerdict(row) }) }),
  kind('annotations', {
    record: 'annotation',
    where: sql`kind is not null`,
    told: sql`e.action <> 'retracted'`,
    goesWith: ofRun,
    fieldsOf: (row) => ({ ...toAnnotation(row) }),
  }),
  kind('annotations', {
    record: 'annotation',
    where: sql`kind is null`,
    told: sql`e.action = 'retracted'`,
    isRetraction: true,
    isOf: sql`t.retracts = cast(e.subject_id as integer)`,
    subjectIdOf: retracted,
    nameOf: retracted,
    goesWith: ofRun,
    fieldsOf: (row) => ({ retraction: recordedRetraction(row) }),
  }),
  kind('dispositions', {
    record: 'disposition',
    goesWith: ofRun,
    fieldsOf: (row) => ({ ...toDisposition(row) }),
  }),
  kind('recipes', {
    record: 'recipe',
    key: 'hash',
    hashed: { as: 'recipe', fits: ({ json, hash }) => sha256(json) === hash },
    fieldsOf: recordedRecipe,
  }),
  kind('people', { record: 'person', fieldsOf: recordedPerson }),
  kind('settings', {
    record: 'setting',
    key: 'name',
    fieldsOf: (row) => ({ value: JSON.parse(row.value) as unknown }),
  }),
  kind('batches', {
    record: 'batch',
    goesWith: { owner: 'batch', idOf: (_, id) => id },
    fieldsOf: recordedBatch,
  }),
  kind('runs', { record: 'run', goesWith: { owner: 'run', idOf: (_, id) => id }, fieldsOf: recordedRun }),
  kind<'lots', RecordedLotRow>('lots', {
    record: 'lot',
    more: sql`, ${LOT_SAMPLE}`,
    goesWith: { owner: 'batch', idOf: ({ fields }) => fields.batchId },
    shrinks: true,
    fieldsOf: recordedLot,
  }),
  kind('lot_decisions', {
    record: 'lot-decision',
    goesWith: { owner: 'lot', idOf: ({ fields }) => fields.lotId },
    fieldsOf: (row) => ({ ...toLotDecision(row) }),
  }),
  kind<'signatures', { readonly kept: string | null }>('signatures', {
    record: 'signature',
    more: sql`, (select json from signed_records where hash = t.record_hash) as kept`,
    hashed: {
      as: 'record',
      fits: ({ record_hash, kept }) =>
        record_hash === null || (kept !== null && sha256(kept) === record_hash),
    },
    fieldsOf: (row) => ({ ...toSignedFields(row) }),
  }),
  kind('reports', {
    record: 'report',
    told: sql`e.action in ('made', 'revised')`,
    isOf: sql`t.number = cast(substr(e.subject_id, 3) as integer)
      and t.revision = cast(substr(e.subject_id, instr(e.subject_id, ' revision ') + 10) as integer)`,
    subjectIdOf: reportOf,
    nameOf: reportOf,
    fieldsOf: recordedReport,
  }),
  kind('areas', {
    record: 'area',
    told: sql`e.action in ('saved', 'covered')`,
    isOf: sql`t.product = e.subject_id and t.revision = ${entryValue('$.revision')}`,
    subjectIdOf: ({ product }) => String(product),
    nameOf: ({ product, revision }) => areaName(product, revision),
    nameIn: (event) => areaName(event.subject_id, toldBy(event).revision),
    hashed: {
      as: 'area',
      fits: ({ area, hash }) => (area && hashOfArea(JSON.parse(area) as InspectionArea)) === hash,
    },
    fieldsOf: recordedArea,
  }),
  kind('study_judgements', {
    record: 'judgement',
    subject: 'study',
    // Entries of older versions do not say which answer.
    told: sql`e.action in ('judged', 'taken back') and ${entryValue('$.answer')} is not null`,
    isOf: sql`t.id = ${entryValue('$.answer')}`,
    subjectIdOf: (row) => String(row.study_id),
    nameIn: (event) => String(toldBy(event).answer),
    goesWith: { owner: 'study', idOf: ({ subjectId }) => subjectId },
    fieldsOf: recordedJudgement,
  }),
];
