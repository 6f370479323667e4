import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium, launchChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import { startWorkstation, type WorkstationProcess } from './workstation-process.ts';
import { WorkstationWindow } from './workstation-window.ts';

describeInChromium('people', () => {
  let folder: TempFolder;
  let workstation: WorkstationProcess;
  let browser: Browser;
  let workspace: string;

  beforeAll(async () => {
    folder = await makeTempFolder();
    workspace = join(folder.path, 'workspace');
    await addSyntheticBatch(workspace, {
      images: 6,
      reviewed: 0,
      failed: 0,
      pending: 0,
      name: 'Lot 7',
      seed: 'Lot 7',
    });
    [workstation, browser] = await Promise.all([startWorkstation({ workspace }), launchChromium()]);
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  it('sign in with the keyboard once there is an engineer, and do what their role allows', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url, { author: 'Eva' });
    const { page, keyboard } = window;
    const sign = page.getByRole('dialog', { name: 'Sign in' });
    const badge = page.getByTestId('signed-in');
    const panel = page.getByRole('region', { name: 'People' });

    // Nobody has to sign in; the first person is an engineer, who is signed in by that.
    await keyboard.press('Alt+4');
    await panel.getByText('Nobody has to sign in').waitFor();
    expect(await panel.getByLabel('Role', { exact: true }).isDisabled()).toBe(true);
    await panel.getByLabel(/^PIN/).fill('1234');
    await keyboard.press('Enter');
    await panel.getByText('Operators judge').waitFor();
    expect(await badge.textContent()).toBe('Eva Engineer');
    expect(await sign.count()).toBe(0);
    await panel.getByLabel('Name', { exact: true }).fill('Otto');
    await panel.getByLabel(/^PIN/).fill('5678');
    await keyboard.press('Enter');
    await panel.getByLabel('Role of Otto').waitFor();
    expect(await window.seriousViolations()).toEqual([]);

    // A reload keeps who is signed in; one key makes way for the next one.
    await page.reload();
    await badge.waitFor();
    await keyboard.press('Alt+0');
    await sign.waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await page.reload();
    await sign.waitFor();
    expect(await sign.getByLabel('Name').inputValue()).toBe('Eva');
    await sign.getByLabel('Name').selectOption('Otto');
    const pin = sign.getByLabel('PIN', { exact: true });
    for (const text of ['This PIN is not right', 'This PIN is not right', 'This PIN is not right', 'Wait']) {
      await pin.fill('0000');
      await keyboard.press('Enter');
      await sign.getByRole('alert').getByText(text).waitFor();
      await expect.poll(() => pin.inputValue()).toBe('');
    }
    // The wait is over after a second.
    await page.waitForTimeout(1100);
    await pin.fill('5678');
    await keyboard.press('Enter');
    await sign.waitFor({ state: 'detached' });
    expect(await badge.textContent()).toBe('Otto Operator');

    // What is beyond the role is there, disabled, and says why.
    const remove = page.getByRole('button', { name: 'Remove Eva' });
    expect(await remove.isDisabled()).toBe(true);
    expect(await remove.getAttribute('title')).toBe('For engineers');
    expect(await remove.getAttribute('aria-description')).toBe('For engineers');
    expect(await page.getByRole('radio', { name: 'CPU' }).isDisabled()).toBe(true);
    await keyboard.press('Alt+1');
    await page.getByRole('option', { name: 'Lot 7' }).click();
    await page.getByRole('button', { name: 'More' }).click();
    const archive = page.getByRole('menuitem', { name: 'Archive' });
    await archive.waitFor();
    expect(await archive.isDisabled()).toBe(true);
    expect(await archive.textContent()).toContain('For reviewers and engineers');
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Escape', 'Shift+A');
    await page.getByRole('alert').getByText('For reviewers and engineers').waitFor();
    expect(readRecords(workspace, 'select 1 from batches where archived_at is not null')).toEqual([]);

    // A verdict carries the name of who signed in.
    await keyboard.press('Alt+2');
    await page.getByTestId('save-state').waitFor();
    await keyboard.press('u');
    await expect
      .poll(() => readRecords<{ author: string }>(workspace, 'select author from verdicts'))
      .toEqual([{ author: 'Otto' }]);
    expect(await window.missingTexts()).toEqual([]);
    await window.close();
  });

  it('are asked for in Chinese as well, before anything else', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url, {
      language: 'zh-CN',
      theme: 'light',
      author: '',
    });
    const sign = window.page.getByRole('dialog', { name: '登录' });
    await sign.waitFor();
    await sign.getByLabel('姓名').selectOption('Otto');
    expect(await sign.getByRole('option').allTextContents()).toEqual(['Eva，工程师', 'Otto，操作员']);
    expect(await window.seriousViolations()).toEqual([]);
    expect(await window.missingTexts()).toEqual([]);
    await window.close();
  });
});
