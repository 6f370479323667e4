import { join } from 'node:path';
import type { Browser } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { launchChromium } from './chromium.ts';
import { makeTempFolder } from './temp-workspace.ts';
import { startWorkstation } from './workstation-process.ts';
import { WorkstationWindow } from './workstation-window.ts';

/** A workstation with a workspace of its own, and a Chromium: there while the tests of a suite run. */
export class Site {
  /** Around the workspace. */
  folder = '';
  workspace = '';
  browser!: Browser;
  address!: () => Promise<string>;

  async open(...options: WindowOptions): Promise<WorkstationWindow> {
    return WorkstationWindow.open(this.browser, await this.address(), ...options);
  }
}

type WindowOptions =
  Parameters<typeof WorkstationWindow.open> extends [Browser, string, ...infer Rest] ? Rest : never;

/**
 * @param prepare fills the workspace before the workstation starts; without it it has the bundled samples
 * @param args what the workstation is started with besides
 */
export function makeSite(
  prepare?: (workspace: string) => Promise<unknown>,
  args: readonly string[] = [],
): Site {
  const site = new Site();
  const endings: (() => Promise<unknown>)[] = [];
  beforeAll(async () => {
    const folder = await makeTempFolder();
    endings.unshift(() => folder.remove());
    const workspace = join(folder.path, 'workspace');
    const browser = launchChromium();
    endings.unshift(async () => (await browser).close());
    await prepare?.(workspace);
    const workstation = startWorkstation({ workspace, args });
    endings.unshift(async () => (await workstation).stop());
    Object.assign(site, {
      folder: folder.path,
      workspace,
      browser: await browser,
      address: (await workstation).address,
    });
  });
  afterAll(async () => {
    for (const end of endings) await end();
  });
  return site;
}
