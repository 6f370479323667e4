import type { BackupSettings } from '../../src-shared/backup.ts';
import type { Company } from '../../src-shared/report.ts';
import { recordAudit } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** What is decided once for a workspace and everybody in it. */
export interface Settings {
  /** Minutes without a key or a move after which a window signs out; null: never. */
  readonly 'idle-minutes': number | null;
  /** Who issues reports. */
  readonly company: Company;
  /** When and where it is backed up; `folderId`: of the folder that was chosen. Null: not at all. */
  readonly backup: (BackupSettings & { readonly folderId: string }) | null;
  /** Days of use after which maps and masks of accepted images are let go; null: never. */
  readonly 'retention-days': number | null;
}

const DEFAULTS: Settings = {
  'idle-minutes': null,
  company: { name: '', address: '', logo: null },
  backup: null,
  'retention-days': null,
};

/** True for what {@link Settings} knows; other entries of the history are of settings that lie elsewhere. */
export function isSetting(name: string): boolean {
  return Object.hasOwn(DEFAULTS, name);
}

export async function getSetting<Name extends keyof Settings>(
  workspace: Pick<Workspace, 'db'>,
  name: Name,
): Promise<Settings[Name]> {
  const row = await workspace.db
    .selectFrom('settings')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirst();
  return row ? (JSON.parse(row.value) as Settings[Name]) : DEFAULTS[name];
}

export async function changeSetting<Name extends keyof Settings>(
  workspace: Workspace,
  name: Name,
  newValue: Settings[Name],
  inspector: string,
): Promise<void> {
  const value = JSON.stringify(newValue);
  await workspace.db.transaction().execute(async (db) => {
    const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
    const oldValue = row ? (JSON.parse(row.value) as Settings[Name]) : DEFAULTS[name];
    if (JSON.stringify(oldValue) === value) return;
    await db
      .insertInto('settings')
      .values({ name, value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
    await recordAudit(db, [
      { inspector, action: 'changed', subject: 'setting', subjectId: name, oldValue, newValue },
    ]);
  });
}
