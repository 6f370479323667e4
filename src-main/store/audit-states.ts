import { sql } from 'kysely';
import type { Workspace } from './workspace.ts';

/** What the trail tells of something: the fields that its entries named, the newest value of each. */
export interface RecordedState {
  /** By what its entries name it. */
  readonly subjectId: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** The last entry. */
  readonly entry: number;
  /** The last one that tells of a retraction. */
  readonly retracted: number | null;
}

export interface AuditEvent {
  readonly id: number;
  readonly subject_id: string;
  readonly action: string;
  readonly new_value: string | null;
}

/**
 * What the trail tells of subjects with some ids; of what it tells nothing is missing.
 * @param nameOf by what the result has them, where a subject is more than one thing; default: the id of the subject
 */
export async function recordedStates(
  db: Workspace['db'],
  subject: string,
  ids: readonly (number | string)[],
  nameOf: (event: AuditEvent) => string = ({ subject_id }) => subject_id,
): Promise<Map<string, RecordedState>> {
  const states = new Map<string, RecordedState>();
  if (ids.length === 0) return states;
  const { rows } = await sql<AuditEvent>`
    select id, subject_id, action, new_value from audit_events
    where subject = ${subject} and subject_id in (select value from json_each(${JSON.stringify(ids.map(String))}))
    order by id`.execute(db);
  for (const event of rows) {
    const name = nameOf(event);
    const before = states.get(name);
    const told = subject === 'setting' ? { value: parsed(event.new_value) } : toldBy(event);
    states.set(name, {
      subjectId: event.subject_id,
      fields: { ...before?.fields, ...told },
      entry: event.id,
      retracted: event.action === 'retracted' ? event.id : (before?.retracted ?? null),
    });
  }
  return states;
}

/** The fields that an entry names. */
export function toldBy({ new_value }: AuditEvent): Record<string, unknown> {
  const value = parsed(new_value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return {};
  // Older versions called the inspector the author.
  const { author, ...told } = value as Record<string, unknown>;
  return author === undefined ? told : { inspector: author, ...told };
}

/** Batches that were removed for good, or are being removed. */
export async function purgedBatches(db: Workspace['db']): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ subject_id: string }>`
    select distinct subject_id from audit_events
    where subject = 'batch' and action in ('purge begun', 'purged')`.execute(db);
  return new Set(rows.map(({ subject_id }) => subject_id));
}

/** By run, lot or study: its batch, by what the trail tells. */
export async function batchesOf(
  db: Workspace['db'],
  owner: 'run' | 'lot' | 'study',
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<AuditEvent>`
    select id, subject_id, action, new_value from audit_events
    where subject = ${owner} and action in ('started', 'begun', 'created', 'covered', 'merged') order by id`.execute(
    db,
  );
  return new Map(
    rows.flatMap((event) => {
      const { batchId } = toldBy(event);
      return batchId === undefined ? [] : [[event.subject_id, String(batchId)]];
    }),
  );
}

/** JSON of an entry; undefined where it is none, as somebody may have made it. */
export function parsed(text: string | null): unknown {
  try {
    return text === null ? null : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
