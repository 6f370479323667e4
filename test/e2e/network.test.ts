import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { scryptPins } from '../../src-main/services/people/pin.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { addInspector } from '../../src-main/store/people.ts';
import { PATIENCE } from '../patience.ts';
import { selfSignedFiles } from '../serve/self-signed.ts';
import { describeInChromium, launchChromium } from './chromium.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import { startWorkstation, type WorkstationProcess } from './workstation-process.ts';
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
    const opened = await openWorkspace(workspace, { create: true });
    const pin = await scryptPins(16).hash('1111');
    await addInspector(opened, { name: 'Eva', role: 'engineer', pin, inspector: 'Ada' });
    await opened.close();
    await mkdir(join(folder.path, 'lot7'));
    for (const kind of ['good', 'chip'])
      await copyFile(join(SAMPLES, kind, '000.jpg'), join(folder.path, 'lot7', `${kind}.jpg`));
    await writeFile(join(folder.path, 'lot7', 'notes.txt'), 'No image.');
    const { cert, key } = await selfSignedFiles(folder.path, ['127.0.0.1']);
    const args = ['--listen', '127.0.0.1:0', '--tls-cert', cert, '--tls-key', key];
    workstation = await startWorkstation({ workspace, args });
    url = await workstation.address();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  async function open(language: 'en' | 'zh-CN'): Promise<Page> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      locale: language,
      reducedMotion: 'reduce',
    });
    onTestFinished(() => context.close());
    const state = { state: { inspector: '', language, theme: 'dark', bindings: {} }, version: 2 };
    await context.addInitScript((session) => {
      if (!localStorage.getItem('clipsam-session')) localStorage.setItem('clipsam-session', session);
    }, JSON.stringify(state));
    context.setDefaultTimeout(PATIENCE);
    const page = await context.newPage();
    await page.goto(url);
    return page;
  }

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
});
