import { resolve } from 'node:path';
import { type BackupGeneration, type BackupSettings, KEEP_GENERATIONS } from '../../../src-shared/backup.ts';
import type { BackupState, Retention } from '../../../src-shared/contract/backups.ts';
import type { DeviceSurvey } from '../../../src-shared/device-survey.ts';
import type { Finding } from '../../../src-shared/finding.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import type { Workspace } from '../../store/workspace.ts';
import { backupState, backupsFolder, changeBackupSettings } from './backup-schedule.ts';
import { type ExaminationOptions, findFaults } from './doctor.ts';
import { type BackupOptions, makeBackup } from './make-backup.ts';
import { changeRetentionDays, retentionOf } from './retention.ts';

/**
 * Backs up a workspace that is not open here; it may be open elsewhere.
 * @param options.to default: the folder of its settings
 * @param options.keep default: as its settings say
 * @throws ClipSamError as `makeBackup`
 */
export async function backUpWorkspace(
  options: Pick<BackupOptions, 'inspector' | 'signal' | 'onEvent'> & {
    readonly workspaceFolder: string;
    readonly to?: string | undefined;
    readonly keep?: number | undefined;
  },
): Promise<{ readonly folder: string; readonly generation: BackupGeneration }> {
  const { workspaceFolder, to, keep, ...rest } = options;
  return withWorkspace(workspaceFolder, async (workspace) => {
    const { settings } = await backupState(workspace, Date.now());
    const folder = to === undefined ? await backupsFolder(workspace) : resolve(to);
    const kept = keep ?? (settings?.folder === folder ? settings.keep : KEEP_GENERATIONS);
    return { folder, generation: await makeBackup({ ...rest, workspace, folder, keep: kept }) };
  });
}

/** The folder of a workspace's backups, as its settings say. @throws ClipSamError `conflict` when they say nothing */
export async function backupsFolderOf(workspaceFolder: string): Promise<string> {
  return withWorkspace(workspaceFolder, backupsFolder);
}

/** Changes the settings where some are given. @param settings null: none from now on */
export async function backupSettingsOf(
  workspaceFolder: string,
  change?: { readonly settings: BackupSettings | null; readonly inspector: string },
): Promise<BackupState> {
  return withWorkspace(workspaceFolder, async (workspace) => {
    if (change) await changeBackupSettings(workspace, change.settings, change.inspector);
    return backupState(workspace, Date.now());
  });
}

/**
 * The rule by which maps and masks of accepted images are let go.
 * @param change null: none from now on
 * @param asked what another rule would let go
 */
export async function retentionOfWorkspace(
  workspaceFolder: string,
  asked: number | null,
  change?: { readonly days: number | null; readonly inspector: string },
): Promise<Retention> {
  return withWorkspace(workspaceFolder, async (workspace) => {
    if (change) await changeRetentionDays(workspace, change.days, change.inspector);
    return retentionOf(workspace, asked);
  });
}

/** Examines a workspace that is not open here. */
export async function examineWorkspace(
  workspaceFolder: string,
  options: Omit<ExaminationOptions, 'workspace'>,
): Promise<Finding[]> {
  return withWorkspace(workspaceFolder, (workspace) => findFaults({ ...options, workspace }));
}

/** What keeps every device but the CPU from computing, or the CPU; undefined: nothing is known to be wrong. */
export async function chosenDeviceProblem(
  survey: () => Promise<DeviceSurvey>,
): Promise<{ readonly device: string; readonly problem: string } | undefined> {
  const { devices } = await survey();
  const broken = devices.find(({ state }) => state === 'failed' || state === 'wrong');
  return broken && { device: broken.device, problem: broken.reason ?? broken.state };
}

async function withWorkspace<T>(folder: string, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder, { allowReadOnly: true });
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}
