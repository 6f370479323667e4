import type { BackupGeneration, BackupSettings } from '../../../src-shared/backup.ts';
import type { BackupState } from '../../../src-shared/contract/backups.ts';
import { ClipSamError, failure, toErrorRecord } from '../../../src-shared/errors.ts';
import { lastBackup } from '../../store/backups.ts';
import { changeSetting, getSetting } from '../../store/settings.ts';
import type { Workspace } from '../../store/workspace.ts';
import { toBackupError } from './backup-errors.ts';
import { describeGeneration, openBackups, openOrMakeBackups } from './backup-folder.ts';
import { type BackupOptions, makeBackup, refuseInside } from './make-backup.ts';

const HOUR = 60 * 60_000;

/** When and where a workspace is backed up, and when it was last. @param now milliseconds since 1970 */
export async function backupState(workspace: Workspace, now: number): Promise<BackupState> {
  const chosen = await getSetting(workspace, 'backup');
  if (!chosen) return { settings: null, last: null, isOverdue: false };
  const { folderId, ...settings } = chosen;
  const last = (await lastBackup(workspace, folderId)) ?? null;
  return { settings, last, isOverdue: isPast(settings, last, now, 2) };
}

/**
 * Changes when and where a workspace is backed up; a new folder is made ready.
 * @throws ClipSamError as `openOrMakeBackups`, and when the folder lies in the workspace
 */
export async function changeBackupSettings(
  workspace: Workspace,
  settings: BackupSettings | null,
  inspector: string,
): Promise<void> {
  if (settings) refuseInside(workspace.folder, settings.folder);
  try {
    const store = settings && (await openOrMakeBackups(settings.folder, workspace));
    const value = settings && store && { ...settings, folderId: store.about.id };
    await changeSetting(workspace, 'backup', value, inspector);
  } catch (error) {
    throw toBackupError(error, settings?.folder ?? '');
  }
  if (!settings) workspace.health.remove(toErrorRecord(notMade('', '', '')));
}

/** Makes a backup as the settings say. @throws ClipSamError `conflict` when there are none, and as `makeBackup` */
export async function backUpNow(
  workspace: Workspace,
  options: Pick<BackupOptions, 'inspector' | 'signal' | 'onEvent'>,
): Promise<BackupGeneration> {
  const chosen = await getSetting(workspace, 'backup');
  if (!chosen) throw unset();
  const made = await makeBackup({ ...options, workspace, ...chosen });
  workspace.health.remove(toErrorRecord(notMade('', '', '')));
  return made;
}

/**
 * Makes a backup if one is due. Where it fails, the workspace's health says so until one was made.
 * @param now milliseconds since 1970
 */
export async function backUpIfDue(
  workspace: Workspace,
  options: Pick<BackupOptions, 'inspector' | 'signal'> & { readonly now: number },
): Promise<'made' | 'failed' | 'not-due'> {
  const { settings, last, isOverdue } = await backupState(workspace, options.now);
  if (!settings || !isPast(settings, last, options.now, 1)) return 'not-due';
  try {
    await backUpNow(workspace, options);
    return 'made';
  } catch (error) {
    const isClosing = error instanceof ClipSamError && error.code === 'cancelled';
    // Another one is at work there: it is tried again soon.
    const isBusy = error instanceof ClipSamError && error.details?.case === 'backup-busy' && !isOverdue;
    if (isClosing || isBusy) return 'not-due';
    const problem = error instanceof Error ? error.message : String(error);
    workspace.health.add(toErrorRecord(notMade(settings.folder, last?.madeAt ?? '–', problem)));
    if (!(error instanceof ClipSamError)) throw error;
    return 'failed';
  }
}

/** The backups in the folder of the settings, newest first. @throws ClipSamError */
export async function listBackups(folder: string): Promise<BackupGeneration[]> {
  try {
    const store = await openBackups(folder);
    return await Promise.all((await store.generations()).map((name) => describeGeneration(store, name)));
  } catch (error) {
    throw toBackupError(error, folder);
  }
}

/** The folder of the settings. @throws ClipSamError `conflict` when there are none */
export async function backupsFolder(workspace: Workspace): Promise<string> {
  const chosen = await getSetting(workspace, 'backup');
  if (!chosen) throw unset();
  return chosen.folder;
}

/** True when so many times the hours of the settings are over. A last one in the future means that a clock was wrong. */
function isPast(
  { everyHours }: BackupSettings,
  last: BackupState['last'],
  now: number,
  times: number,
): boolean {
  if (everyHours === null) return false;
  if (!last) return times === 1;
  const since = now - Date.parse(last.madeAt);
  return since >= times * everyHours * HOUR || (times === 1 && since < -HOUR);
}

function unset() {
  return failure('backup-unset', 'No folder for backups is chosen. Choose one first.');
}

function notMade(folder: string, since: string, problem: string) {
  return failure(
    'backup-not-made',
    { folder, since: since.slice(0, 16).replace('T', ' '), problem },
    `The backup to ${folder} could not be made (the last one: ${since}): ${problem}`,
  );
}
