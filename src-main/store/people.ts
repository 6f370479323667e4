import type { Kysely, Selectable } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import { isPlainName, looksAlike } from '../../src-shared/names.ts';
import type { Inspector, Role } from '../../src-shared/roles.ts';
import { sha256 } from '../files/hash.ts';
import { recordAudit } from './audit.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** An inspector with what their PIN is checked against. */
export interface StoredInspector extends Inspector {
  readonly id: number;
  readonly pin: string;
  /** Another one means that their sessions are over. */
  readonly epoch: number;
  /** Wrong PINs since the last right one. */
  readonly wrongPins: number;
}

type Row = Selectable<Schema['people']>;

/** Everybody who may sign in, by name. */
export async function listPeople(workspace: Workspace): Promise<Inspector[]> {
  const rows = await workspace.db
    .selectFrom('people')
    .selectAll()
    .where('removed_at', 'is', null)
    .orderBy('name')
    .execute();
  return rows.map(toInspector);
}

/** True when a workspace has people: who changes something in it has to be one of them. */
export async function hasPeople(workspace: Workspace): Promise<boolean> {
  const row = await workspace.db
    .selectFrom('people')
    .select('id')
    .where('removed_at', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Undefined when there is none of that id, or not any more. */
export async function getInspector(workspace: Workspace, id: number): Promise<StoredInspector | undefined> {
  const row = await workspace.db
    .selectFrom('people')
    .selectAll()
    .where('id', '=', id)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  return row && toStored(row);
}

/** @throws ClipSamError `not-found` when nobody of that name may sign in */
export async function findInspector(workspace: Workspace, name: string): Promise<StoredInspector> {
  return toStored(await mustFind(workspace.db, name));
}

/**
 * Lets somebody sign in; who was removed comes back under the name as it was written then.
 * @throws ClipSamError `input-invalid` when the name is taken, looks like one that is, or hides something, or the
 *   first one is no engineer
 */
export async function addInspector(
  workspace: Workspace,
  { name, role, pin, inspector }: Inspector & { readonly pin: string; readonly inspector: string },
): Promise<Inspector> {
  return workspace.db.transaction().execute(async (db) => {
    const others = await db
      .selectFrom('people')
      .select('id')
      .where('removed_at', 'is', null)
      .limit(1)
      .execute();
    if (others.length === 0 && role !== 'engineer') {
      throw failure('first-engineer', 'The first inspector has to be an engineer, who adds the others.');
    }
    const known = await db.selectFrom('people').selectAll().where('name', '=', name).executeTakeFirst();
    if (known && known.removed_at === null) {
      throw failure(
        'inspector-known',
        { name: known.name },
        `There is a ${known.name} already. Choose another name.`,
      );
    }
    if (!known) await checkName(db, name);
    const row = known
      ? await change(db, known.id, { role, pin, removed_at: null })
      : await db
          .insertInto('people')
          .values({ name, role, pin, created_at: new Date().toISOString() })
          .returningAll()
          .executeTakeFirstOrThrow();
    const newValue = recordedPerson(row);
    await recordAudit(db, [{ inspector, action: 'added', subject: 'person', subjectId: row.id, newValue }]);
    return toInspector(row);
  });
}

/** @throws ClipSamError `not-found` when nobody has that name, `conflict` when no engineer would be left */
export async function changeRole(
  workspace: Workspace,
  name: string,
  role: Role,
  inspector: string,
): Promise<Inspector> {
  return workspace.db.transaction().execute(async (db) => {
    const before = await mustFind(db, name);
    if (role === before.role) return toInspector(before);
    await keepAnEngineer(db, before);
    const after = await change(db, before.id, { role });
    await recordAudit(db, [
      {
        inspector,
        action: 'role-changed',
        subject: 'person',
        subjectId: before.id,
        oldValue: recordedPerson(before),
        newValue: recordedPerson(after),
      },
    ]);
    return toInspector(after);
  });
}

/**
 * @param pin what the new one can be checked against
 * @param action `pin-reset` where somebody else gave it
 * @throws ClipSamError `not-found` when nobody has that name
 */
export async function changePin(
  workspace: Workspace,
  name: string,
  pin: string,
  inspector: string,
  action: 'pin-reset' | 'pin-changed' = 'pin-reset',
): Promise<StoredInspector> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await change(db, (await mustFind(db, name)).id, { pin });
    const newValue = recordedPerson(row);
    await recordAudit(db, [{ inspector, action, subject: 'person', subjectId: row.id, newValue }]);
    return toStored(row);
  });
}

