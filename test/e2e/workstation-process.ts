import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src-main/cli/clipsam.js', import.meta.url));

/** The real program: `clipsam serve` in a process of its own. */
export interface WorkstationProcess {
  /** Address with the token. */
  readonly url: string;
  readonly port: number;
  /** What it said on standard error so far. */
  readonly said: () => string;
  /** As a power cut does. */
  kill(): Promise<void>;
  /** As Ctrl-C does. @returns the exit code */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  readonly workspace: string;
  /** The same after a restart, so that the page finds its way back. Default: any free one. */
  readonly port?: number;
  readonly args?: readonly string[];
}

/** Starts it and waits until it serves. */
export async function startWorkstation(options: StartOptions): Promise<WorkstationProcess> {
  const { workspace, port = 0, args = [] } = options;
  const child = spawn(
    process.execPath,
    [CLI, 'serve', '--no-open', '--device', 'cpu', '--workspace', workspace, '--port', `${port}`, ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = endOf(child);
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    void ended.then((code) => reject(new Error(`clipsam serve ended with code ${code}:\n${said}`)));
  });
  return {
    url,
    port: Number(new URL(url).port),
    said: () => said,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
    stop() {
      child.kill('SIGINT');
      return ended;
    },
  };
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.on('close', resolve));
}
