import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { takePicture } from './pictures.ts';
import { readRecords } from './records.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

describeInChromium('two inspectors on one batch', () => {
  let batchId = 0;
  const site = makeSite(async (workspace) => {
    ({ batchId } = await addSyntheticBatch(workspace, {
      images: 12,
      reviewed: 0,
      failed: 0,
      pending: 0,
      name: 'Lot 7',
      seed: 'Lot 7',
    }));
  });

  const show = async ({ page }: WorkstationWindow, imageId: number) => {
    await page.goto(new URL(`/#/review/${batchId}/${imageId}`, page.url()).href);
    await page.reload();
    await page.getByTestId('save-state').waitFor();
  };
  const selected = ({ page }: WorkstationWindow) =>
    page.locator('#review-images [aria-selected=true]').getAttribute('id');

  it.each([
    ['en', 'dark'],
    ['zh-CN', 'light'],
  ] as const)(
    'see where the other is, pass by it, and choose between verdicts that cross (%s, %s)',
    async (language, theme) => {
      const [image] = readRecords<{ id: number }>(
        site.workspace,
        `select image_id as id from results where verdict = 'accept' and image_id not in (select image_id from verdicts)
           order by image_id`,
      );
      const id = image!.id;
      const ends = new RegExp(`/${id}$`);
      const ada = await site.open({ inspector: 'Ada', language, theme });
      const bo = await site.open({ inspector: 'Bo', language, theme });
      for (const window of [ada, bo]) await show(window, id);

      // Each is told that the other has the same image open, over it and in the queue.
      for (const { page } of [ada, bo]) {
        await page.getByTestId('open-elsewhere').waitFor();
        await page.locator(`#review-image-${id} [data-testid=open-by]`).waitFor();
      }
      const row = ada.page.locator(`#review-image-${id}`);
      const badge = await row.getByTestId('open-by').locator('bdi').getAttribute('data-names');
      expect(await row.getAttribute('aria-label')).toContain(badge);
      expect(await ada.seriousViolations()).toEqual([]);

      // Bo goes on: what Ada has open is not passed by on her side, but his image is.
      await bo.keyboard.press('d');
      await expect.poll(() => selected(bo)).not.toBe(`review-image-${id}`);
      await ada.page.getByTestId('open-elsewhere').waitFor({ state: 'detached' });
      const boAt = await selected(bo);
      await ada.page.locator(`#${boAt} [data-testid=open-by]`).waitFor();
      await ada.keyboard.press('d');
      await expect.poll(() => selected(ada)).not.toBe(`review-image-${id}`);
      expect(await selected(ada)).not.toBe(boAt);

      // Ada's verdict waits for its reason while Bo judges the same image.
      // The address follows after a rest; before, it is still that of the image.
      for (const { page } of [ada, bo]) await expect.poll(() => page.url()).not.toMatch(ends);
      for (const window of [ada, bo]) await show(window, id);
      await ada.page.getByTestId('open-elsewhere').waitFor();
      await ada.keyboard.press('r');
      await ada.page.locator('#overturn-why').waitFor();
      await bo.keyboard.press('u');
      const crossing = ada.page.getByTestId('crossing');
      await crossing.waitFor();
      await expect.poll(() => crossing.textContent()).toContain('Bo');
      if (language === 'en') await takePicture(ada.page, 'two-inspectors');
      expect(await ada.seriousViolations()).toEqual([]);
      expect(await ada.missingTexts()).toEqual([]);
      const said = () =>
        readRecords<{ inspector: string; verdict: string }>(
          site.workspace,
          `select inspector, verdict from verdicts where image_id = ${id} order by id`,
        );
      expect(said()).toEqual([{ inspector: 'Bo', verdict: 'uncertain' }]);

      // Kept knowingly, hers comes after his.
      await crossing.getByRole('button').first().click();
      await crossing.waitFor({ state: 'detached' });
      await ada.page.locator('#overturn-why').waitFor();
      await ada.page.locator('#overturn-why ~ form input').fill('scratch');
      await ada.keyboard.press('Enter');
      await expect.poll(said).toEqual([
        { inspector: 'Bo', verdict: 'uncertain' },
        { inspector: 'Ada', verdict: 'reject' },
      ]);
      await ada.close();
      await bo.close();
    },
  );
});
