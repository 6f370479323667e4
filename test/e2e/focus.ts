import type { Locator } from 'playwright';
import { expect } from 'vitest';

/** Focuses what can be used by now: what is disabled takes no focus, and keys would go elsewhere without a word. */
export async function focusOn(target: Locator): Promise<void> {
  await expect.poll(() => target.isEnabled()).toBe(true);
  await target.focus();
}

/** Presses a key on what can be used by now, as {@link focusOn}. */
export async function pressOn(target: Locator, key: string): Promise<void> {
  await expect.poll(() => target.isEnabled()).toBe(true);
  await target.press(key);
}
