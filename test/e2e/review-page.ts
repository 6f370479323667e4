import type { Locator } from 'playwright';
import { expect } from 'vitest';
import type { WorkstationWindow } from './workstation-window.ts';

/** The screen "Review", in English. */
export class ReviewPage {
  readonly #window: WorkstationWindow;
  readonly images: Locator;
  readonly canvas: Locator;
  readonly saveState: Locator;

  constructor(window: WorkstationWindow) {
    this.#window = window;
    this.images = window.page.getByRole('listbox', { name: 'Images' });
    this.canvas = window.page.getByRole('application');
    this.saveState = window.page.getByTestId('save-state');
  }

  /** The image at hand. */
  get current(): Locator {
    return this.images.getByRole('option', { selected: true });
  }

  async currentId(): Promise<number> {
    return Number((await this.current.getAttribute('id'))!.replace('review-image-', ''));
  }

  /** Goes to an image of the batch that is open, and waits for its result. */
  async open(imageId: number): Promise<void> {
    const { page } = this.#window;
    await page.locator(`#review-image-${imageId}`).click();
    await page.locator(`#review-image-${imageId}[aria-selected=true]`).waitFor();
    await this.settled();
  }

  /** Waits until the result of the selected image is seen and nothing is loading any more. */
  async settled(): Promise<void> {
    const { page } = this.#window;
    const [name] = (await this.current.getAttribute('aria-label'))!.split(/, \d\.\d+ score/);
    await this.canvas.getByRole('img', { name: `${name}: score` }).waitFor();
    await page.waitForURL(`**/${await this.currentId()}`);
    await page.waitForLoadState('networkidle');
  }

  /** Switches a layer with its key and expects that the picture is another one each time. */
  async toggleLayer(key: string, name: string): Promise<void> {
    const button = this.#window.page.getByRole('button', { name, exact: true });
    const before = await button.getAttribute('aria-pressed');
    const picture = await this.picture();
    await this.#window.keyboard.press(key);
    await expect.poll(() => button.getAttribute('aria-pressed')).not.toBe(before);
    await expect.poll(async () => (await this.picture()).equals(picture), { timeout: 5_000 }).toBe(false);
    await this.#window.keyboard.press(key);
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe(before);
  }

  /** What is seen of the image. */
  picture(): Promise<Buffer> {
    return this.canvas.screenshot();
  }
}
