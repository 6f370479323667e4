import type { Workspace } from './workspace.ts';

/** What is told to a broker. */
export interface NewMessage {
  /** The followed folder that it comes from. */
  readonly folderId: number;
  /** What tells a message that comes twice from another: unique in the world. */
  readonly key: string;
  readonly kind: 'result';
  /** JSON. */
  readonly payload: string;
}

/** A message that waits to be sent. */
export interface WaitingMessage extends NewMessage {
  readonly id: number;
  readonly createdAt: string;
}

/** The oldest message of a followed folder that was not sent; undefined: all were. */
export async function nextMessage({ db }: Workspace, folderId: number): Promise<WaitingMessage | undefined> {
  const row = await db
    .selectFrom('outbox')
    .selectAll()
    .where('folder_id', '=', folderId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  if (!row) return undefined;
  const { folder_id: folderOf, created_at: createdAt, ...rest } = row;
  return { ...rest, folderId: folderOf, createdAt };
}

/** Messages of a followed folder that wait to be sent. */
export async function countMessages({ db }: Workspace, folderId: number): Promise<number> {
  const { count } = await db
    .selectFrom('outbox')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('folder_id', '=', folderId)
    .executeTakeFirstOrThrow();
  return count;
}

/** It was sent. */
export async function removeMessage({ db }: Workspace, id: number): Promise<void> {
  await db.deleteFrom('outbox').where('id', '=', id).execute();
}

/** Keeps a message until it was sent; part of the transaction that it tells of. */
export async function putMessage(db: Workspace['db'], message: NewMessage): Promise<void> {
  const { folderId: folder_id, ...rest } = message;
  await db
    .insertInto('outbox')
    .values({ folder_id, ...rest, created_at: new Date().toISOString() })
    .execute();
}
