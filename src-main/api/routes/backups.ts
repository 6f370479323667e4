import type {
  BackupProgress,
  ExaminationProgress,
  VerifyProgress,
} from '../../../src-shared/contract/backups.ts';
import {
  backUpNow,
  backupState,
  backupsFolder,
  changeBackupSettings,
  listBackups,
} from '../../services/upkeep/backup-schedule.ts';
import { findFaults } from '../../services/upkeep/doctor.ts';
import { changeRetentionDays, retentionOf } from '../../services/upkeep/retention.ts';
import { verifyBackup } from '../../services/upkeep/verify-backup.ts';
import { chosenDeviceProblem } from '../../services/upkeep/workspace-backups.ts';
import { assertMayAct } from '../../store/acting.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Backups and the doctor. */
export function backupRoutes({ backups }: Implementer, workstation: Workstation) {
  const { workspace, packs } = workstation;
  const examination =
    (acting: Workspace, inspector: string, mend: boolean) =>
    async (onEvent: (event: ExaminationProgress) => void, signal: AbortSignal) => {
      if (mend && !workspace.isReadOnly) await assertMayAct(acting);
      const findings = await findFaults({
        workspace: acting,
        packs,
        device: () => chosenDeviceProblem(workstation.surveyDevices),
        mend,
        inspector,
        signal,
        now: Date.now(),
        onProgress: (progress) => onEvent({ kind: 'examining', ...progress }),
      });
      onEvent({ kind: 'finished', findings });
    };
  return {
    settings: backups.settings.handler(() => backupState(workspace, Date.now())),
    changeSettings: backups.changeSettings.handler(
      async ({ input: { settings, inspector }, context: { acting } }) => {
        await assertMayAct(acting);
        await changeBackupSettings(acting, settings, inspector);
        return backupState(workspace, Date.now());
      },
    ),
    run: backups.run.handler(({ input: { inspector }, context: { acting, stream } }) =>
      stream<BackupProgress>((onEvent, signal) =>
        workstation.whileBusy(async () => {
          // Nothing is stored in a workspace that can only be read; a backup of it can be made.
          if (!workspace.isReadOnly) await assertMayAct(acting);
          const generation = await backUpNow(acting, { inspector, signal, onEvent });
          onEvent({ kind: 'finished', generation });
        }),
      ),
    ),
    list: backups.list.handler(async () => listBackups(await backupsFolder(workspace))),
    verify: backups.verify.handler(({ input, context: { stream } }) =>
      stream<VerifyProgress>(async (onEvent, signal) => {
        const verification = await verifyBackup({
          folder: await backupsFolder(workspace),
          generation: input.generation ?? undefined,
          signal,
          onProgress: (progress) => onEvent({ kind: 'verifying', ...progress }),
        });
        onEvent({ kind: 'finished', verification });
      }),
    ),
    retention: backups.retention.handler(({ input: { days } }) => retentionOf(workspace, days)),
    changeRetention: backups.changeRetention.handler(
      async ({ input: { days, inspector }, context: { acting } }) => {
        await changeRetentionDays(acting, days, inspector);
        return retentionOf(workspace, days);
      },
    ),
    examine: backups.examine.handler(({ context: { acting, inspector, stream } }) =>
      stream<ExaminationProgress>(examination(acting, inspector, false)),
    ),
    mend: backups.mend.handler(({ input: { inspector }, context: { acting, stream } }) =>
      stream<ExaminationProgress>(examination(acting, inspector, true)),
    ),
  };
}
