import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn } from './focus.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/samples/tablet/test/good/000.jpg', import.meta.url));
/** Where pictures of the panels go. */
const PICTURES = fileURLToPath(new URL('../../out/e2e/', import.meta.url));

describeInChromium('backups and the examination', () => {
  const site = makeSite(async (workspace) => {
    await addSyntheticBatch(workspace, { images: 12, failed: 0, name: 'Lot 7', files: [SAMPLE] });
  });

  it.each([
    [
      'en',
      'dark',
      'Change',
      'Folder',
      'Save',
      'Back up now',
      'Verify the last backup',
      'Examine the workspace',
      'Mend what loses nothing',
    ],
    ['zh-CN', 'light', '更改', '文件夹', '保存', '立即备份', '校验上次备份', '检查工作区', '进行无损修复'],
  ] as const)(
    'are set, made, verified and used to mend with the keyboard (%s)',
    async (language, theme, change, folder, save, run, verify, examine, mend) => {
      const backups = join(site.folder, `backups-${language}`);
      const window = await site.open({ language, theme, height: 1400 });
      const { page, keyboard } = window;
      await keyboard.press('Alt+4');
      const panel = page.getByTestId('backups');
      const press = async (name: string, within = panel) => {
        const button = within.getByRole('button', { name, exact: true });
        await focusOn(button);
        await keyboard.press('Enter');
      };
      await press(change);
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(folder).fill('relative');
      await press(save, dialog);
      await dialog.getByRole('alert').waitFor();
      await dialog.getByLabel(folder).fill(backups);
      // While the dialog fades in, its text has less contrast.
      await page.waitForFunction(() =>
        document.getAnimations().every(({ playState }) => playState !== 'running'),
      );
      expect(await window.seriousViolations()).toEqual([]);
      await press(save, dialog);
      await dialog.waitFor({ state: 'detached' });
      await panel.getByText(backups).waitFor();
      await press(run);
      await panel.getByTestId('backup-outcome').waitFor();
      // The due one may have been made before it.
      expect((await readdir(join(backups, 'generations'))).length).toBeGreaterThan(0);
      await press(verify);
      await panel.getByRole('button', { name: verify }).waitFor();
      await panel.getByTestId('backup-outcome').waitFor();
      expect(await window.seriousViolations()).toEqual([]);

      const [{ artifacts }] = readRecords<{ artifacts: string }>(
        site.workspace,
        'select artifacts from results where artifacts is not null limit 1',
      ) as [{ artifacts: string }];
      const { sha256 } = JSON.parse(artifacts).finalMap as { sha256: string };
      await rm(join(site.workspace, 'artifacts', sha256.slice(0, 2), `${sha256}.png`));
      const doctor = page.getByTestId('doctor');
      await press(examine, doctor);
      await doctor.getByRole('listitem').first().waitFor();
      await doctor.getByText(`${sha256}.png`).waitFor();
      expect(await window.seriousViolations()).toEqual([]);
      await page.getByTestId('retention').screenshot({ path: join(PICTURES, `retention-${theme}.png`) });
      await doctor.screenshot({ path: join(PICTURES, `doctor-${theme}.png`) });
      await panel.screenshot({ path: join(PICTURES, `backups-${theme}.png`) });
      await press(mend, doctor);
      await expect
        .poll(async () => (await readdir(join(site.workspace, 'artifacts', sha256.slice(0, 2)))).join(' '))
        .toContain(`${sha256}.png`);
      await doctor.getByRole('list').waitFor();
      const events = readRecords<{ action: string; inspector: string }>(
        site.workspace,
        `select action, inspector from audit_events where subject in ('backup', 'workspace') and action in ('made', 'mended') order by id desc limit 2`,
      );
      expect(events).toEqual([
        { action: 'mended', inspector: expect.any(String) },
        { action: 'made', inspector: 'Ada' },
      ]);
      expect(window.complaints).toEqual([]);
      await window.close();
    },
  );
});
