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

/** Keeps a message until it was sent; part of the transaction that it tells of. */
export async function putMessage(db: Workspace['db'], message: NewMessage): Promise<void> {
  const { folderId: folder_id, ...rest } = message;
  await db
    .insertInto('outbox')
    .values({ folder_id, ...rest, created_at: new Date().toISOString() })
    .execute();
}
