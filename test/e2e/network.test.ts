import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium, launchChromium } from './chromium.ts';
import { makePeopled, openWindow, serveToNetwork, signIn } from './network-site.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import type { WorkstationProcess } from './workstation-process.ts';
import { seriousViolationsOf } from './workstation-window.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/tablet/test/', import.meta.url));

describeInChromium('over a network', () => {
  let folder: TempFolder;
  let workstation: WorkstationProcess;
  let browser: Browser;
  let url: string;

  beforeAll(async () => {
    folder = await makeTempFolder();
    const workspace = join(folder.path, 'workspace');
    await makePeopled(workspace);
    await addSyntheticBatch(workspace, {
      ...{ images: 6, reviewed: 0.5, failed: 0, pending: 0 },
      ...{ name: 'Lot 9', seed: 'Lot 9' },
    });
    await mkdir(join(folder.path, 'lot7'));
    for (const kind of ['good', 'chip'])
      await copyFile(join(SAMPLES, kind, '000.jpg'), join(folder.path, 'lot7', `${kind}.jpg`));
    await writeFile(join(folder.path, 'lot7', 'notes.txt'), 'No image.');
    await mkdir(join(folder.path, 'camera 1'));
    const roots = ['--import-root', join(folder.path, 'camera 1')];
    workstation = await serveToNetwork(folder.path, workspace, 0, roots);
    url = await workstation.address();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  const open = (language: 'en' | 'zh-CN') => openWindow(browser, url, language);

  it('an inspector signs in, uploads a folder, sees its batch, and signs out of every tab', async () => {
    const page = await open('en');
    await page.getByLabel('Name').fill('Eva');
    // Nobody is told who works there.
    expect(await page.getByLabel('Name').evaluate((field) => field.tagName)).toBe('INPUT');
    expect(await seriousViolationsOf(page)).toEqual([]);
    await page.getByLabel('PIN').fill('0000');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('Name or PIN is not right').waitFor();
    await page.getByLabel('PIN').fill('1111');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByTestId('batch-list').waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: '__Host-clipsam',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    });

    await page.getByRole('button', { name: 'New batch' }).first().click();
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Upload a folder' }).click();
    await (await choosing).setFiles(join(folder.path, 'lot7'));
    await page.getByText('2 images uploaded.').waitFor();
    expect(await page.locator('body').textContent()).not.toContain(folder.path);
    expect(await seriousViolationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create and import' }).click();
    await page.getByTestId('import').waitFor();
    await page.getByTestId('import').getByText('2 added').waitFor();

    const second = await page.context().newPage();
    await second.goto(url);
    await second.getByTestId('batch-list').waitFor();
    await page.getByTestId('signed-in').click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByLabel('PIN').waitFor();
    await second.getByLabel('PIN').waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('the sign-in is there in Chinese as well', async () => {
    const page = await open('zh-CN');
    await page.getByLabel('姓名').fill('Eva');
    await page.getByLabel('PIN').fill('1111');
    expect(await seriousViolationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByTestId('batch-list').waitFor();
  });

  it('exports and reports come to the browser as downloads', async () => {
    const page = await open('en');
    await signIn(page, 'Otto');
    await page.getByTestId('batch-list').getByText('Lot 9').click();
    const fetched = async (formats: readonly string[]) => {
      await page.getByRole('button', { name: 'Export', exact: true }).click();
      const dialog = page.getByRole('dialog');
      expect(await dialog.getByLabel('Download to this computer').isChecked()).toBe(true);
      // As the dialog opens with them.
      for (const format of ['csv', 'html'])
        await dialog.locator(`input[type="checkbox"][value="${format}"]`).uncheck();
      for (const format of formats) await dialog.locator(`input[type="checkbox"][value="${format}"]`).check();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        dialog.getByRole('button', { name: 'Export', exact: true }).click(),
      ]);
      await dialog.getByText('The download has begun').waitFor();
      expect(await dialog.textContent()).not.toContain(folder.path);
      expect(await seriousViolationsOf(page)).toEqual([]);
      const path = join(folder.path, download.suggestedFilename());
      await download.saveAs(path);
      await dialog.getByRole('button', { name: 'Close' }).last().click();
      return { name: download.suggestedFilename(), content: await readFile(path, 'latin1') };
    };
    const one = await fetched(['csv']);
    expect(one.name).toMatch(/^Lot 9-\d+-.*\.csv$/);
    expect(one.content.split('\r\n').filter(Boolean)).toHaveLength(7);
    const several = await fetched(['csv', 'xlsx', 'pdf']);
    expect(several.name).toMatch(/^Lot 9-.*\.zip$/);
    for (const name of ['results.csv', 'results.xlsx', 'report.pdf']) expect(several.content).toContain(name);
    expect(several.content).toContain('%PDF-1');
  });

  it('an engineer sees which folders are opened to it, and how that is changed', async () => {
    const page = await open('en');
    await signIn(page, 'Eva');
    await page.getByRole('button', { name: 'Settings' }).click();
    const roots = page.getByTestId('import-roots');
    await roots.getByText('camera 1').waitFor();
    await roots.getByText('--import-root').waitFor();
    expect(await page.getByRole('dialog').textContent()).not.toContain(folder.path);
    expect(await seriousViolationsOf(page)).toEqual([]);
  });
});
