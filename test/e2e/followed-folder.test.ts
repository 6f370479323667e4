import { appendFile, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { freePort } from '../free-port.ts';
import { describeInChromium } from './chromium.ts';
import { takePicture } from './pictures.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));

describeInChromium('a followed folder', () => {
  const site = makeSite();

  it('is followed from the window: images are inspected as they come, and what waits is named', async () => {
    const camera = join(site.folder, 'camera 1');
    await mkdir(camera);
    const window = await site.open();
    const { page } = window;
    await page.getByTestId('follow-folder').click();
    const dialog = page.getByRole('dialog', { name: 'Follow a folder' });
    await dialog.getByLabel('Folder where images come').fill(camera);
    await dialog.getByLabel('Part number').fill('A-7');
    await dialog.getByRole('button', { name: 'Tell results to a broker (MQTT)' }).click();
    await dialog.getByLabel('Address').fill(`mqtt://127.0.0.1:${await freePort()}`);
    await dialog.getByLabel('Station', { exact: true }).fill('press 3');
    expect(await window.seriousViolations()).toEqual([]);
    await dialog.getByRole('button', { name: 'Follow', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    const bar = page.getByTestId('followed');
    await bar.getByText('Following', { exact: true }).waitFor();
    await bar.getByText('part A-7').waitFor();

    const put = async (from: string, name: string) => {
      await copyFile(join(SAMPLES, from), join(camera, `${name}.part`));
      await rename(join(camera, `${name}.part`), join(camera, name));
    };
    await put('tablet/test/good/000.jpg', '1.jpg');
    await put('tablet/test/chip/000.jpg', '2.jpg');
    await bar.getByText('2 came, 2 inspected, 0 failed').waitFor();
    // Nobody listens at the broker's address: both results are kept for it.
    await bar.getByText(/^The broker is not reached .*; 2 results are kept for it\.$/).waitFor();

    expect(await window.seriousViolations()).toEqual([]);
    await bar.getByRole('button', { name: 'Show batch' }).click();
    await page.getByRole('heading', { name: /^camera 1 \d{4}-\d\d-\d\d$/ }).waitFor();

    const half = await readFile(join(SAMPLES, 'tablet/test/good/000.jpg'));
    await writeFile(join(camera, '3.jpg'), half.subarray(0, half.length / 2));
    await bar.getByText('Not written to its end yet, waited for: 3.jpg (1 in all).').waitFor();
    await takePicture(page, 'followed-folder');
    await appendFile(join(camera, '3.jpg'), half.subarray(half.length / 2));
    await bar.getByText('3 came, 3 inspected, 0 failed').waitFor();
    const rows = readRecords<{ path: string; status: string; part: string }>(
      site.workspace,
      `select images.path, results.status, part_number as part
       from results join images on images.id = image_id join batches on batches.id = batch_id order by images.path`,
    );
    expect(rows).toEqual(
      ['1.jpg', '2.jpg', '3.jpg'].map((name) => ({ path: join(camera, name), status: 'done', part: 'A-7' })),
    );

    await bar.getByRole('button', { name: 'Stop following' }).click();
    await bar.waitFor({ state: 'detached' });
    expect(window.complaints).toEqual([]);
    await window.close();
  });
});
