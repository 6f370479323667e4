import type { Kysely, Transaction } from 'kysely';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/**
 * On whose behalf something is written: an inspector as they were when they signed in (the epoch counts every new role
 * and PIN, going and coming back), or null: anybody, as long as nobody has to sign in.
 */
export type Actor = { readonly id: number; readonly epoch: number } | null;

/** Everything that would write outside a transaction, where nothing is checked. */
const UNCHECKED: ReadonlySet<string | symbol> = new Set([
  'insertInto',
  'updateTable',
  'deleteFrom',
  'replaceInto',
  'mergeInto',
  'connection',
  'startTransaction',
]);

/**
 * The workspace as somebody may use it: every transaction first makes sure that they still may. Between a call's
 * permission and what it writes may lie a slow hash, a download, or a model that loads; meanwhile they may have been
 * removed, or the first inspector added.
 */
export function actingFor(workspace: Workspace, actor: Actor): Workspace {
  return { ...workspace, db: checked(workspace.db, actor) };
}

/**
 * For what is done outside the database: that who acts on the workspace still may.
 * @throws ClipSamError `sign-in-required`
 */
export async function assertMayAct(acting: Workspace): Promise<void> {
  await acting.db.transaction().execute(async () => {});
}

function checked(db: Kysely<Schema>, actor: Actor): Kysely<Schema> {
  return new Proxy(db, {
    get(target, name) {
      if (name === 'transaction') return () => checkedTransaction(target, actor);
      if (UNCHECKED.has(name)) throw new Error(`${String(name)} on behalf of somebody needs a transaction.`);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function checkedTransaction(db: Kysely<Schema>, actor: Actor) {
  return {
    execute: <T>(work: (db: Transaction<Schema>) => Promise<T>): Promise<T> =>
      db.transaction().execute(async (transaction) => {
        await checkActor(transaction, actor);
        return work(transaction);
      }),
  };
}

/** @throws ClipSamError `sign-in-required` when the actor may not act any more */
async function checkActor(db: Kysely<Schema>, actor: Actor): Promise<void> {
  let query = db.selectFrom('people').select('id').where('removed_at', 'is', null).limit(1);
  if (actor) query = query.where('id', '=', actor.id).where('epoch', '=', actor.epoch);
  const isThere = (await query.executeTakeFirst()) !== undefined;
  if (isThere !== (actor !== null)) throw new ClipSamError('sign-in-required', 'Sign in to do this.');
}
