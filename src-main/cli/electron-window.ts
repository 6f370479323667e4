import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { APP, ensureBuilt, RENDERER } from '../serve/built-parts.ts';
import { findElectron } from './electron-binary.ts';
import { hasDisplay } from './open-browser.ts';

/** Milliseconds within which an end with an error means that the window never opened. */
const STARTING = 8_000;

/** How it went: the window was opened and closed, or in a few words why it could not be opened. */
export type WindowOutcome =
  | { readonly kind: 'closed'; readonly code: number }
  | { readonly kind: 'impossible'; readonly reason: string };

/**
 * Opens the workstation as a desktop program and waits for its end.
 * @param args what the program is started with
 */
export async function openElectronWindow(
  args: readonly string[],
  say: (line: string) => void,
): Promise<WindowOutcome> {
  if (!hasDisplay()) return impossible('there is no display');
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    return impossible('Electron does not run as root');
  }
  const electron = await findElectron(say);
  if (electron.kind === 'absent') return impossible(`Electron cannot be had: ${electron.reason}`);
  await ensureBuilt(RENDERER, say);
  const folder = await ensureBuilt(APP, say);
  return runProgram(electron.path, [join(folder, APP.marker), ...args]);
}

/** Runs a program until it ends; signals that stop us stop it. */
export async function runProgram(
  path: string,
  args: readonly string[],
  starting = STARTING,
): Promise<WindowOutcome> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const started = performance.now();
  const child = spawn(path, args, { stdio: 'inherit', env });
  // Ctrl-C reaches the child by itself, as every process of the terminal.
  const ignore = () => {};
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', ignore).on('SIGTERM', forward);
  try {
    return await new Promise((resolve) => {
      child.on('error', (error) => resolve(impossible(error.message)));
      child.on('close', (code, signal) => {
        const isEarly = performance.now() - started < starting;
        if (isEarly && code !== 0 && signal !== 'SIGINT' && signal !== 'SIGTERM') {
          resolve(impossible(`Electron ended at once (${signal ?? `code ${code}`})`));
        } else {
          resolve({ kind: 'closed', code: code ?? 1 });
        }
      });
    });
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', forward);
  }
}

function impossible(reason: string): WindowOutcome {
  return { kind: 'impossible', reason };
}
