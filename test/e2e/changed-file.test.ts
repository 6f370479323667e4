import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';

describeInChromium('files that became others after their inspection', () => {
  const site = makeSite((workspace) =>
    addSyntheticBatch(workspace, { images: 6, name: 'Lot', reviewed: 0, failed: 0 }),
  );
  const verdicts = () => readRecords(site.workspace, 'select image_id from verdicts');

  /** Another part's picture under the same name, as a camera writes it. */
  const overwrite = async (imageId: number) => {
    const [{ path } = { path: '' }] = readRecords<{ path: string }>(
      site.workspace,
      'select path from images where id = ?',
      imageId,
    );
    const file = join(site.workspace, path);
    await rm(file);
    const picture = { width: 64, height: 48, channels: 3, background: '#808890' } as const;
    await writeFile(file, await sharp({ create: picture }).png().toBuffer());
  };

  it('are not shown and not judged, whether they changed before or while they were looked at', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await page.getByRole('heading', { name: 'Lot' }).waitFor();
    await keyboard.press('Enter');
    const review = new ReviewPage(window);
    await review.settled();
    const looking = await review.currentId();
    await overwrite(looking);
    await keyboard.press('u');
    const said = page.getByText('Changed since it was inspected').first();
    await said.waitFor();
    await page
      .getByText('The file has changed since it was inspected, so its picture is not shown')
      .waitFor();
    await expect.poll(() => page.getByRole('button', { name: 'Uncertain' }).isDisabled()).toBe(true);
    await expect.poll(() => page.getByRole('button', { name: 'Rectangle' }).isDisabled()).toBe(true);
    const markings = await page.getByRole('button', { name: /^Region \d+: / }).all();
    expect(markings.length).toBeGreaterThan(0);
    for (const marking of markings) await expect.poll(() => marking.isDisabled()).toBe(true);
    expect(verdicts()).toEqual([]);

    await keyboard.press('d');
    await expect.poll(() => review.currentId()).not.toBe(looking);
    await review.settled();
    const next = await review.currentId();
    await keyboard.press('u');
    await expect.poll(verdicts).toEqual([{ image_id: next }]);

    const [third] = (await review.itemsInSight()).filter(
      ({ imageId }) => imageId !== looking && imageId !== next,
    );
    await overwrite(third!.imageId);
    await page.reload();
    await page
      .locator(`#review-image-${third!.imageId}`)
      .getByRole('img', { name: /^Changed since/ })
      .waitFor();
    await review.open(third!.imageId);
    await said.waitFor();
    await keyboard.press('u');
    await expect.poll(() => page.getByRole('button', { name: 'Uncertain' }).isDisabled()).toBe(true);
    expect(verdicts()).toHaveLength(1);
  });

  it('are told by the export, which touches nothing that somebody else put into the folder', async () => {
    const { page, keyboard } = await site.open();
    const folder = join(site.folder, 'used');
    await mkdir(folder);
    await writeFile(join(folder, 'results.csv'), 'mine');
    await page.getByRole('heading', { name: 'Lot' }).waitFor();
    await page.getByRole('button', { name: 'Export', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Folder' }).fill(folder);
    const separator = dialog.getByRole('combobox', { name: 'Between cells of CSV' });
    await expect.poll(() => separator.inputValue()).toBe('Comma  ,');
    await separator.click();
    await page.getByRole('option', { name: 'Semicolon' }).click();
    await dialog.getByRole('button', { name: 'Export', exact: true }).click();
    await dialog.getByRole('alert').getByText('results.csv').first().waitFor();
    await dialog.getByLabel('In a new folder there').check();
    await keyboard.press('Enter');
    await dialog.getByText('2 image files have changed since they were inspected').waitFor();
    expect(await readFile(join(folder, 'results.csv'), 'utf8')).toBe('mine');
    const [own] = (await readdir(folder)).filter((name) => name.startsWith('Lot-'));
    const csv = await readFile(join(folder, own!, 'results.csv'), 'utf8');
    expect(csv.split('\r\n', 1)[0]!.split(';')).toContain('file_now');
  });
});
