import type { Browser, BrowserContext, Page } from 'playwright';
import { onTestFinished } from 'vitest';
import { scryptPins } from '../../src-main/services/people/pin.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { addInspector } from '../../src-main/store/people.ts';
import { PATIENCE } from '../patience.ts';
import { selfSignedFiles } from '../serve/self-signed.ts';
import { startWorkstation, type WorkstationProcess } from './workstation-process.ts';

/** Whose PIN is what; Eva is the engineer. */
export const PINS = { Eva: '1111', Otto: '3333' } as const;

/** Makes a workspace with an engineer and an operator. */
export async function makePeopled(workspace: string): Promise<void> {
  const opened = await openWorkspace(workspace, { create: true });
  const pins = scryptPins(16);
  await addInspector(opened, {
    ...{ name: 'Eva', role: 'engineer', inspector: 'Eva' },
    pin: await pins.hash(PINS.Eva),
  });
  await addInspector(opened, {
    ...{ name: 'Otto', role: 'operator', inspector: 'Eva' },
    pin: await pins.hash(PINS.Otto),
  });
  await opened.close();
}

/** Serves a workspace to a network that is this machine. @param port 0: any free one */
export async function serveToNetwork(
  folder: string,
  workspace: string,
  port = 0,
  more: readonly string[] = [],
): Promise<WorkstationProcess> {
  const { cert, key } = await selfSignedFiles(folder, ['127.0.0.1']);
  const args = ['--listen', `127.0.0.1:${port}`, '--tls-cert', cert, '--tls-key', key, ...more];
  return startWorkstation({ workspace, args });
}

/** A window of another machine, which asks for name and PIN. */
export async function openWindow(
  browser: Browser,
  url: string,
  language: 'en' | 'zh-CN' = 'en',
  theme: 'dark' | 'light' = 'dark',
): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    ...{ ignoreHTTPSErrors: true, locale: language, reducedMotion: 'reduce' },
    viewport: { width: 1440, height: 900 },
  });
  onTestFinished(() => context.close());
  const state = { state: { inspector: '', language, theme, bindings: {} }, version: 2 };
  await context.addInitScript((session) => {
    if (!localStorage.getItem('clipsam-session')) localStorage.setItem('clipsam-session', session);
  }, JSON.stringify(state));
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

/** Signs in, in whatever language the window is. */
export async function signIn(page: Page, name: keyof typeof PINS): Promise<void> {
  await page.locator('form input').first().fill(name);
  await page.locator('form input[type=password]').fill(PINS[name]);
  await page.locator('form button[type=submit]').click();
  await page.getByTestId('signed-in').waitFor();
}
