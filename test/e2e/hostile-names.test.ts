import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium, launchChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { SCREENS } from './screens.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import { startWorkstation, type WorkstationProcess } from './workstation-process.ts';
import { WorkstationWindow } from './workstation-window.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/samples/tablet/test/good/000.jpg', import.meta.url));
const SCRIPT = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>';
/** As far as a file system takes them: everything but `/` and NUL. */
const FILES = [
  '<img src=x onerror=window.owned=1>.jpg',
  'up ..%2f..%2fetc%2fpasswd.jpg',
  '"quoted" & \'so\'.jpg',
  'two\nlines.jpg',
  '\u202Egpj.exe.jpg',
  `${'long '.repeat(45)}.jpg`,
];

describeInChromium('names that mean harm', () => {
  let folder: TempFolder;
  let workstation: WorkstationProcess;
  let browser: Browser;
  let images: string;
  let batchId: number;

  beforeAll(async () => {
    folder = await makeTempFolder();
    images = join(folder.path, 'photos');
    await mkdir(images);
    for (const file of FILES) await copyFile(SAMPLE, join(images, file));
    const files = FILES.map((file) => join(images, file));
    ({ batchId } = await addSyntheticBatch(join(folder.path, 'workspace'), {
      images: FILES.length,
      name: SCRIPT,
      files,
    }));
    [workstation, browser] = await Promise.all([
      startWorkstation({ workspace: join(folder.path, 'workspace') }),
      launchChromium(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  it.each(SCREENS.map((screen) => [screen.name, screen] as const))(
    'are plain text on %s',
    async (_, screen) => {
      const window = await WorkstationWindow.open(browser, workstation.url);
      await screen.show(window, { batchId });
      expect(await window.page.evaluate(() => 'owned' in globalThis)).toBe(false);
      await window.close();
    },
  );

  it('are imported as they are, and so is what an inspector writes', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url);
    const before = await readFile(SAMPLE);
    await new BatchesPage(window).importPaths(`${SCRIPT} again`, [images]);
    await window.page.getByRole('heading', { name: `${SCRIPT} again` }).waitFor();
    const rows = readRecords<{ path: string }>(
      join(folder.path, 'workspace'),
      'select path from images where batch_id = (select max(id) from batches)',
    );
    expect(rows.map(({ path }) => path).sort()).toEqual(FILES.map((file) => join(images, file)).sort());
    expect((await readdir(images)).sort()).toEqual([...FILES].sort());
    expect(await readFile(join(images, FILES[0]!))).toEqual(before);
    expect(await window.page.evaluate(() => 'owned' in globalThis)).toBe(false);
    await window.close();
  });
});
