import { onTestFinished } from 'vitest';
import type { OrtTensor } from '../inference/raw-session.ts';
import { runTriton, type TritonServer } from './triton-process.ts';

export { hasTriton } from './triton-process.ts';

/** Serves model repositories until the test ends; ready when this returns. */
export async function startTriton(repositories: readonly string[]): Promise<TritonServer> {
  const server = await runTriton(repositories);
  onTestFinished(() => server.stop());
  return server;
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
