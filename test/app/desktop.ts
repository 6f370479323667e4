import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { build } from 'vite';
import { until } from '../until.ts';
import { app, type BrowserWindow, double, restart } from './electron-double.ts';

export interface StartedDesktop {
  readonly window: BrowserWindow;
  readonly page: Page;
  /** Resolves with the exit code when the program has ended itself. */
  readonly ended: Promise<number>;
  /** Calls a procedure of the router from within the page, through the preload script and a port. */
  call(procedure: string, input?: unknown): Promise<unknown>;
  /** Runs a script in the page; `client` is its client of the router. */
  run(script: string): Promise<unknown>;
  /** Quits where the test has not done so. */
  stop(): Promise<void>;
}

/** A folder for the program's data. */
export function dataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'clipsam-desktop-'));
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

let starts = 0;

/** Runs the program's entry with the given arguments. */
export async function runEntry(options: Partial<typeof double>, args: readonly string[] = []): Promise<void> {
  restart();
  Object.assign(double, options);
  const { argv } = process;
  process.argv = ['electron', ...args, '--device', 'cpu'];
  try {
    // Another address each time: the entry runs anew, everything else stays loaded.
    const entry = fileURLToPath(new URL('../../src-main/app/main.ts', import.meta.url));
    await import(/* @vite-ignore */ `${entry}?start=${++starts}`);
  } finally {
    process.argv = argv;
  }
}

/** Starts the real program in the double and waits for its window. */
export async function startDesktop(
  options: Partial<typeof double> & { readonly folder: string },
  args: readonly string[] = [],
): Promise<StartedDesktop> {
  let exited = false;
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const onExit = () => {
    exited = true;
    resolve(double.exitCodes[0]!);
  };
  await runEntry({ ...options, onExit }, args);
  await until(() => {
    if (double.errorBoxes.length > 0) throw new Error(double.errorBoxes[0]!.join(': '));
    return double.windows[0]?.calls.includes('show');
  });
  const window = double.windows[0]!;
  const client = await pageClient();
  const run = async (script: string) => {
    // A port that both asked for would go to both.
    await until(() => window.hasLine);
    const page = window.page!;
    if (!(await page.evaluate('"client" in globalThis'))) {
      await page.evaluate(client);
      await page.evaluate('connectClient().then((client) => void (globalThis.client = client))');
    }
    return page.evaluate(script);
  };
  return {
    window,
    ended,
    get page() {
      return window.page!;
    },
    run,
    call: (procedure, input) => run(`client.${procedure}(${JSON.stringify(input) ?? ''})`),
    async stop() {
      if (!exited) {
        double.answers = [1];
        app.quit();
        await ended;
      }
      await window.settled();
      for (const name of ['SIGINT', 'SIGTERM', 'uncaughtExceptionMonitor', 'unhandledRejection']) {
        process.removeAllListeners(name);
      }
    },
  };
}

let clientCode: Promise<string> | undefined;

function pageClient(): Promise<string> {
  clientCode ??= bundlePageClient();
  return clientCode;
}

async function bundlePageClient(): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: fileURLToPath(new URL('./page-client.ts', import.meta.url)),
        output: { format: 'iife' },
      },
    },
  });
  const { output } = (Array.isArray(result) ? result[0]! : result) as { output: { code?: string }[] };
  return output[0]!.code!;
}
