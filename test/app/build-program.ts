import { APP, ensureBuilt, RENDERER } from '../../src-main/serve/built-parts.ts';

/** Builds what Electron's program consists of once, before the tests: two that build at a time would meet. */
export async function setup(): Promise<void> {
  await ensureBuilt(RENDERER, () => {});
  await ensureBuilt(APP, () => {});
}
