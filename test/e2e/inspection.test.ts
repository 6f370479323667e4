import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium, launchChromium } from './chromium.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import { startWorkstation, type WorkstationProcess } from './workstation-process.ts';
import { WorkstationWindow } from './workstation-window.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

describeInChromium('an inspector', () => {
  let folder: TempFolder;
  let workstation: WorkstationProcess;
  let browser: Browser;

  beforeAll(async () => {
    folder = await makeTempFolder();
    [workstation, browser] = await Promise.all([
      startWorkstation({ workspace: folder.path }),
      launchChromium(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  it('says who they are on the first visit, and finds the samples one key from being inspected', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url, { author: '' });
    const { page, keyboard } = window;
    const name = page.getByLabel('Your name');
    await name.fill('Ada Lovelace');
    await keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Inspect 12 images' }).waitFor();
    await keyboard.press('Enter');
    const batches = new BatchesPage(window);
    await batches.waitFor('running');
    await page.getByText(/images\/(s|min)/).waitFor();
    await keyboard.press('p');
    await batches.waitFor('paused');
    await page.getByRole('button', { name: 'Cancel the run' }).click();
    await batches.waitFor('cancelled');
    expect(page.url()).not.toContain('token');
    await window.close();
  });

  it('imports folders and inspects them', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url);
    const batches = new BatchesPage(window);
    await batches.importPaths('Lot 7', [join(SAMPLES, 'tablet'), join(SAMPLES, 'cable')]);
    await batches.inspect();
    await window.close();
  });
});
