import { sql } from 'kysely';
import type { Workspace } from './workspace.ts';

/** What the trail tells of something: the fields that its entries named, the newest value of each. */
export interface RecordedState {
  readonly fields: Readonly<Record<string, unknown>>;
  /** The last entry. */
  readonly entry: number;
  /** The last one that tells of a retraction. */
  readonly retracted: number | null;
}

interface Event {
  readonly id: number;
  readonly subject_id: string;
  readonly action: string;
  readonly new_value: string | null;
}

/** By id of the subject; those that the trail tells nothing of are missing. */
export async function recordedStates(
  db: Workspace['db'],
  subject: string,
  ids: readonly (number | string)[],
): Promise<Map<string, RecordedState>> {
  const states = new Map<string, RecordedState>();
  if (ids.length === 0) return states;
  const { rows } = await sql<Event>`
    select id, subject_id, action, new_value from audit_events
    where subject = ${subject} and subject_id in (select value from json_each(${JSON.stringify(ids.map(String))}))
    order by id`.execute(db);
  for (const event of rows) {
    const before = states.get(event.subject_id);
    const told = toldBy(event, subject);
    states.set(event.subject_id, {
      fields: { ...before?.fields, ...told },
      entry: event.id,
      retracted: event.action === 'retracted' ? event.id : (before?.retracted ?? null),
    });
  }
  return states;
}

function toldBy({ new_value }: Event, subject: string): Record<string, unknown> {
  const value = parsed(new_value);
  if (subject === 'setting') return { value };
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

/** By run: its batch, by what the trail tells. */
export async function batchesOfRuns(db: Workspace['db']): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<Event>`
    select id, subject_id, action, new_value from audit_events
    where subject = 'run' and action in ('started', 'covered') order by id`.execute(db);
  return new Map(
    rows.flatMap((event) => {
      const { batchId } = toldBy(event, 'run');
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
