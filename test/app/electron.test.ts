import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, removeFolder } from './desktop.ts';

// The program in a real Electron, where there is one. Nothing here was ever run without it: what the double stands
// in for (sandbox, scheme, context bridge, ports, utility process) is what this is for.

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const ELECTRON = join(ROOT, 'node_modules', 'electron');
const nameFile = join(ELECTRON, 'path.txt');
const program = existsSync(nameFile) ? join(ELECTRON, 'dist', readFileSync(nameFile, 'utf8')) : undefined;
const hasDisplay = process.platform !== 'linux' || !!process.env.DISPLAY || !!process.env.WAYLAND_DISPLAY;
const why =
  program === undefined || !existsSync(program)
    ? "Electron's program is not here (npx install-electron --no fetches it)"
    : hasDisplay
      ? undefined
      : 'there is no display (xvfb-run gives one)';
if (why !== undefined) console.warn(`!!! The desktop program in a real Electron is NOT tested: ${why}.`);

describe.skipIf(why !== undefined)('in a real Electron, the program', () => {
  let folder: string;
  let electron: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    folder = await dataFolder();
    electron = await _electron.launch({
      executablePath: program!,
      args: [
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--user-data-dir=${join(folder, 'user')}`,
        join(ROOT, 'out', 'app', 'main.js'),
        ...['--workspace', join(folder, 'workspace'), '--device', 'cpu'],
      ],
    });
    page = await electron.firstWindow();
    await page.waitForFunction('document.body.textContent.includes("Bundled samples")');
  });
  afterAll(async () => {
    await electron?.close();
    if (folder) await removeFolder(folder);
  });

  it('shows its page under its own scheme, without Node.js', async () => {
    expect(page.url()).toMatch(/^clipsam:\/\/workstation\//);
    const seen = await page.evaluate(`[
      isSecureContext,
      Object.keys(clipsam).length,
      ['require', 'process', 'module', 'Buffer', 'ipcRenderer'].filter((name) => name in globalThis),
    ]`);
    expect(seen).toEqual([true, 7, []]);
    const preferences = await electron.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return (window!.webContents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
    });
    expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false });
  });

  it('serves nothing outside of its window', async () => {
    const statuses = await page.evaluate(`Promise.all(
      ['/..%2fpackage.json', '/%2e%2e/%2e%2e/package.json', '/..%5cmain.js', '/%2fetc/passwd', '/index.html%00']
        .map((path) => fetch(path).then(({ status }) => status, () => 0)))`);
    for (const status of statuses as number[]) expect([0, 400, 404]).toContain(status);
    const elsewhere = await page.evaluate(
      "fetch('https://example.com/').then(() => 'let out', () => 'kept in')",
    );
    expect(elsewhere).toBe('kept in');
  });

  it('goes nowhere and opens no window', async () => {
    await page.evaluate("void (location.href = 'https://example.com/')");
    await page.evaluate("void open('https://example.com/')");
    await page.waitForTimeout(500);
    expect(page.url()).toMatch(/^clipsam:\/\/workstation\//);
    expect(electron.windows()).toHaveLength(1);
  });
});
