import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../src-main/cli/clipsam.js', import.meta.url));

/** The real program: `clipsam serve` in a process of its own. */
export interface WorkstationProcess {
  /** A new address that lets one browser in, once. */
  address(): Promise<string>;
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
  const printed = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const address = async () => {
    const { value, done } = await printed.next();
    if (done) throw new Error(`clipsam serve ended with code ${await ended}:\n${said}`);
    return String(value);
  };
  const first = await address();
  let unused: string | undefined = first;
  return {
    async address() {
      const next = unused ?? (await address());
      unused = undefined;
      return next;
    },
    port: Number(new URL(first).port),
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
