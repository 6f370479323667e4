import { type Selectable, type SqlBool, sql } from 'kysely';
import { failure } from '../../src-shared/errors.ts';
import type { FollowSettings } from '../../src-shared/followed-folder.ts';
import { recordAudit } from './audit.ts';
import { holdToken, newOwner, releaseToken, whereOwnerIs } from './owner.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** A folder whose images are inspected as they come. */
export interface FollowedFolder {
  readonly id: number;
  /** Absolute. */
  readonly path: string;
  readonly settings: FollowSettings;
  /** The workstation goes on with it when it is started again. */
  readonly isOn: boolean;
  /** Who began to follow it, or changed how. */
  readonly inspector: string;
  readonly createdAt: string;
}

/** The right to take images from a followed folder. */
export interface FolderClaim {
  readonly folder: FollowedFolder;
  /** It was never followed before. */
  readonly isNew: boolean;
  readonly token: string;
}

/** @throws ClipSamError `not-found` */
export async function getFollowedFolder(workspace: Workspace, id: number): Promise<FollowedFolder> {
  const row = await workspace.db
    .selectFrom('followed_folders')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw failure('folder-unknown', { folder: String(id) }, `The workspace follows no folder ${id}.`);
  return toFolder(workspace, row);
}

/** All that were ever followed, oldest first. */
export async function listFollowedFolders(workspace: Workspace): Promise<FollowedFolder[]> {
  const rows = await workspace.db.selectFrom('followed_folders').selectAll().orderBy('id').execute();
  return rows.map((row) => toFolder(workspace, row));
}

/**
 * Begins to follow a folder, or goes on with it: one program at a time.
 * @param isOn whether the workstation goes on with it by itself
 * @throws ClipSamError `conflict` while another program, or this one, follows it
 */
export async function claimFolder(
  workspace: Workspace,
  path: string,
  settings: FollowSettings,
  options: { readonly isOn: boolean; readonly inspector: string },
): Promise<FolderClaim> {
  const owner = newOwner();
  const { isOn, inspector } = options;
  const stored = toStoredPath(workspace, path);
  const { isNew, folder } = await workspace.db.transaction().execute(async (db) => {
    const known = await db
      .selectFrom('followed_folders')
      .selectAll()
      .where('path', '=', stored)
      .executeTakeFirst();
    if (known && isAtWork(known)) {
      throw failure(
        'folder-followed',
        { folder: path, process: String(known.owner_pid) },
        `${path} is being followed by process ${known.owner_pid}. Stop it there first.`,
      );
    }
    const columns = { settings: JSON.stringify(settings), is_on: isOn ? 1 : 0, inspector, ...owner };
    const row = known
      ? await db
          .updateTable('followed_folders')
          .set(columns)
          .where('id', '=', known.id)
          .returningAll()
          .executeTakeFirstOrThrow()
      : await db
          .insertInto('followed_folders')
          .values({ ...columns, path: stored, created_at: new Date().toISOString() })
          .returningAll()
          .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector,
        action: 'started',
        subject: 'followed-folder',
        subjectId: row.id,
        newValue: { path, ...settings },
      },
    ]);
    return { isNew: !known, folder: toFolder(workspace, row) };
  });
  holdToken(owner.owner_token);
  return { folder, isNew, token: owner.owner_token };
}

/** Gives the claim up, whether or not the end can be written down. */
export function releaseFolder({ token }: FolderClaim): void {
  releaseToken(token);
}

/** The workstation does not go on with a folder. Does nothing where it did not. */
export async function stopFollowing(workspace: Workspace, id: number, inspector: string): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const row = await db
      .updateTable('followed_folders')
      .set({ is_on: 0 })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    if (!row) return;
    const newValue = { path: fromStoredPath(workspace, row.path) };
    await recordAudit(db, [
      { inspector, action: 'stopped', subject: 'followed-folder', subjectId: id, newValue },
    ]);
  });
}

/** Changes how the images that come from now on are inspected. */
export async function changeFollowSettings(
  workspace: Workspace,
  id: number,
  settings: FollowSettings,
  inspector: string,
): Promise<void> {
  const before = await getFollowedFolder(workspace, id);
  await workspace.db.transaction().execute(async (db) => {
    await db
      .updateTable('followed_folders')
      .set({ settings: JSON.stringify(settings) })
      .where('id', '=', id)
      .execute();
    await recordAudit(db, [
      {
        ...{ inspector, action: 'changed', subject: 'followed-folder', subjectId: id },
        oldValue: before.settings,
        newValue: settings,
      },
    ]);
  });
}

/** The batch that images of a purpose go to; undefined: there is none, or it was deleted. */
export async function followedBatch(
  { db }: Workspace,
  folderId: number,
  purpose: string,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('followed_batches')
    .innerJoin('batches', 'batches.id', 'followed_batches.batch_id')
    .select('batch_id')
    .where('folder_id', '=', folderId)
    .where('purpose', '=', purpose)
    .where('batches.deleted_at', 'is', null)
    .where('batches.purge', 'is', null)
    .executeTakeFirst();
  return row?.batch_id;
}

/** Says which batch images of a purpose go to from now on. */
export async function setFollowedBatch(
  { db }: Workspace,
  folderId: number,
  purpose: string,
  batchId: number,
): Promise<void> {
  await db
    .insertInto('followed_batches')
    .values({ folder_id: folderId, purpose, batch_id: batchId })
    .onConflict((conflict) => conflict.columns(['folder_id', 'purpose']).doUpdateSet({ batch_id: batchId }))
    .execute();
}

/** A folder's newest batch beside this one; undefined: there is none. */
export async function batchBefore(
  { db }: Workspace,
  folderId: number,
  batchId: number,
): Promise<number | undefined> {
  const { id } = await db
    .selectFrom('followed_batches')
    .select(({ fn }) => fn.max('batch_id').as('id'))
    .where('folder_id', '=', folderId)
    .where('batch_id', '<>', batchId)
    .executeTakeFirstOrThrow();
  return id === null ? undefined : Number(id);
}

/** Batches of a folder with images that no run has inspected, and for what they are. */
export async function unfinishedBatches(
  { db }: Workspace,
  folderId: number,
): Promise<readonly { readonly purpose: string; readonly batchId: number }[]> {
  const rows = await db
    .selectFrom('followed_batches')
    .innerJoin('batches', 'batches.id', 'followed_batches.batch_id')
    .select(['purpose', 'batch_id'])
    .where('folder_id', '=', folderId)
    .where('batches.deleted_at', 'is', null)
    .where('batches.purge', 'is', null)
    .where(
      sql<SqlBool>`exists (
        select 1 from images where images.batch_id = followed_batches.batch_id
        and not exists (select 1 from results where results.image_id = images.id)
      )`,
    )
    .orderBy('batch_id')
    .execute();
  return rows.map(({ purpose, batch_id: batchId }) => ({ purpose, batchId }));
}

function toFolder(workspace: Workspace, row: Selectable<Schema['followed_folders']>): FollowedFolder {
  return {
    id: row.id,
    path: fromStoredPath(workspace, row.path),
    settings: JSON.parse(row.settings) as FollowSettings,
    isOn: row.is_on === 1,
    inspector: row.inspector,
    createdAt: row.created_at,
  };
}

function isAtWork(row: Selectable<Schema['followed_folders']>): boolean {
  const { owner_token, owner_pid, owner_host, owner_process } = row;
  if (owner_token === null || owner_pid === null || owner_host === null) return false;
  const where = whereOwnerIs({ owner_token, owner_pid, owner_host, owner_process });
  return where === 'this-process' || where === 'this-machine';
}
