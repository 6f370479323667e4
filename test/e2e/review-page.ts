import type { Locator } from 'playwright';
import { expect } from 'vitest';
import type { WorkstationWindow } from './workstation-window.ts';

/** An image as the list shows it. */
export interface ItemInSight {
  readonly imageId: number;
  readonly label: string;
  readonly text: string;
  /** Class names of its icons. */
  readonly icons: readonly string[];
  /** The image whose picture it shows; NaN: none yet. */
  readonly pictureOf: number;
  readonly isLoaded: boolean;
}

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
    await this.#window.quiet();
  }

  /** Waits until the status line says something that stands: what is only said in passing may never be seen. */
  async saying(text: string): Promise<void> {
    await this.#window.page.getByTestId('status-line').getByText(text).waitFor();
  }

  /** What is shown of each image that the list has in sight. */
  itemsInSight(): Promise<ItemInSight[]> {
    return this.images.evaluate((list) => {
      const frame = list.getBoundingClientRect();
      const inSight = [...list.querySelectorAll('[role=option]')].filter((item) => {
        const { top, bottom } = item.getBoundingClientRect();
        return bottom > frame.top && top < frame.bottom;
      });
      return inSight.map((item) => {
        const picture = item.querySelector('img');
        return {
          imageId: Number(item.id.replace('review-image-', '')),
          label: item.getAttribute('aria-label') ?? '',
          text: item.textContent ?? '',
          icons: [...item.querySelectorAll('[aria-hidden] svg')].map((icon) => icon.classList.value),
          pictureOf: Number(/thumbnail\/(\d+)/.exec(picture?.src ?? '')?.[1]),
          isLoaded: picture?.complete === true && picture.naturalWidth > 0,
        };
      });
    });
  }

  /** Waits until every image in sight shows its picture. @returns them, as they were at that moment */
  async picturesShown(): Promise<ItemInSight[]> {
    let items: ItemInSight[] = [];
    const missing = async () => {
      items = await this.itemsInSight();
      return items.filter(({ isLoaded }) => !isLoaded);
    };
    await expect.poll(missing, { interval: 20 }).toEqual([]);
    return items;
  }

  /** Switches a layer with its key and expects that the picture is another one each time. */
  async toggleLayer(key: string, name: string): Promise<void> {
    const button = this.#window.page.getByRole('button', { name, exact: true });
    const before = await button.getAttribute('aria-pressed');
    const picture = await this.steadyPicture();
    await this.#window.keyboard.press(key);
    await expect.poll(() => button.getAttribute('aria-pressed')).not.toBe(before);
    await expect.poll(async () => (await this.picture()).equals(picture)).toBe(false);
    await this.#window.keyboard.press(key);
    await expect.poll(() => button.getAttribute('aria-pressed')).toBe(before);
  }

  /** What is seen of the image once nothing changes it any more. */
  async steadyPicture(): Promise<Buffer> {
    for (let last = await this.picture(); ; ) {
      await this.#window.quiet();
      const next = await this.picture();
      if (next.equals(last)) return next;
      last = next;
    }
  }

  /** What is seen of the image. */
  picture(): Promise<Buffer> {
    return this.canvas.screenshot();
  }
}
