import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn } from './focus.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

describeInChromium('results with second opinions', () => {
  let compared: { readonly batchId: number; readonly runId: number };
  let alone: { readonly batchId: number; readonly runId: number };
  const site = makeSite(async (workspace) => {
    const rest = { images: 12, reviewed: 0, failed: 0 };
    compared = await addSyntheticBatch(workspace, { ...rest, name: 'Compared', opinions: true });
    alone = await addSyntheticBatch(workspace, { ...rest, name: 'Alone' });
  });

  const withRegions = (runId: number) =>
    readRecords<{ imageId: number }>(
      site.workspace,
      `select image_id as imageId from results where run_id = ? and id in (select result_id from regions)`,
      runId,
    )[0]!.imageId;

  async function openFound(
    window: WorkstationWindow,
    { batchId, runId }: typeof compared,
  ): Promise<ReviewPage> {
    const { page } = window;
    await page.goto(new URL(`/#/review/${batchId}/${withRegions(runId)}`, page.url()).href);
    const review = new ReviewPage(window);
    await review.settled();
    return review;
  }

  it('show the map of each opinion by its key, one at a time, and what was fused under the old one', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const review = await openFound(window, compared);
    const pressed = () => page.locator('fieldset [aria-pressed=true]').allTextContents();
    expect(await pressed()).toContain('Fused');
    const pictures = [await review.steadyPicture()];
    for (const [key, name] of [
      ['Shift+L', /^Language 0\.\d\d$/],
      ['Shift+B', /^Batch [01]\.\d\d$/],
      ['Shift+R', /^References [01]\.\d\d$/],
      ['h', /^Final$/],
    ] as const) {
      await keyboard.press(key);
      const button = page.getByRole('button', { name, pressed: true });
      await button.waitFor();
      const maps = (await pressed()).filter((text) => !/Mask|Annotations/.test(text));
      expect(maps).toEqual([expect.stringMatching(name)]);
      await expect.poll(async () => pictures.at(-1)!.equals(await review.picture())).toBe(false);
      pictures.push(await review.steadyPicture());
    }
    expect(await window.seriousViolations()).toEqual([]);
    await window.close();
  });

  it('say which opinion found a region, what each says of the image, and what it was compared with', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await openFound(window, compared);
    await keyboard.press('.');
    const found = page.getByTestId('found-by');
    await expect
      .poll(() => found.textContent())
      .toMatch(/^Found by: batch [01]\.\d\d · references [01]\.\d\d · language 0\.\d\d$/);
    const opinions = page.getByRole('region', { name: 'Opinions' });
    const rows = await opinions.getByRole('row').allTextContents();
    expect(rows.slice(1).map((text) => text.replace(/[01]\.\d\d/, ' '))).toEqual([
      'Language 20%',
      'Batch 30%',
      'References 50%',
    ]);
    expect(await opinions.getByTestId('compared-with').textContent()).toBe(
      'Compared with 24 images of the batch, 8 references, and 1 harmless mark',
    );
    await window.close();
  });

  it('are stepped through from opinion to opinion until they are one map', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await openFound(window, compared);
    await keyboard.press('v');
    const title = page.getByRole('region', { name: 'Step through the pipeline' }).locator('strong');
    const titles: string[] = [];
    for (let step = 1; step <= 6; step++) {
      await expect.poll(() => title.textContent()).toMatch(new RegExp(`^${step} / `));
      titles.push((await title.textContent())!.replace(/^.* · /, ''));
      await keyboard.press('ArrowRight');
    }
    expect(titles).toEqual([
      'Image',
      'Opinion: language',
      'Opinion: batch',
      'Opinion: references',
      'Fused',
      'Prompts',
    ]);
    await window.close();
  });

  it('come in the order in which their opinions disagree', async () => {
    const window = await site.open();
    const { page } = window;
    const review = await openFound(window, compared);
    await page.getByRole('combobox', { name: 'Order' }).click();
    await page.getByRole('option', { name: 'Most disagreement first' }).click();
    const wanted = readRecords<{ imageId: number }>(
      site.workspace,
      'select image_id as imageId from results where run_id = ? order by disagreement desc, image_id',
      compared.runId,
    ).map(({ imageId }) => imageId);
    await expect
      .poll(async () => (await review.itemsInSight()).map(({ imageId }) => imageId))
      .toEqual(wanted.slice(0, (await review.itemsInSight()).length));
    await window.close();
  });

  it('leave one’s choice of map alone where there is none of it: results without look as they always did', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await openFound(window, compared);
    await keyboard.press('Shift+R');
    await page.getByRole('button', { name: /^References/, pressed: true }).waitFor();
    await openFound(window, alone);
    await page.getByRole('button', { name: 'CLIP map', pressed: true }).waitFor();
    expect(await page.getByRole('group', { name: 'Opinions' }).count()).toBe(0);
    expect(await page.getByRole('region', { name: 'Opinions' }).count()).toBe(0);
    await page.getByRole('combobox', { name: 'Order' }).click();
    expect(await page.getByRole('option', { name: 'Most disagreement first' }).count()).toBe(0);
    await keyboard.press('Escape');
    await openFound(window, compared);
    await page.getByRole('button', { name: /^References/, pressed: true }).waitFor();
    await window.close();
  });

  it('are asked for in the form of a recipe, which says how they are formed and weighed', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await page.locator(`#batch-${alone.batchId}`).click();
    await keyboard.press('e');
    await page.getByRole('button', { name: 'Edit the recipe' }).click();
    const form = page.getByRole('dialog', { name: 'Recipe', exact: true });
    await focusOn(form.getByRole('switch', { name: 'Compare with the batch' }));
    await keyboard.press('Space');
    await focusOn(form.getByRole('radio', { name: 'Fixed' }));
    await keyboard.press('Space');
    await form.getByRole('textbox', { name: 'Language' }).fill('20');
    await form.getByRole('textbox', { name: 'Search window' }).fill('6');
    expect(await window.seriousViolations()).toEqual([]);
    await form.getByRole('button', { name: /^Save as a/ }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    const stored = () =>
      readRecords<{ recipe: string }>(
        site.workspace,
        'select r.json as recipe from recipes r join batches b on b.recipe_hash = r.hash where b.id = ?',
        alone.batchId,
      ).map(({ recipe }) => JSON.parse(recipe).opinions);
    await expect.poll(stored).toEqual([
      {
        consensus: 'automatic',
        references: 'automatic',
        tokens: 'automatic',
        alignment: 'automatic',
        rotations: false,
        window: 6,
        weights: { language: 0.2, consensus: 0.33, references: 0.33 },
      },
    ]);
    await window.close();
  });
});
