import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { type Kysely, sql } from 'kysely';
import type { ArtifactStore } from '../files/artifact-store.ts';
import type { SnapshotOptions } from './database-snapshot.ts';
import type { Schema } from './schema.ts';
import type { WorkspaceHealth } from './workspace-health.ts';

/**
 * One folder with everything about some batches: `workspace.sqlite` and `artifacts/`. Closed, it can be copied,
 * moved and opened elsewhere; images outside the folder are referred to by their absolute path.
 */
export interface Workspace {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** Where pictures may be kept that can be made again. */
  readonly cacheFolder: string;
  /** Nothing is stored, since nothing can be written there. */
  readonly isReadOnly: boolean;
  /** UUID that the workspace got when it was made; a copy keeps it. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  readonly artifacts: ArtifactStore;
  /** For the files of this folder only: there is no SQL elsewhere. */
  readonly db: Kysely<Schema>;
  /**
   * Gives some of the space that the database does not need any more back to the disk: a few milliseconds of work.
   * @returns true while there is more; false also for a workspace of a version that did not prepare for it
   */
  shrink(): boolean;
  readonly health: WorkspaceHealth;
  /** False once the database was deleted or replaced: then it never takes a write again. */
  isInPlace(): boolean;
  /** Copies the database to a new file, beside other work. */
  copyTo(path: string): Promise<void>;
  /**
   * Copies the database as it is now to a new file, however much this or other programs write meanwhile: in steps, with
   * turns of the event loop between.
   */
  snapshotTo(path: string, options?: SnapshotOptions): Promise<void>;
  /** Reads all pages of the database, beside other work. @returns what is damaged */
  findDamage(): Promise<string | undefined>;
  /** Begins a generation of the artifacts' history, if the database has changed since the last one. */
  noteChanges(): Promise<void>;
  close(): Promise<void>;
}

/** True until the first batch; deleted ones count, and those that were removed for good. */
export async function isNewWorkspace(workspace: Workspace): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_sequence where name = 'batches'`.execute(workspace.db);
  return rows.length === 0;
}

/** How an image's path is stored: relative to the workspace when inside it, so that the folder can move. */
export function toStoredPath(workspace: Workspace, path: string): string {
  const absolute = resolve(path);
  const inside = relative(workspace.folder, absolute);
  const isOutside = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return isOutside ? absolute : inside.replaceAll(sep, '/');
}

/** The reverse of {@link toStoredPath}. */
export function fromStoredPath(workspace: Workspace, stored: string): string {
  return isAbsolute(stored) ? stored : join(workspace.folder, stored);
}
