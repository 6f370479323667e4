import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';

const SAMPLE = fileURLToPath(new URL('../../resources/samples/tablet/test/good/000.jpg', import.meta.url));

describeInChromium('deleted batches', () => {
  const site = makeSite(async (workspace) => {
    for (const name of ['Lot 7', 'Lot 8']) {
      await addSyntheticBatch(workspace, {
        images: 40,
        reviewed: 0.5,
        failed: 0,
        pending: 0,
        name,
        seed: name,
        files: [SAMPLE],
      });
    }
  });

  it.each([
    ['en', 'dark', 'Recently deleted', 'Delete for good', 'Cancel'],
    ['zh-CN', 'light', '最近删除', '彻底删除', '取消'],
  ] as const)(
    'are removed for good with the keyboard, after it said what goes (%s)',
    async (language, theme, view, act, cancel) => {
      const name = language === 'en' ? 'Lot 7' : 'Lot 8';
      const of = (table: string) =>
        readRecords<{ n: number }>(site.workspace, `select count(*) as n from ${table}`)[0]!.n;
      const before = { images: of('images'), verdicts: of('verdicts'), batches: of('batches') };
      const files = await readdir(site.folder, { recursive: true });
      const originals = files.filter((file) => file.includes('photos') || file.includes('images'));
      const window = await site.open({ language, theme });
      const { page, keyboard } = window;
      await page.getByRole('option', { name }).click();
      await keyboard.press('Delete');
      await page.getByRole('option', { name }).waitFor({ state: 'detached' });
      await page.getByText(view, { exact: true }).click();
      await page.getByRole('option', { name }).click();
      await keyboard.press('Shift+Delete');
      const dialog = page.getByRole('dialog');
      await dialog
        .getByTestId('purge-counts')
        .getByText(/\b40\b/)
        .first()
        .waitFor();
      const counts = await dialog.getByTestId('purge-counts').getByRole('listitem').allTextContents();
      expect(counts.map((line) => Number(/\d+/.exec(line)?.[0])).slice(0, 3)).toEqual([1, 40, 40]);
      expect(await window.seriousViolations()).toEqual([]);
      // The safe button has the focus: whoever presses Enter by habit loses nothing.
      const focused = (button: string) =>
        dialog.getByRole('button', { name: button }).evaluate((b) => b === document.activeElement);
      await expect.poll(() => focused(cancel)).toBe(true);
      await keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      expect(of('images')).toBe(before.images);

      await keyboard.press('Shift+Delete');
      await dialog.getByTestId('purge-counts').waitFor();
      await expect.poll(() => focused(cancel)).toBe(true);
      await keyboard.press('Tab');
      await expect.poll(() => focused(act)).toBe(true);
      await keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await page.getByRole('option', { name }).waitFor({ state: 'detached' });
      expect(of('images')).toBe(before.images - 40);
      expect(of('batches')).toBe(before.batches - 1);
      expect(of('verdicts')).toBeLessThan(before.verdicts);
      const left = await readdir(site.folder, { recursive: true });
      expect(originals.length).toBeGreaterThan(0);
      expect(originals.filter((file) => !left.includes(file))).toEqual([]);
      const [event] = readRecords<{ inspector: string; new_value: string }>(
        site.workspace,
        `select * from audit_events where action = 'purged' order by id desc limit 1`,
      );
      expect(event?.inspector).toBe('Ada');
      expect(JSON.parse(event!.new_value)).toMatchObject({ images: 40, results: 40 });
      expect(window.complaints).toEqual([]);
      await window.close();
    },
  );
});
