import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Scale } from '../../src-shared/scale.ts';
import { BatchesPage } from './batches-page.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn } from './focus.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';

/** One image of 640 × 480 pixels with a scratch. */
const SAMPLE = fileURLToPath(new URL('../../resources/samples/machined_metal/test/scratch', import.meta.url));

describeInChromium('sizes', () => {
  const site = makeSite();

  it('are measured with the ruler, told in millimetres of a drawn scale, filtered by, and may be too small to matter', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const batches = new BatchesPage(window);
    await batches.importPaths('Plates', [SAMPLE]);
    await batches.inspect();
    await page.getByText('No scale: sizes are in pixels.').waitFor();
    await keyboard.press('Enter');
    const review = new ReviewPage(window);
    await review.settled();
    const told = page.getByTestId('scale-of-sizes');
    await told.getByText('sizes are in pixels').waitFor();

    // A line by keyboard alone: along a little downwards, and straight with Shift.
    const ruler = page.getByTestId('ruler');
    const length = ruler.getByRole('status');
    await keyboard.press('i');
    await focusOn(review.canvas);
    await keyboard.press(
      'ArrowRight',
      'Enter',
      ...Array<string>(5).fill('Shift+ArrowRight'),
      'Shift+ArrowDown',
    );
    const slanting = await length.textContent();
    await keyboard.press('Shift+Enter');
    await expect.poll(() => length.textContent()).not.toBe(slanting);
    const measured = await length.textContent();
    expect(measured).toMatch(/^[\d.]+ px$/);
    await keyboard.press('+');
    await window.quiet();
    expect(await length.textContent()).toBe(measured);
    expect(await page.getByTestId('ruler-reading').textContent()).toBe(measured);

    await keyboard.press('Tab', 'Tab');
    await keyboard.type('12');
    await keyboard.press('Enter');
    await ruler.getByText(`${measured} · 12 mm`).waitFor();
    await told.getByText('drawn on an image of 640 × 480 pixels').waitFor();
    const [stored] = readRecords<{ scale: string }>(
      site.workspace,
      `select scale from batches where name = 'Plates'`,
    );
    const scale = JSON.parse(stored!.scale) as Scale;
    expect(scale).toMatchObject({ source: 'drawn', imageWidth: 640, imageHeight: 480 });
    // Four digits are shown.
    expect(scale.millimetresPerPixel).toBeCloseTo(12 / Number.parseFloat(measured!), 4);
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Escape');
    await ruler.waitFor({ state: 'detached' });
    await keyboard.press('Escape', 'f');

    const first = page.locator('[data-region]').first();
    expect(await first.textContent()).toMatch(/ mm · [\d.,]+ mm² · ⌀ [\d.]+ mm.* px · [\d.,]+ px² · ⌀/);
    await page.getByRole('button', { name: 'Filter' }).click();
    const panel = page.getByRole('dialog', { name: 'Filter' });
    await panel.getByLabel('Shortest length (mm)').fill('99999');
    await page.getByText('No image matches').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await panel.getByLabel('Shortest length (mm)').fill('0.01');
    await page.getByText('Length from 0.01 mm').waitFor();
    await review.current.waitFor();
    await panel.getByRole('button', { name: 'Clear all filters' }).click();
    await page.getByRole('button', { name: 'Filter', exact: true }).click();
    await panel.waitFor({ state: 'detached' });

    await keyboard.press('Alt+1');
    await page.getByTestId('scale-later').waitFor();
    await keyboard.press('e');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Edit the recipe' }).click();
    const drawer = page.getByRole('dialog', { name: 'Recipe', exact: true });
    await drawer.getByLabel('Length below').fill('0');
    await drawer.getByText('More than 0').waitFor();
    await drawer.getByLabel('Length below').fill('9000');
    await drawer.getByTestId('scale-needed').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await drawer.getByRole('button', { name: 'Save as a recipe' }).click();
    await drawer.waitFor({ state: 'detached' });
    await dialog.getByRole('button', { name: 'Save', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByTestId('scale-later').waitFor();
    await page.getByRole('button', { name: 'Inspect again' }).click();
    await expect
      .poll(() => readRecords(site.workspace, `select id from runs where status = 'done'`).length)
      .toBe(2);

    await keyboard.press('Alt+2');
    await review.settled();
    await page.getByTestId('below-limit').getByText('below the limit and').waitFor();
    const below = page.getByTestId('regions-below-limit');
    await below.getByRole('listitem').first().waitFor();
    await review.toggleLayer('Shift+M', 'Below limit');
    await page.getByRole('button', { name: 'Filter' }).click();
    await panel.getByText('With regions below the limit').click();
    await page.getByRole('button', { name: 'Remove the filter “With regions below the limit”' }).waitFor();
    await keyboard.press('Escape');
    expect(await window.seriousViolations()).toEqual([]);
    expect(window.complaints).toEqual([]);
    const address = page.url();

    const chinese = await site.open({ language: 'zh-CN', theme: 'light' });
    await chinese.page.goto(address);
    await chinese.page.getByRole('region', { name: /^低于限值/ }).waitFor();
    await chinese.keyboard.press('i');
    await chinese.pointer.drag(chinese.page.getByRole('application'), [
      [0.3, 0.4],
      [0.6, 0.5],
    ]);
    await chinese.page.getByTestId('ruler').getByText('设为批次比例尺').waitFor();
    expect(await chinese.seriousViolations()).toEqual([]);
    expect(chinese.complaints).toEqual([]);
    await chinese.close();
    await window.close();
  });
});
