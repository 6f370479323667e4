import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from '../free-port.ts';
import type { OrtTensor } from '../inference/raw-session.ts';
import { PATIENCE } from '../patience.ts';
import { until } from '../until.ts';

/** Folder of a real Triton Inference Server; `.ci/run` installs one there, with ONNX Runtime in our version. */
const HOME = process.env.CLIPSAM_TRITON ?? join(homedir(), '.cache', 'clipsam-triton');
const PROGRAM = join(HOME, 'bin', 'tritonserver-here');

/** Whether Triton is installed; a test without it says so and is skipped. */
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

export interface TritonServer {
  readonly http: string;
  /** `host:port` of gRPC. */
  readonly grpc: string;
  readonly process: ChildProcess;
  /** What it wrote so far. */
  log(): string;
  /** Ends it at once, as a power cut would. */
  kill(): Promise<void>;
}

/** Serves model repositories until the test ends; ready when this returns. Only the python backend is there. */
export async function startTriton(
  repositories: readonly string[],
  { args = [], port }: { readonly args?: readonly string[]; readonly port?: number } = {},
): Promise<TritonServer> {
  const [httpPort, grpcPort] = [await freePort(), port ?? (await freePort())];
  const child = spawn(
    PROGRAM,
    [
      ...repositories.map((folder) => `--model-repository=${folder}`),
      ...['--http-address', '127.0.0.1', '--http-port', `${httpPort}`],
      ...['--grpc-address', '127.0.0.1', '--grpc-port', `${grpcPort}`],
      ...['--allow-metrics', 'false', '--exit-timeout-secs', '5', ...PATIENT, ...args],
    ],
    // A group of its own: its models are processes that would outlive it.
    { stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  let written = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (written += text));
  let ended = false;
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void gone.then(() => (ended = true));
  const kill = async () => {
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
    await gone;
  };
  onTestFinished(async () => {
    // Asked to end, it takes the memory that it shares with its models away.
    child.kill('SIGTERM');
    const ended = await Promise.race([gone.then(() => true), setTimeout(20_000, false, { ref: false })]);
    if (!ended) await kill();
  });
  const http = `http://127.0.0.1:${httpPort}`;
  await until(async () => {
    if (ended) throw new Error(`Triton ended:\n${written}`);
    const answer = await fetch(`${http}/v2/health/ready`).catch(() => undefined);
    return answer?.ok === true;
  });
  return { http, grpc: `127.0.0.1:${grpcPort}`, process: child, log: () => written, kill };
}

const DATATYPE = { uint8: 'UINT8', float32: 'FP32', float16: 'FP16', int64: 'INT64' } as const;

interface InferAnswer {
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly parameters: { readonly binary_data_size: number };
  }[];
}

/**
 * Asks a model over HTTP with raw tensors, as the protocol's binary extension has it
 * (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md).
 * @throws Error with what the server says
 */
export async function inferOverHttp(
  server: Pick<TritonServer, 'http'>,
  model: string,
  feeds: Readonly<Record<string, OrtTensor>>,
): Promise<Record<string, OrtTensor>> {
  const inputs = Object.entries(feeds).map(([name, { type, dims, data }]) => ({
    name,
    datatype: DATATYPE[type],
    shape: dims,
    parameters: { binary_data_size: data.byteLength },
  }));
  const head = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }));
  const raw = Object.values(feeds).map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  const answer = await fetch(`${server.http}/v2/models/${model}/infer`, {
    method: 'POST',
    headers: {
      'Inference-Header-Content-Length': `${head.length}`,
      'Content-Type': 'application/octet-stream',
    },
    body: Buffer.concat([head, ...raw]),
  });
  if (!answer.ok) throw new Error(await answer.text());
  const body = await answer.arrayBuffer();
  let at = Number(answer.headers.get('Inference-Header-Content-Length'));
  const { outputs } = JSON.parse(Buffer.from(body, 0, at).toString()) as InferAnswer;
  const tensors: Record<string, OrtTensor> = {};
  for (const { name, datatype, shape, parameters } of outputs) {
    const piece = body.slice(at, at + parameters.binary_data_size);
    at += parameters.binary_data_size;
    const isHalf = datatype === 'FP16';
    const data = isHalf ? new Float16Array(piece) : new Float32Array(piece);
    tensors[name] = { type: isHalf ? 'float16' : 'float32', dims: shape, data };
  }
  return tensors;
}
