import { type Kysely, type Selectable, sql } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import type { Inspector } from '../../src-shared/roles.ts';
import {
  type SignatureMeaning,
  type SignatureSubject,
  type SignedFields,
  signedFieldsSchema,
} from '../../src-shared/signature.ts';
import { canonicalJson, hashOfJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { recordAudit } from './audit.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** Milliseconds by which clocks of two machines may differ without a word. */
const CLOCK_TOLERANCE = 60_000;
/** Entries of the history that are asked for the latest time known. */
const RECENT_ENTRIES = 10_000;

/** A signature, or, with `withdraws`, what takes one back. */
export interface StoredSignature extends SignedFields {
  readonly id: number;
  /**
   * Its columns do not give its hash, what is kept of the record does not give that one's, or the audit trail knows
   * nothing of it, or something else. True also for what is only in the audit trail any more.
   */
  readonly isAltered: boolean;
}

export interface SubjectKey {
  readonly subject: SignatureSubject;
  readonly subjectId: string;
}

/** Who signs, as they are within the transaction, and what was signed before. */
export interface Signing {
  readonly person: Inspector;
  readonly before: readonly StoredSignature[];
}

/** Everything about the signatures of a subject, oldest first; without one of all. */
export async function readSignatures(db: Kysely<Schema>, of?: SubjectKey): Promise<StoredSignature[]> {
  let rowsQuery = db.selectFrom('signatures').selectAll();
  let eventsQuery = db
    .selectFrom('audit_events')
    .select(['subject_id', 'new_value'])
    .where('subject', '=', 'signature');
  if (of) {
    const { subject, subjectId } = of;
    rowsQuery = rowsQuery.where('subject', '=', subject).where('subject_id', '=', subjectId);
    eventsQuery = eventsQuery
      .where(sql<string>`new_value ->> '$.subject'`, '=', subject)
      .where(sql<string>`new_value ->> '$.subjectId'`, '=', subjectId);
  }
  const rows = await rowsQuery.execute();
  const events = await eventsQuery.execute();
  const told = new Map<number, SignedFields>();
  for (const { subject_id, new_value } of events) {
    const fields = signedFieldsSchema.safeParse(JSON.parse(new_value ?? 'null'));
    if (fields.success) told.set(Number(subject_id), fields.data);
  }
  const damaged = await damagedRecords(db, rows);
  const stored = rows.map((row) => {
    const fields = toSignedFields(row);
    const isWhole =
      hashOfJson(hashed(fields)) === fields.hash && canonicalJson(fields) === canonicalJson(told.get(row.id));
    return { id: row.id, ...fields, isAltered: !isWhole || damaged.has(fields.recordHash) };
  });
  const present = new Set(rows.map(({ id }) => id));
  const gone = [...told].filter(([id]) => !present.has(id));
  return [...stored, ...gone.map(([id, fields]) => ({ id, ...fields, isAltered: true }))].sort(
    (a, b) => a.id - b.id,
  );
}

/** What was signed: canonical JSON. Undefined when nothing is kept under that hash. */
export async function keptRecord(db: Kysely<Schema>, hash: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('signed_records')
    .select('json')
    .where('hash', '=', hash)
    .executeTakeFirst();
  return row?.json;
}

/**
 * Adds a signature, in one transaction with reading what is signed.
 * @param acting the workspace as who signs may use it, their PIN checked a moment ago
 * @param prepare reads the record within the transaction and returns it; throws what refuses the signature
 */
export async function addSignature(
  acting: Workspace,
  {
    meaning,
    personId,
    ...of
  }: SubjectKey & { readonly meaning: SignatureMeaning; readonly personId: number },
  prepare: (within: Workspace, signing: Signing) => Promise<unknown>,
): Promise<void> {
  await acting.db.transaction().execute(async (db) => {
    const person = await signer(db, personId);
    const before = await readSignatures(db, of);
    const json = canonicalJson(await prepare({ ...acting, db }, { person, before }));
    const recordHash = sha256(json);
    await db
      .insertInto('signed_records')
      .values({ hash: recordHash, json })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await insert(db, 'signed', {
      ...of,
      meaning,
      recordHash,
      withdraws: null,
      reason: '',
      ...(await signedNow(db, personId, person)),
    });
  });
}

/**
 * Takes a signature back: adds an entry that says so.
 * @param check throws what refuses it
 * @returns what the signature was under
 * @throws ClipSamError `not-found` when there is no such signature, `conflict` when it is taken back already
 */
export async function addWithdrawal(
  acting: Workspace,
  { id, reason, personId }: { readonly id: number; readonly reason: string; readonly personId: number },
  check: (person: Inspector, withdrawn: StoredSignature) => void,
): Promise<SubjectKey> {
  return acting.db.transaction().execute(async (db) => {
    const person = await signer(db, personId);
    const row = await db.selectFrom('signatures').selectAll().where('id', '=', id).executeTakeFirst();
    if (!row || row.withdraws !== null) {
      throw failure('signature-unknown', { signature: id }, `There is no signature ${id} to withdraw.`);
    }
    const of = { subject: row.subject, subjectId: row.subject_id };
    const before = await readSignatures(db, of);
    if (before.some(({ withdraws }) => withdraws === id)) {
      throw failure('signature-withdrawn', `Signature ${id} is withdrawn already.`);
    }
    check(person, before.find((signature) => signature.id === id)!);
    await insert(db, 'withdrawn', {
      ...of,
      meaning: null,
      recordHash: null,
      withdraws: id,
      reason,
      ...(await signedNow(db, personId, person)),
    });
    return of;
  });
}

async function insert(
  db: Kysely<Schema>,
  action: 'signed' | 'withdrawn',
  unhashed: Omit<SignedFields, 'hash'>,
): Promise<void> {
  const fields = { ...unhashed, hash: hashOfJson(unhashed) };
  const { id } = await db
    .insertInto('signatures')
    .values({
      subject: fields.subject,
      subject_id: fields.subjectId,
      meaning: fields.meaning,
      record_hash: fields.recordHash,
      withdraws: fields.withdraws,
      reason: fields.reason,
      person_id: fields.personId,
      printed_name: fields.printedName,
      role: fields.role,
      signed_at: fields.signedAt,
      clock_behind: fields.clockBehind,
      hash: fields.hash,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordAudit(db, [
    { inspector: fields.printedName, action, subject: 'signature', subjectId: id, newValue: fields },
  ]);
}

async function signer(db: Kysely<Schema>, id: number): Promise<Inspector> {
  return db.selectFrom('people').select(['name', 'role']).where('id', '=', id).executeTakeFirstOrThrow();
}

async function signedNow(db: Kysely<Schema>, personId: number, { name, role }: Inspector) {
  const now = Date.now();
  const latest = await latestTime(db);
  const isBehind = latest !== null && Date.parse(latest) - now > CLOCK_TOLERANCE;
  return {
    personId,
    printedName: name,
    role,
    signedAt: new Date(now).toISOString(),
    clockBehind: isBehind ? latest : null,
  };
}

/** The latest time that signatures, openings of the workspace and the history's recent entries know of. */
async function latestTime(db: Kysely<Schema>): Promise<string | null> {
  const { rows } = await sql<{ latest: string | null }>`
    select max(time) as latest from (
      select max(signed_at) as time from signatures
      union all select max(made_at) from marks
      union all select max(created_at) from
        (select created_at from audit_events order by id desc limit ${RECENT_ENTRIES})
    )`.execute(db);
  return rows[0]?.latest ?? null;
}

/** Hashes of the rows under which something else is kept, or nothing. */
async function damagedRecords(
  db: Kysely<Schema>,
  rows: readonly Selectable<Schema['signatures']>[],
): Promise<Set<string | null>> {
  const damaged = new Set<string | null>();
  for (const hash of new Set(rows.map(({ record_hash }) => record_hash))) {
    if (hash === null) continue;
    const json = await keptRecord(db, hash);
    if (json === undefined || sha256(json) !== hash) damaged.add(hash);
  }
  return damaged;
}

function hashed({ hash: _, ...unhashed }: SignedFields): Omit<SignedFields, 'hash'> {
  return unhashed;
}

/** What a row says, which the audit trail tells as well. */
export function toSignedFields(row: Selectable<Schema['signatures']>): SignedFields {
  return {
    subject: row.subject,
    subjectId: row.subject_id,
    meaning: row.meaning,
    recordHash: row.record_hash,
    withdraws: row.withdraws,
    reason: row.reason,
    personId: row.person_id,
    printedName: row.printed_name,
    role: row.role,
    signedAt: row.signed_at,
    clockBehind: row.clock_behind,
    hash: row.hash,
  };
}
