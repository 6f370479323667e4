import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Request } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addSyntheticBatch } from '../synthetic-workspace.ts';
import { describeInChromium, launchChromium } from './chromium.ts';
import { recordFrames } from './frames.ts';
import { readRecords } from './records.ts';
import { ReviewPage } from './review-page.ts';
import { SCREENS } from './screens.ts';
import { makeTempFolder, type TempFolder } from './temp-workspace.ts';
import { startWorkstation, type WorkstationProcess } from './workstation-process.ts';
import { WorkstationWindow } from './workstation-window.ts';

const MANY = 20_000;

describeInChromium('results that are there', () => {
  let folder: TempFolder;
  let workstation: WorkstationProcess;
  let browser: Browser;
  let few: { readonly batchId: number; readonly runId: number };
  let many: { readonly batchId: number; readonly runId: number };

  beforeAll(async () => {
    folder = await makeTempFolder();
    many = await addSyntheticBatch(folder.path, { images: MANY, name: 'Many' });
    few = await addSyntheticBatch(folder.path, { images: 40, name: 'Few', reviewed: 0, failed: 0.05 });
    [workstation, browser] = await Promise.all([
      startWorkstation({ workspace: folder.path }),
      launchChromium(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await workstation?.stop();
    await folder?.remove();
  });

  it('are reviewed with the keyboard alone, twenty images in a row', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url);
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
        folder.path,
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
    const window = await WorkstationWindow.open(browser, workstation.url);
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${few.batchId}`, page.url()).href);
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
    for (let i = 0; i < 40 && !(await card.isVisible()); i++) {
      await keyboard.press('d');
      await review.settled();
      await keyboard.press('.');
    }
    const place = (await card.boundingBox())!;
    await window.pointer.drag(review.canvas, [
      [0.3, 0.9],
      [0.35, 0.8],
    ]);
    await expect.poll(() => card.boundingBox()).not.toEqual(place);
    await window.close();
  });

  it('stand in columns whose dividers have a name and obey the keys', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url);
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${few.batchId}`, page.url()).href);
    await new ReviewPage(window).settled();
    const dividers = page.getByRole('separator', { name: 'Column width' });
    expect(await dividers.count()).toBe(2);
    const list = page.getByRole('listbox', { name: 'Images' });
    const before = (await list.boundingBox())!.width;
    await dividers.first().focus();
    await keyboard.press('ArrowRight', 'ArrowRight');
    await expect.poll(async () => (await list.boundingBox())!.width).toBeGreaterThan(before);
    await window.close();
  });

  it.each(['dark', 'light'] as const)('show no serious violation to axe-core: %s', async (theme) => {
    const window = await WorkstationWindow.open(browser, workstation.url, { theme });
    const violations: Record<string, string[]> = {};
    for (const { name, show } of SCREENS) {
      await show(window, few);
      violations[name] = await window.seriousViolations();
    }
    expect(violations).toEqual(Object.fromEntries(SCREENS.map(({ name }) => [name, []])));
    await window.close();
  });

  it.each(['en', 'zh-CN'] as const)('speak the chosen language on every screen: %s', async (language) => {
    const foreign = await textsOfOtherLanguage(language);
    const window = await WorkstationWindow.open(browser, workstation.url, { language });
    for (const { name, show } of SCREENS) {
      await show(window, few);
      expect({ name, missing: await window.missingTexts() }).toEqual({ name, missing: [] });
      const texts = await window.texts();
      expect({ name, foreign: texts.filter((text) => foreign.has(text)) }).toEqual({ name, foreign: [] });
    }
    expect(await window.page.evaluate(() => document.documentElement.lang)).toBe(language);
    await window.close();
  });

  it(`scroll without a task of the page over 100 ms among ${MANY} images`, async () => {
    const window = await WorkstationWindow.open(browser, workstation.url, { width: 1920, height: 1080 });
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${many.batchId}`, page.url()).href);
    const review = new ReviewPage(window);
    await review.settled();
    for (const view of ['strip', 'grid'] as const) {
      if (view === 'grid') await keyboard.press('w');
      await page.locator(`#review-images[data-view=${view}] [role=option]`).first().waitFor();
      await page.waitForLoadState('networkidle');
      const box = (await review.images.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      // The very first lines also compile the code that draws them, which a busy machine takes its time for.
      await page.mouse.wheel(0, 2000);
      await page.waitForLoadState('networkidle');
      let pictures = 0;
      const count = (request: Request) => {
        if (request.url().includes('/media/thumbnail/')) pictures++;
      };
      page.on('request', count);
      const frames = await recordFrames(browser, page, `scroll-${view}`, async () => {
        for (let i = 0; i < 60; i++) {
          await page.mouse.wheel(0, i % 10 === 9 ? 40_000 : 900);
          await page.waitForTimeout(16);
        }
        // Slow enough for the pictures to come meanwhile.
        for (let i = 0; i < 30; i++) {
          await page.mouse.wheel(0, 100);
          await page.waitForTimeout(80);
        }
        for (let i = 0; i < 20; i++) await keyboard.press('PageDown');
        await keyboard.press('End', 'Home');
      });
      page.off('request', count);
      console.log(`${view}: ${JSON.stringify({ ...frames, pictures })}`);
      expect(frames.count).toBeGreaterThan(20);
      expect(frames.longestTask).toBeLessThan(100);
      expect(frames.busiestFrame).toBeLessThan(100);
      await review.picturesShown();
    }
    await window.close();
  });

  it('keep picture, name and marks of an image together wherever one scrolls', async () => {
    const window = await WorkstationWindow.open(browser, workstation.url, { width: 1600, height: 900 });
    const { page, keyboard } = window;
    await page.goto(new URL(`/#/review/${many.batchId}`, page.url()).href);
    const review = new ReviewPage(window);
    await review.settled();
    const seen = new Set<number>();
    const check = async () => {
      await review.picturesShown();
      const items = await review.itemsInSight();
      expect(items.length).toBeGreaterThan(5);
      for (const { imageId, label, text, icons, pictureOf } of items) {
        seen.add(imageId);
        expect(pictureOf).toBe(imageId);
        expect(text.startsWith(label.split(', ')[0]!)).toBe(true);
        const marks = Object.entries(ICONS).filter(([words]) => label.includes(words));
        for (const [, icon] of marks) expect(icons.join(' ')).toContain(icon);
        expect(icons.length).toBe(marks.length);
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
      await review.images.focus();
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
        if (key === 'End') expect(await review.current.getAttribute('aria-posinset')).toBe(`${MANY}`);
        await check();
      }
    }
    expect(seen.size).toBeGreaterThan(100);
    await window.close();
  });
});

/** The mark that stands for the words of a description. */
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

/** Texts of the other language that are no texts of this one. */
async function textsOfOtherLanguage(language: 'en' | 'zh-CN'): Promise<Set<string>> {
  const read = async (of: string) => {
    const all: string[] = [];
    for (const name of ['app', 'batches', 'models', 'review', 'viewer', 'what-if']) {
      const file = new URL(`../../src-renderer/i18n/${of}/${name}.json`, import.meta.url);
      collect(JSON.parse(await readFile(fileURLToPath(file), 'utf8')), all);
    }
    return all;
  };
  const own = new Set(await read(language));
  const other = await read(language === 'en' ? 'zh-CN' : 'en');
  return new Set(other.filter((text) => text.length > 1 && !own.has(text)));
}

function collect(value: unknown, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else for (const inner of Object.values(value as object)) collect(inner, into);
}
