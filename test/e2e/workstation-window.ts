import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import type { Browser, BrowserContext, Locator, Page, Request } from 'playwright';
import { expect, onTestFinished } from 'vitest';
import { PATIENCE } from '../patience.ts';

/** Where pictures of failed tests go. */
const PICTURES = fileURLToPath(new URL('../../out/e2e/', import.meta.url));

/** The page's processor this many times slower: `CLIPSAM_TEST_THROTTLE=4 npm run test:e2e`. */
const THROTTLE = Number(process.env.CLIPSAM_TEST_THROTTLE ?? 1);

export interface WindowOptions {
  readonly language?: 'en' | 'zh-CN';
  readonly theme?: 'dark' | 'light';
  readonly width?: number;
  readonly height?: number;
  /** Empty: as on the very first visit. */
  readonly inspector?: string;
}

/** Presses keys as an inspector does, by the names that Playwright has for them. */
export class Keyboard {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  /** One after another: `press('g', 'd', 'Control+Enter')`. */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key);
  }

  async hold(key: string, during: () => Promise<void>): Promise<void> {
    await this.#page.keyboard.down(key);
    try {
      await during();
    } finally {
      await this.#page.keyboard.up(key);
    }
  }

  async type(text: string): Promise<void> {
    await this.#page.keyboard.type(text);
  }
}

/** Points at places of an element, given as shares of its width and height. */
export class Pointer {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async click(target: Locator, x: number, y: number): Promise<void> {
    const place = await this.#place(target, x, y);
    await this.#page.mouse.click(place.x, place.y);
  }

  async drag(target: Locator, path: readonly (readonly [number, number])[]): Promise<void> {
    const [first, ...rest] = await Promise.all(path.map(([x, y]) => this.#place(target, x, y)));
    await this.#page.mouse.move(first!.x, first!.y);
    await this.#page.mouse.down();
    for (const { x, y } of rest) await this.#page.mouse.move(x, y, { steps: 4 });
    await this.#page.mouse.up();
  }

  async wheel(target: Locator, x: number, y: number, delta: number): Promise<void> {
    const place = await this.#place(target, x, y);
    await this.#page.mouse.move(place.x, place.y);
    await this.#page.mouse.wheel(0, delta);
  }

  async #place(target: Locator, x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await target.boundingBox();
    if (!box) throw new Error('The element is not on the page.');
    return { x: box.x + x * box.width, y: box.y + y * box.height };
  }
}

/** The workstation's page in a browser profile of its own. */
export class WorkstationWindow {
  readonly page: Page;
  readonly keyboard: Keyboard;
  readonly pointer: Pointer;
  /** What the page complained about: exceptions, console errors, refused resources. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #loading = new Set<Request>();

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    this.keyboard = new Keyboard(page);
    this.pointer = new Pointer(page);
    page.on('pageerror', (error) => this.complaints.push(`${error}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
    page.on('request', (request) => {
      // What the page before was loading ends with it.
      if (request.isNavigationRequest() && request.frame() === page.mainFrame()) this.#loading.clear();
      this.#loading.add(request);
    });
    for (const end of ['requestfinished', 'requestfailed'] as const) {
      page.on(end as 'requestfinished', (request) => void this.#loading.delete(request));
    }
  }

  static async open(browser: Browser, url: string, options: WindowOptions = {}): Promise<WorkstationWindow> {
    const { language = 'en', theme = 'dark', width = 1280, height = 720, inspector = 'Ada' } = options;
    const context = await browser.newContext({
      viewport: { width, height },
      locale: language,
      reducedMotion: 'reduce',
    });
    const state = { state: { inspector, language, theme, bindings: {} }, version: 2 };
    await context.addInitScript((session) => {
      if (!localStorage.getItem('clipsam-session')) localStorage.setItem('clipsam-session', session);
    }, JSON.stringify(state));
    context.setDefaultTimeout(PATIENCE);
    const window = new WorkstationWindow(context, await context.newPage());
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') {
        await window.page.screenshot({ path: join(PICTURES, `${task.name.replace(/\W+/g, '-')}.png`) });
        console.error(`${task.name}: the page complained ${JSON.stringify(window.complaints)}`);
      }
      await context.close();
    });
    if (THROTTLE > 1) {
      const tools = await context.newCDPSession(window.page);
      await tools.send('Emulation.setCPUThrottlingRate', { rate: THROTTLE });
    }
    await window.page.goto(url);
    await window.page.getByRole('navigation').first().waitFor();
    return window;
  }

  /** Waits until nothing is loading any more, and nothing begins to within the next two frames. */
  async quiet(): Promise<void> {
    for (let calm = 0; calm < 2; calm = this.#loading.size === 0 ? calm + 1 : 0) {
      await this.page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))),
      );
    }
  }

  /** As {@link seriousViolationsOf}. */
  seriousViolations(): Promise<string[]> {
    return seriousViolationsOf(this.page);
  }

  /** Every text on the page, seen or read out, but for the names of keys. */
  async texts(): Promise<string[]> {
    return this.page.evaluate(() => {
      const texts: string[] = [];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (!node.parentElement?.closest('kbd, code')) texts.push(node.nodeValue ?? '');
      }
      for (const element of document.querySelectorAll('*')) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) {
          texts.push(element.getAttribute(name) ?? '');
        }
      }
      return texts.map((text) => text.trim()).filter(Boolean);
    });
  }

  /** Texts that look like the key of a text that is not there. */
  async missingTexts(): Promise<string[]> {
    const key = /^[a-z][a-z-]*(?:\.[a-z][\w-]*)+$/;
    return (await this.texts()).filter((text) => key.test(text) && !/\.(?:jpe?g|png)$/.test(text));
  }

  /** Fails when the page complained. */
  async close(): Promise<void> {
    await this.#context.close();
    expect(this.complaints).toEqual([]);
  }
}

/** Violations of WCAG 2 A and AA that axe-core calls serious or critical, one line each. */
export async function seriousViolationsOf(page: Page): Promise<string[]> {
  await transitionsOver(page);
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ['violations'] })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    // Otherwise it opens a page of its own each time, to put the frames' results together.
    .setLegacyMode(true)
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target}\n${failureSummary}`),
    );
}

/** Axe-core would take half-transparent text for text without contrast. What turns for ever is not waited for. */
async function transitionsOver(page: Page): Promise<void> {
  // A menu begins to fade in a frame after it is there.
  await page.waitForTimeout(50);
  await page.evaluate(async () => {
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    await Promise.allSettled(ending.map(({ finished }) => finished));
  });
}
