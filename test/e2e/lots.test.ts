import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';

describeInChromium('acceptance sampling', () => {
  let batchId = 0;
  const site = makeSite(async (workspace) => {
    ({ batchId } = await addSyntheticBatch(workspace, {
      images: 24,
      name: 'Delivery',
      reviewed: 0,
      failed: 0,
    }));
  });

  it('plans a lot, judges its sample with the keyboard and decides, in both languages', async () => {
    const ada = await site.open();
    const { page, keyboard } = ada;
    await keyboard.press('Alt+7');
    await page.getByText('No lots yet').waitFor();
    expect(await ada.seriousViolations()).toEqual([]);
    await keyboard.press('n');
    await page.getByLabel('Lot size').fill('150');
    await page.getByRole('combobox', { name: 'Batch that the sample' }).click();
    await page.getByRole('option', { name: /Delivery/ }).click();
    // 150 items at level II: letter F, 20 images; AQL 2.5 has Ac 1, AQL 4 has Ac 2.
    await page.getByText('20 of the batch’s 24 images are drawn at random.').waitFor();
    const row = (name: string) => page.getByTestId('class-table').getByRole('row', { name }).innerText();
    expect((await row('Major')).split(/\s+/)).toEqual(['Major', '2.5', 'Normal', 'F', '20', '1', '2']);
    expect((await row('Minor')).split(/\s+/)).toEqual(['Minor', '4', 'Normal', 'F', '20', '2', '3']);
    await page.getByRole('combobox', { name: 'Inspection level' }).click();
    await page.getByRole('option', { name: 'S-3', exact: true }).click();
    // Letter C: 5 images; the arrow at AQL 4 leads to B, the one at 2.5 is a plan.
    await page.getByText('5 of the batch’s 24 images are drawn at random.').waitFor();
    expect(await row('Minor')).toContain('C, by arrow B');
    expect(await ada.seriousViolations()).toEqual([]);
    await page.getByLabel('Supplier').fill('Nuts & Co');
    await pressOn(page.getByRole('button', { name: 'Draw the sample' }), 'Enter');
    await page.getByTestId('lot-progress').waitFor();
    expect(await page.getByTestId('lot-progress').innerText()).toBe('0 of 5 judged');
    expect(await ada.seriousViolations()).toEqual([]);

    await keyboard.press('v');
    await page.waitForURL(/#\/review\//);
    const review = new ReviewPage(ada);
    for (let judged = 0; judged < 5; judged++) {
      await page.getByText(`Sample of lot 1: ${judged} of 5 judged`).waitFor();
      await review.settled();
      const isRejected = (await review.current.getAttribute('aria-label'))!.includes('model: Reject');
      await keyboard.press('g');
      if (isRejected) {
        await page.getByText('Why is it good?').waitFor();
        await keyboard.type('dust');
        await keyboard.press('Enter');
      }
    }
    await page.getByText('Sample of lot 1: 5 of 5 judged').waitFor();
    const drawn = readRecords<{ image: number }>(site.workspace, 'select image_id as image from lot_images');
    const judged = readRecords<{ image: number }>(site.workspace, 'select image_id as image from verdicts');
    const sorted = (rows: readonly { image: number }[]) =>
      rows.map(({ image }) => image).sort((a, b) => a - b);
    expect(sorted(judged)).toEqual(sorted(drawn));

    await keyboard.press('Alt+7');
    await page.getByTestId('lot-progress').getByText('5 of 5 judged').waitFor();
    await pressOn(page.getByRole('button', { name: 'Accept the lot' }), 'Enter');
    await page.getByText('Accepted (sample said: Accepted)').waitFor();
    expect(await ada.seriousViolations()).toEqual([]);
    await ada.close();

    const bo = await site.open({ inspector: 'Bo', language: 'zh-CN', theme: 'light' });
    await bo.keyboard.press('Alt+7');
    await bo.page.getByText('已接收（当时样本结论：接收）').waitFor();
    expect(await bo.seriousViolations()).toEqual([]);
    expect(await bo.missingTexts()).toEqual([]);
    // Against the sample it takes a word.
    await pressOn(bo.page.getByRole('button', { name: '撤回处置' }), 'Enter');
    await bo.page.getByText('仅凭样本得不出这个结论。').waitFor();
    await bo.close();
    expect(batchId).toBeGreaterThan(0);
  });
});
