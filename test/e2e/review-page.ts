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

  /** Goes to an image of the batch that is open, and waits for its result. */
  async open(imageId: number): Promise<void> {
    const option = this.#window.page.locator(`#review-image-${imageId}`);
    await option.click();
    await this.settled();
  }

  /** Waits until what is seen belongs to the selected image and nothing is loading any more. */
  async settled(): Promise<void> {
    await this.canvas.getByRole('img', { name: /: score/ }).waitFor();
    await this.#window.page.waitForLoadState('networkidle');
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
