import type { Page } from 'playwright';
import { expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium } from './chromium.ts';
import { focusOn } from './focus.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { makeSite } from './site.ts';

const MANY = 20_000;

describeInChromium('results that are there', () => {
  let few: { readonly batchId: number; readonly runId: number };
  let many: { readonly batchId: number; readonly runId: number };
  const site = makeSite(async (workspace) => {
    many = await addSyntheticBatch(workspace, { images: MANY, name: 'Many' });
    few = await addSyntheticBatch(workspace, { images: 40, name: 'Few', reviewed: 0, failed: 0.05 });
  });

  it('are reviewed with the keyboard alone, twenty images in a row', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await page.getByRole('heading', { name: 'Few' }).waitFor();
    await keyboard.press('Enter');
    const review = new ReviewPage(window);
    const given: { imageId: number; verdict: string; reason: string }[] = [];
    const verdicts = { g: 'accept', r: 'reject', u: 'uncertain' } as const;
    for (let i = 0; i < 20; i++) {
      await review.settled();
      const imageId = await review.currentId();
      const model = /model: (\w+)/.exec((await review.current.getAttribute('aria-label'))!)![1]!;
      const key = (['g', 'r', 'g', 'u'] as const)[i % 4]!;
      const verdict = verdicts[key];
      const overturns =
        (verdict === 'accept' && model === 'Reject') || (verdict === 'reject' && model === 'Accept');
      await keyboard.press(key);
      if (overturns) {
        await page.getByText(/^The model (accepts|rejects) this image\. Why is it/).waitFor();
        await keyboard.type(`reason ${i}`);
        await keyboard.press('Enter');
      }
      given.push({ imageId, verdict, reason: overturns ? `reason ${i}` : '' });
      await expect.poll(() => review.currentId()).not.toBe(imageId);
    }
    const stored = () =>
      readRecords(
        site.workspace,
        `select image_id as imageId, verdict, overturn_reason as reason from verdicts
         where run_id = ? order by id`,
        few.runId,
      );
    expect(new Set(given.map(({ imageId }) => imageId)).size).toBe(20);
    expect(given.some(({ reason }) => reason !== '')).toBe(true);
    expect(stored()).toEqual(given);

    await keyboard.press('Control+z');
    const last = given.at(-1)!;
    await expect.poll(() => review.currentId()).toBe(last.imageId);
    const withdrawn = { imageId: last.imageId, verdict: 'withdrawn', reason: '' };
    await expect.poll(stored).toEqual([...given, withdrawn]);
    await keyboard.press('Control+y');
    await expect.poll(stored).toEqual([...given, withdrawn, last]);

    // The record is there before the window has heard of it: what a reload keeps is what the window knew.
    await expect.poll(() => page.getByRole('button', { name: 'Redo' }).isDisabled()).toBe(true);
    await page.reload();
    await review.settled();
    await keyboard.press('Control+z');
    await expect.poll(stored).toEqual([...given, withdrawn, last, withdrawn]);
    await window.close();
  });

  it('are zoomed with two fingers, and the card of a region goes along with it', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    const [found] = readRecords<{ imageId: number }>(
      site.workspace,
      `select image_id as imageId from results where run_id = ? and id in (select result_id from regions)`,
      few.runId,
    );
    await page.goto(new URL(`/#/review/${few.batchId}/${found!.imageId}`, page.url()).href);
    const review = new ReviewPage(window);
    await review.settled();
    const zoom = page.getByRole('status', { name: 'Zoom' });
    const percent = async () => Number.parseFloat((await zoom.textContent())!);
    const before = await percent();
    const box = (await review.canvas.boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const fingers = await page.context().newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart?: number) =>
      fingers.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: apart === undefined ? [] : [-1, 1].map((side, id) => ({ x: x + side * apart, y, id })),
      });
    await touch('touchStart', 40);
    for (let apart = 50; apart <= 120; apart += 10) await touch('touchMove', apart);
    await touch('touchEnd');
    await expect.poll(percent).toBeCloseTo(before * 3, -1);

    const card = page.getByTestId('region-card');
    await keyboard.press('.');
    const place = (await card.boundingBox())!;
    await window.pointer.drag(review.canvas, [
      [0.3, 0.9],
      [0.35, 0.8],
    ]);
    await expect.poll(() => card.boundingBox()).not.toEqual(place);
    await window.close();
  });

  it('stand in columns whose dividers have a name and obey the keys', async () => {
    const window = await site.open();
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${few.batchId}`, page.url()).href);
    await new ReviewPage(window).settled();
    const dividers = page.getByRole('separator', { name: 'Column width' });
    await expect.poll(() => dividers.count()).toBe(2);
    const list = page.getByRole('listbox', { name: 'Images' });
    const before = (await list.boundingBox())!.width;
    await focusOn(dividers.first());
    await keyboard.press('ArrowRight', 'ArrowRight');
    await expect.poll(async () => (await list.boundingBox())!.width).toBeGreaterThan(before);
    await window.close();
  });

  it(`keep picture, name and icons together wherever one scrolls among ${MANY} images, and draw only those near`, async () => {
    const window = await site.open({ width: 1600, height: 900 });
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${many.batchId}`, page.url()).href);
    const review = new ReviewPage(window);
    await review.settled();
    const seen = new Set<number>();
    const mostDrawn = await countDrawn(page);
    const check = async () => {
      const items = await review.picturesShown();
      expect(items.length).toBeGreaterThan(5);
      for (const { imageId, label, text, icons, pictureOf } of items) {
        seen.add(imageId);
        expect(pictureOf).toBe(imageId);
        expect(text.startsWith(label.split(', ')[0]!)).toBe(true);
        const expected = Object.entries(ICONS).filter(([words]) => label.includes(words));
        for (const [, icon] of expected) expect(icons.join(' ')).toContain(icon);
        expect(icons.length).toBe(expected.length);
      }
    };
    for (const view of ['strip', 'grid'] as const) {
      if (view === 'grid') await keyboard.press('w');
      await page.locator(`#review-images[data-view=${view}] [role=option]`).first().waitFor();
      const fly = async (delta: number) => {
        for (let i = 0; i < 12; i++) await window.pointer.wheel(review.images, 0.5, 0.5, delta);
      };
      await check();
      await fly(2500);
      await check();
      await fly(-700);
      await check();
      await focusOn(review.images);
      for (const key of ['End', 'ArrowUp', 'PageUp', 'Home', 'ArrowDown', 'PageDown', 'PageDown']) {
        const before = await review.currentId();
        await keyboard.press(key);
        await expect.poll(() => review.currentId()).not.toBe(before);
        const id = await review.currentId();
        // What assistive technology hears of is what is seen.
        await expect
          .poll(() => review.images.getAttribute('aria-activedescendant'))
          .toBe(`review-image-${id}`);
        const isInSight = async () => (await review.itemsInSight()).some(({ imageId }) => imageId === id);
        await expect.poll(isInSight).toBe(true);
        if (key === 'End')
          await expect.poll(() => review.current.getAttribute('aria-posinset')).toBe(`${MANY}`);
        await check();
      }
    }
    expect(seen.size).toBeGreaterThan(100);
    // Of 20,000: what is in sight and some lines before and after it.
    expect(await mostDrawn()).toBeLessThan(200);
    await window.close();
  });
});

/** Counts the images that stand in the list whenever it changes. @returns asks for the highest number so far */
async function countDrawn(page: Page): Promise<() => Promise<number>> {
  const most = await page.evaluateHandle(() => {
    const count = { most: 0 };
    const note = () => {
      const drawn = document.querySelectorAll('#review-images [role=option]').length;
      count.most = Math.max(count.most, drawn);
    };
    note();
    new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
    return count;
  });
  return () => most.evaluate((count) => count.most);
}

/** The icon that stands for the words of a description. */
const ICONS: Readonly<Record<string, string>> = {
  Failed: 'tabler-icon-photo-x',
  'model: Accept': 'tabler-icon-circle-check',
  'model: Warn': 'tabler-icon-alert-triangle',
  'model: Reject': 'tabler-icon-circle-x',
  'inspector: Accept': 'tabler-icon-user-check',
  'inspector: Uncertain': 'tabler-icon-user-question',
  'inspector: Reject': 'tabler-icon-user-x',
  overturned: 'tabler-icon-arrows-left-right',
  'false positive': 'tabler-icon-flag-off',
  'missed defect': 'tabler-icon-eye-exclamation',
};
