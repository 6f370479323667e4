import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { expect, it, onTestFinished } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { noise } from '../inference/tiny-pack.ts';
import { tempFolder } from '../temp-folder.ts';
import { describeInChromium } from './chromium.ts';
import { makePeopled, openWindow, serveToNetwork, signIn } from './network-site.ts';
import { makeSite } from './site.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/tablet/test/', import.meta.url));
/** Bytes a second of a line that is slow enough to be broken on the way. */
const SLOW = 1_000_000;
const SLOW_FILES = 6;

/** Drags files and folders of this machine onto the middle of the page, as a file manager does. */
async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  const send = (type: 'dragEnter' | 'dragOver' | 'drop') =>
    session.send('Input.dispatchDragEvent', { type, x: width / 2, y: height / 2, data });
  await send('dragEnter');
  await send('dragOver');
  await page.getByText('Drop images or folders to make a batch').waitFor();
  // What lies under the pointer is another thing by now.
  await send('dragOver');
  await send('drop');
}

describeInChromium('uploads from a browser', () => {
  const site = makeSite();

  it('a folder that is dropped becomes a batch, with what is below it and without what is no image', async () => {
    const lot = join(site.folder, 'lot 7');
    await mkdir(join(lot, 'inner'), { recursive: true });
    await copyFile(join(SAMPLES, 'chip', '000.jpg'), join(lot, 'chip.jpg'));
    await copyFile(join(SAMPLES, 'good', '000.jpg'), join(lot, 'inner', 'good.jpg'));
    await writeFile(join(lot, 'notes.txt'), 'No image.');
    const window = await site.open();
    const { page } = window;
    await page.getByTestId('batch-list').waitFor();
    await drop(page, [lot]);
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^2 images uploaded\. 1 file is no image that is read/).waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Create and import' }).click();
    await page.getByTestId('import').getByText('2 added').waitFor();
    await page.getByRole('heading', { name: 'lot 7' }).waitFor();

    await drop(page, [join(SAMPLES, 'good', '000.jpg')]);
    await dialog.getByText('1 image uploaded.').waitFor();
    expect(window.complaints).toEqual([]);
    await window.close();
  });

  it('goes on where it was when the workstation is killed, started again and signed in to', async () => {
    const folder = await tempFolder();
    const workspace = join(folder, 'workspace');
    await makePeopled(workspace);
    await mkdir(join(folder, 'lot 8'));
    for (let i = 0; i < SLOW_FILES; i++) {
      const data = Uint8Array.from(noise(1500 * 1500, i + 1), (value) => 128 + 100 * value);
      await writeFile(join(folder, 'lot 8', `${i}.png`), await encodeGrey8(1500, 1500, data));
    }
    let workstation = await serveToNetwork(folder, workspace);
    onTestFinished(() => workstation.kill());
    const page = await openWindow(site.browser, await workstation.address());
    await signIn(page, 'Eva');
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const line = { offline: false, latency: 0, downloadThroughput: -1 };
    await session.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: SLOW });
    const sent: string[] = [];
    const taken = new Set<string>();
    const pieceOf = (url: string) => /\/uploads\/[^/]+\/(.+)$/.exec(url)?.[1];
    page.on('request', (request) => {
      const piece = request.method() === 'PUT' && pieceOf(request.url());
      if (piece) sent.push(piece);
    });
    page.on('response', (response) => {
      const piece = response.request().method() === 'PUT' && pieceOf(response.url());
      if (piece && response.ok()) taken.add(piece);
    });

    await page.getByRole('button', { name: 'New batch' }).first().click();
    const choosing = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Upload a folder' }).click();
    await (await choosing).setFiles(join(folder, 'lot 8'));
    await expect.poll(() => taken.size).toBeGreaterThan(1);
    await workstation.kill();
    const before = new Set(taken);
    await page.getByText('The workstation does not answer').waitFor();

    sent.length = 0;
    workstation = await serveToNetwork(folder, workspace, workstation.port);
    await signIn(page, 'Eva');
    await session.send('Network.emulateNetworkConditions', { ...line, uploadThroughput: -1 });
    await page.getByText(`${SLOW_FILES} images uploaded.`).waitFor();
    // Nothing that had come was sent again.
    expect(sent.filter((piece) => before.has(piece))).toEqual([]);
    expect(sent.length).toBeGreaterThan(0);
    await page.getByRole('button', { name: 'Create and import' }).click();
    await page.getByTestId('import').getByText(`${SLOW_FILES} added`).waitFor();
  });
});
