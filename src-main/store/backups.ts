import type { BackupCounts } from '../../src-shared/backup.ts';
import { recordAudit } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** A backup that was made. */
export interface MadeBackup {
  readonly folder: string;
  /** Of the folder: another disk at its place has another one. */
  readonly folderId: string;
  readonly generation: string;
  readonly startedAt: string;
  readonly madeAt: string;
  readonly counts: BackupCounts;
  readonly inspector: string;
}

/** Writes down that a backup was made; the backup itself is from before that. */
export async function recordBackup(workspace: Workspace, made: MadeBackup): Promise<void> {
  const { folder, folderId, generation, startedAt, madeAt, counts, inspector } = made;
  await workspace.db.transaction().execute(async (db) => {
    await db
      .insertInto('backups')
      .values({
        folder,
        folder_id: folderId,
        generation,
        started_at: startedAt,
        made_at: madeAt,
        files: counts.files,
        bytes: counts.bytes,
        inspector,
      })
      .execute();
    await recordAudit(db, [
      {
        inspector,
        action: 'made',
        subject: 'backup',
        subjectId: generation,
        newValue: { folder, ...counts },
      },
    ]);
  });
}

/** The last backup into a folder; undefined: none. */
export async function lastBackup(
  workspace: Workspace,
  folderId: string,
): Promise<
  | { readonly generation: string; readonly madeAt: string; readonly files: number; readonly bytes: number }
  | undefined
> {
  return workspace.db
    .selectFrom('backups')
    .select(['generation', 'made_at as madeAt', 'files', 'bytes'])
    .where('folder_id', '=', folderId)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
}
