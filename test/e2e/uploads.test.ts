import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInChromium, launchChromium } from './chromium.ts';
import { dropOn, makePeopled, openWindow, serveToNetwork, signIn } from './network-site.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import type { WorkstationProcess } from './workstation-process.ts';
import { seriousViolationsOf } from './workstation-window.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/tablet/test/', import.meta.url));

describeInChromium('images that are dropped on the window', () => {
  let folder: TempFolder;
  let workspace: string;
  let workstation: WorkstationProcess;
  let browser: Browser;
  let url: string;
  let lot: string;

  beforeAll(async () => {
    folder = await makeTempFolder();
    workspace = join(folder.path, 'workspace');
    await makePeopled(workspace);
    lot = join(folder.path, 'lot7');
    await mkdir(join(lot, 'chips'), { recursive: true });
    await writeFile(join(lot, 'large.bmp'), bitmap(2000, 1500));
    await copyFile(join(SAMPLES, 'chip', '000.jpg'), join(lot, 'chips', 'chip.jpg'));
    await writeFile(join(lot, 'notes.txt'), 'No image.');
    workstation = await serveToNetwork(folder.path, workspace);
    url = await workstation.address();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  it('go on in the middle of a file after the workstation was killed and started anew', async () => {
    const page = await openWindow(browser, url);
    await signIn(page, 'Otto');
    // Wherever the window is: it shows the new batch.
    await page.goto(new URL('/#/models', url).href);
    await page.locator('[aria-current=page]', { hasText: 'Models' }).waitFor();
    const large = await watchPieces(page, 4, () => workstation.kill());
    await dropOn(page, [lot]);
    await page.getByText('The workstation does not answer').waitFor();
    workstation = await serveToNetwork(folder.path, workspace, workstation.port);
    await page.getByLabel('PIN').waitFor();
    await signIn(page, 'Otto');
    await page.getByText('2 images uploaded.').waitFor();
    await page.getByText('1 file is no image that is read (txt)').waitFor();
    // What was acknowledged is not sent again.
    expect(large.acknowledged[0]).toBeGreaterThan(0);
    const { restartedFrom, acknowledged } = large;
    expect(restartedFrom.length).toBeGreaterThan(0);
    for (const offset of restartedFrom) expect(offset).toBeGreaterThanOrEqual(acknowledged[0]!);
    expect(await seriousViolationsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create and import' }).click();
    await page.getByTestId('import').getByText('2 added').waitFor();
    expect(await contentsBelow(join(workspace, 'uploads'))).toEqual(
      await contentsBelow(lot, (name) => !name.endsWith('.txt')),
    );
  });

  it('go on by themselves when only the line broke, and several files are taken as well', async () => {
    const page = await openWindow(browser, url);
    await signIn(page, 'Otto');
    let broken = 0;
    await page.route('**/uploads/**', async (route) => {
      if (broken++ < 2) await route.abort('connectionreset');
      else await route.continue();
    });
    const files = ['000.jpg', '001.jpg'].map((name) => join(SAMPLES, 'good', name));
    await dropOn(page, files);
    await page.getByText('2 images uploaded.').waitFor();
    expect(broken).toBeGreaterThan(2);
  });
});

/** Watches the pieces of the file that takes several; before the n-th request something happens. */
async function watchPieces(page: Page, n: number, before: () => Promise<void>) {
  const acknowledged: number[] = [];
  const restartedFrom: number[] = [];
  let most = 0;
  let count = 0;
  const offsetOf = (address: string) => Number(new URL(address).searchParams.get('offset'));
  page.on('response', async (response) => {
    if (!response.url().includes('/uploads/') || !response.ok()) return;
    const { offset } = (await response.json()) as { offset: number };
    if (acknowledged.length === 0) most = Math.max(most, offset);
  });
  await page.route('**/uploads/**', async (route) => {
    if (++count === n) {
      acknowledged.push(most);
      await before();
    } else if (count > n && offsetOf(route.request().url()) > 0) {
      restartedFrom.push(offsetOf(route.request().url()));
    }
    await route.continue();
  });
  return { acknowledged, restartedFrom };
}

/** An uncompressed picture of 24 bits a pixel. */
function bitmap(width: number, height: number): Buffer {
  const bytes = Buffer.alloc(54 + 3 * width * height, 0x7f);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.writeUInt32LE(bytes.length - 54, 34);
  for (let at = 54; at < bytes.length; at += 997) bytes[at] = (at * 7) % 251;
  return bytes;
}

/** Names and hashes of the files below a folder, sorted. */
async function contentsBelow(folder: string, holds = (_name: string) => true): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && holds(entry.name));
  const told = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const content = await readFile(join(parentPath, name));
      return `${name} ${createHash('sha256').update(content).digest('hex')}`;
    }),
  );
  return told.sort();
}
