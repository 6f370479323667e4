import type { Locator } from 'playwright';
import { expect } from 'vitest';
import { pressOn } from './focus.ts';
import type { WorkstationWindow } from './workstation-window.ts';

/** The screen "Batches", in English. */
export class BatchesPage {
  readonly #window: WorkstationWindow;
  /** What is said about the selected batch's run; its state is in `data-state`. */
  readonly run: Locator;

  constructor(window: WorkstationWindow) {
    this.#window = window;
    this.run = window.page.getByTestId('run');
  }

  /** Makes a batch of folders and files of the machine, with the keyboard, and waits until they are imported. */
  async importPaths(name: string, paths: readonly string[]): Promise<void> {
    const { page, keyboard } = this.#window;
    await keyboard.press('i');
    const dialog = page.getByRole('dialog');
    const typed = dialog.getByLabel('Path on the workstation’s machine');
    const content = dialog.getByRole('listbox', { name: 'Folders and images' });
    await expect.poll(() => typed.inputValue()).not.toBe('');
    for (const path of paths) {
      const parent = path.slice(0, path.lastIndexOf('/'));
      await typed.fill(parent);
      await pressOn(typed, 'Enter');
      await content.getByRole('option', { name: path.slice(parent.length + 1), exact: true }).click();
      await pressOn(content, 'Space');
    }
    await dialog.getByLabel('Batch name').fill(name);
    await dialog.getByRole('button', { name: 'Create and import' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByTestId('import').getByText('Imported').waitFor();
  }

  /** Inspects the selected batch and waits for the end. */
  async inspect(): Promise<void> {
    await this.#window.page.getByRole('button', { name: /^Inspect \d+ images?/ }).waitFor();
    await this.#window.keyboard.press('Enter');
    await this.waitFor('done');
  }

  async waitFor(state: string): Promise<void> {
    await this.#window.page.locator(`[data-testid="run"][data-state="${state}"]`).waitFor();
  }
}
