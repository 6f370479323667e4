import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn, pressOn } from './focus.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';
import type { WorkstationWindow } from './workstation-window.ts';

describeInChromium('references', () => {
  const batches: number[] = [];
  const site = makeSite(async (workspace) => {
    for (const partNumber of ['4711', '4712', '4713']) {
      const name = `Lot of ${partNumber}`;
      const made = await addSyntheticBatch(workspace, {
        images: 8,
        name,
        partNumber,
        reviewed: 0,
        failed: 0,
      });
      batches.push(made.batchId);
    }
  });

  async function open(window: WorkstationWindow, batchId: number): Promise<ReviewPage> {
    await window.page.goto(new URL(`/#/review/${batchId}`, window.page.url()).href);
    const review = new ReviewPage(window);
    await review.settled();
    return review;
  }

  /** Accepts the image at hand, whatever the model says, and waits for the next one. */
  async function accept(window: WorkstationWindow, review: ReviewPage): Promise<number> {
    await review.settled();
    const imageId = await review.currentId();
    const isRejected = (await review.current.getAttribute('aria-label'))!.includes('model: Reject');
    await window.keyboard.press('g');
    if (isRejected) {
      await window.page.getByText('Why is it good?').waitFor();
      await window.keyboard.type('dust');
      await window.keyboard.press('Enter');
    }
    await expect.poll(() => review.currentId()).not.toBe(imageId);
    return imageId;
  }

  const counting = (partNumber: string) =>
    readRecords<{ imageId: number }>(
      site.workspace,
      `select image_id as imageId from memory_items where product like ? and kind = 'reference' order by id`,
      `%${partNumber}%`,
    ).map(({ imageId }) => imageId);

  it('are offered after the first accepts, and looked after with the keyboard alone', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const review = await open(window, batches[0]!);
    const accepted: number[] = [];
    for (let i = 0; i < 3; i++) accepted.push(await accept(window, review));
    const offer = page.getByTestId('reference-offer');
    await offer.getByText('3 parts accepted. Use them as references?').waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await focusOn(offer.getByRole('button', { name: 'Use as references' }));
    await keyboard.press('Enter');

    const screen = page.getByTestId('references');
    const grid = screen.getByRole('listbox', { name: 'References' });
    await expect.poll(() => grid.getByRole('option').count()).toBe(3);
    expect(counting('4711').sort()).toEqual(accepted.sort());
    await screen.getByRole('heading', { name: '4711' }).waitFor();
    await expect
      .poll(() =>
        grid.evaluate((list) => [...list.querySelectorAll('img')].every((img) => img.naturalWidth > 0)),
      )
      .toBe(true);
    expect(await window.seriousViolations()).toEqual([]);

    await focusOn(grid);
    await keyboard.press('ArrowRight', ' ', 'ArrowRight', ' ');
    expect(await grid.getByRole('option', { selected: true }).count()).toBe(2);
    await keyboard.press('Delete');
    await page.getByRole('dialog').getByText('Remove 2 from what is remembered?').waitFor();
    // What it would change is listed before it counts.
    await page
      .getByTestId('flips')
      .getByText(/^Model and inspectors agree on \d of 3 now, on \d with it\.$/)
      .waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('Enter');
    await expect.poll(() => grid.getByRole('option').count()).toBe(1);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await keyboard.press('Control+z');
    await expect.poll(() => grid.getByRole('option').count()).toBe(3);
    const history = screen.getByRole('region', { name: 'History' }).getByRole('listitem');
    const lines = (await history.allTextContents()).map((text) => text.replace(/Ada, .*/, ''));
    // Accepting an image teaches that the model's regions in it are harmless.
    expect(lines.filter((text) => !text.includes('learnt from a verdict'))).toEqual([
      'adds 2 references (undoes an earlier change)',
      'removes 2 references',
      'adds 3 references',
    ]);
    await window.close();
  });

  it('are marked and unmarked in Review by one key, which says why an image that was not accepted cannot be one', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const review = await open(window, batches[1]!);
    await keyboard.press('y');
    await review.saying('Accept the image first');
    const imageId = await accept(window, review);
    await review.open(imageId);
    const button = page.getByRole('button', { name: 'Use as reference' });
    await button.waitFor();
    await keyboard.press('y');
    await review.saying('Now a reference of 4712');
    const badge = page.locator(`#review-image-${imageId} .tabler-icon-bookmark-filled`);
    await badge.waitFor();
    expect(await review.current.getAttribute('aria-label')).toContain(', reference');
    await page.getByRole('button', { name: 'Reference', exact: true, pressed: true }).waitFor();
    expect(await window.seriousViolations()).toEqual([]);
    await keyboard.press('y');
    await review.saying('No longer a reference of 4712');
    await badge.waitFor({ state: 'detached' });
    await window.close();
  });

  it('are joined by marks: a false positive keeps its like quiet from then on, and that is said at once', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const [found] = readRecords<{ imageId: number }>(
      site.workspace,
      `select r.image_id as imageId from results r join runs on runs.id = r.run_id
       where runs.batch_id = ? and r.id in (select result_id from regions)`,
      batches[1]!,
    );
    const review = await open(window, batches[1]!);
    await review.open(found!.imageId);
    await keyboard.press('.', 'x');
    await review.saying('its like stays quiet from now on');
    await keyboard.press('Alt+5');
    const screen = page.getByTestId('references');
    await screen.getByText('adds 1 harmless mark (learnt from an annotation)').waitFor();
    const marks = screen.getByRole('listbox', { name: 'Harmless marks' });
    expect(await marks.locator('svg path').first().getAttribute('d')).toMatch(/^M[\d.]+ [\d.]+L.*Z$/);
    expect(await window.seriousViolations()).toEqual([]);
    await window.close();
  });

  it('are not offered again for a product for which they were declined', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const review = await open(window, batches[2]!);
    for (let i = 0; i < 3; i++) await accept(window, review);
    const offer = page.getByTestId('reference-offer');
    await focusOn(offer.getByRole('button', { name: 'Don’t ask again for this product' }));
    await keyboard.press('Enter');
    await offer.waitFor({ state: 'detached' });
    await accept(window, review);
    await page.reload();
    await review.settled();
    await window.quiet();
    expect(await offer.count()).toBe(0);
    await window.close();
  });

  it('are reached from Batches, and by key', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await page.locator(`#batch-${batches[1]}`).click();
    await focusOn(page.getByRole('button', { name: 'More' }));
    await keyboard.press('Enter');
    await pressOn(page.getByRole('menuitem', { name: 'References' }), 'Enter');
    const heading = page.getByTestId('references').getByRole('heading', { name: '4712' });
    await heading.waitFor();
    await keyboard.press('Alt+1');
    await page.locator(`#batch-${batches[1]}`).waitFor();
    await keyboard.press('Alt+5');
    await heading.waitFor();
    await window.close();
  });
});