/**
 * Counts a PIN as wrong before it is checked: tries at the same time gain nothing.
 * @param allow gets the inspector as they are, within the transaction; throws what refuses the try
 */
export async function countTry(
  workspace: Workspace,
  id: number,
  allow: (inspector: StoredInspector) => void,
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const row = await db.selectFrom('people').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
    allow(toStored(row));
    await db
      .updateTable('people')
      .set({ wrong_pins: row.wrong_pins + 1 })
      .where('id', '=', id)
      .execute();
  });
}

/**
 * The PIN was right: forgets the wrong ones.
 * @param pin another hash of the same PIN, to keep from now on
 * @returns the inspector as they are now; undefined when they were removed, or have another PIN by now
 */
export async function welcome(
  workspace: Workspace,
  inspector: StoredInspector,
  pin: string = inspector.pin,
): Promise<StoredInspector | undefined> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await db
      .updateTable('people')
      .set({ wrong_pins: 0, pin })
      .where('id', '=', inspector.id)
      .where('pin', '=', inspector.pin)
      .where('removed_at', 'is', null)
      .returningAll()
      .executeTakeFirst();
    if (row && pin !== inspector.pin) {
      await recordAudit(db, [
        {
          inspector: row.name,
          action: 'pin-rehashed',
          subject: 'person',
          subjectId: row.id,
          newValue: recordedPerson(row),
        },
      ]);
    }
    return row && toStored(row);
  });
}

/**
 * Lets somebody sign in no more. Their row stays, and so does their name on what they did.
 * @throws ClipSamError `not-found` when nobody has that name, `conflict` when no engineer would be left
 */
export async function removeInspector(
  workspace: Workspace,
  name: string,
  inspector: string,
): Promise<Inspector> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await mustFind(db, name);
    await keepAnEngineer(db, row);
    const newValue = recordedPerson(await change(db, row.id, { removed_at: new Date().toISOString() }));
    const oldValue = recordedPerson(row);
    await recordAudit(db, [
      { inspector, action: 'removed', subject: 'person', subjectId: row.id, oldValue, newValue },
    ]);
    return toInspector(row);
  });
}

async function mustFind(db: Kysely<Schema>, name: string): Promise<Row> {
  const row = await db
    .selectFrom('people')
    .selectAll()
    .where('name', '=', name)
    .where('removed_at', 'is', null)
    .executeTakeFirst();
  if (row) return row;
  throw failure('inspector-unknown', { name }, `Nobody called ${name} may sign in to this workspace.`);
}

/** Two people whose names look the same would be one in every list, on every verdict and in every report. */
async function checkName(db: Kysely<Schema>, name: string): Promise<void> {
  if (!isPlainName(name)) {
    throw failure(
      'name-unclear',
      'A name may hold no invisible characters, and no word with letters of two alphabets. Type it anew.',
    );
  }
  const all = await db.selectFrom('people').select('name').execute();
  const other = all.find((row) => looksAlike(row.name, name));
  if (!other) return;
  throw failure(
    'name-looks-alike',
    { name: other.name },
    `The name looks like that of ${other.name}, who is or was here. Choose another one.`,
  );
}

async function keepAnEngineer(db: Kysely<Schema>, inspector: Row): Promise<void> {
  if (inspector.role !== 'engineer') return;
  const others = await db
    .selectFrom('people')
    .select('id')
    .where('role', '=', 'engineer')
    .where('removed_at', 'is', null)
    .where('id', '!=', inspector.id)
    .limit(1)
    .execute();
  if (others.length > 0) return;
  throw failure(
    'last-engineer',
    `${inspector.name} is the only engineer, and somebody has to be. Make somebody else an engineer first.`,
  );
}

/** Whatever it is, the inspector's sessions are over by it. */
function change(
  db: Kysely<Schema>,
  id: number,
  values: Partial<Pick<Row, 'role' | 'pin' | 'removed_at'>>,
): Promise<Row> {
  return db
    .updateTable('people')
    .set(({ eb }) => ({ ...values, ...(values.pin && { wrong_pins: 0 }), epoch: eb('epoch', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** What the audit trail tells of somebody; `pin`: SHA-256 of what their PIN is checked against. */
export function recordedPerson(row: Pick<Row, 'name' | 'role' | 'pin' | 'removed_at'>) {
  return { ...toInspector(row), removed: row.removed_at !== null, pin: sha256(row.pin) };
}

function toStored({ id, pin, epoch, wrong_pins, ...row }: Row): StoredInspector {
  return { id, pin, epoch, wrongPins: wrong_pins, ...toInspector(row) };
}

function toInspector({ name, role }: Pick<Row, 'name' | 'role'>): Inspector {
  return { name, role };
}
