import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import { PATIENCE } from '../patience.ts';

/** Folder of a real Triton Inference Server; `.ci/run` installs one there, with ONNX Runtime in our version. */
const HOME = process.env.CLIPSAM_TRITON ?? join(homedir(), '.cache', 'clipsam-triton');
const PROGRAM = join(HOME, 'bin', 'tritonserver-here');

/** Whether Triton is installed; what needs it says so and is skipped. */
export function hasTriton(): boolean {
  const isThere = existsSync(PROGRAM);
  if (!isThere) console.warn(`SKIPPED: a real Triton Inference Server (not installed in ${HOME})`);
  return isThere;
}

/**
 * A busy machine is no failure: models are loaded one after the other, may take long, and are loaded again where Triton took
 * a model's process for dead, which got no time for a second.
 */
const PATIENT = [
  ...['--model-load-thread-count=1', '--model-load-retry-count=5'],
  `--backend-config=python,stub-timeout-seconds=${PATIENCE / 1000}`,
];

interface TritonOptions {
  /** Processor cores that it keeps to, as taskset has them. Default: all. */
  readonly cores?: string;
}

export interface TritonServer {
  readonly http: string;
  /** `host:port` of gRPC. */
  readonly grpc: string;
  /** What it wrote so far. */
  log(): string;
  /** Asks it to end: it takes the memory that it shares with its models away. */
  stop(): Promise<void>;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
}

/** Serves model repositories until it is ended; ready when this returns. Only the python backend is there. */
export async function runTriton(
  repositories: readonly string[],
  { cores }: TritonOptions = {},
): Promise<TritonServer> {
  const [httpPort, grpcPort] = [await freePort(), await freePort()];
  const program = cores === undefined ? [PROGRAM] : ['taskset', '-c', cores, PROGRAM];
  const child = spawn(
    program[0]!,
    [
      ...program.slice(1),
      ...repositories.map((folder) => `--model-repository=${folder}`),
      ...['--http-address', '127.0.0.1', '--http-port', `${httpPort}`],
      ...['--grpc-address', '127.0.0.1', '--grpc-port', `${grpcPort}`],
      ...['--allow-metrics', 'false', '--exit-timeout-secs', '5', ...PATIENT],
    ],
    // A group of its own: its models are processes that would outlive it.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (written += text));
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const server: TritonServer = {
    http: `http://127.0.0.1:${httpPort}`,
    grpc: `127.0.0.1:${grpcPort}`,
    log: () => written,
    async stop() {
      child.kill('SIGTERM');
      const isGone = await Promise.race([gone.then(() => true), setTimeout(20_000, false, { ref: false })]);
      if (!isGone) await server.kill();
    },
    async kill() {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
      await gone;
    },
  };
  try {
    await untilReady(server, child);
    return server;
  } catch (error) {
    await server.kill();
    throw error;
  }
}

async function untilReady({ http, log }: TritonServer, child: ChildProcess): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    if (child.exitCode !== null || child.signalCode) throw new Error(`Triton ended:\n${log()}`);
    const answer = await fetch(`${http}/v2/health/ready`).catch(() => undefined);
    if (answer?.ok) return;
    await setTimeout(50);
  }
  throw new Error(`Triton is not ready:\n${log()}`);
}
