import * as ort from 'onnxruntime-node';

/** A tensor of any type that servers take. */
export interface OrtTensor {
  readonly type: 'uint8' | 'float32' | 'float16' | 'int64';
  readonly dims: readonly number[];
  readonly data: Uint8Array | Float32Array | Float16Array | BigInt64Array;
}

/** Runs an ONNX file once on the CPU, by itself: samples go in as they are, which the engine's sessions don't take. */
export async function runRaw(
  model: Uint8Array | string,
  feeds: Readonly<Record<string, OrtTensor>>,
): Promise<Record<string, OrtTensor>> {
  const options = { logSeverityLevel: 4, enableMemPattern: false } as const;
  const session = await (typeof model === 'string'
    ? ort.InferenceSession.create(model, options)
    : ort.InferenceSession.create(model, options));
  try {
    const inputs = Object.entries(feeds).map(([name, { type, data, dims }]) => [
      name,
      new ort.Tensor(type as 'uint8', data as Uint8Array, dims),
    ]);
    const answer = await session.run(Object.fromEntries(inputs));
    return Object.fromEntries(Object.entries(answer).map(([name, tensor]) => [name, plain(tensor)]));
  } finally {
    await session.release();
  }
}

function plain({ type, dims, data }: ort.Tensor): OrtTensor {
  const isHalf = type === 'float16' && ArrayBuffer.isView(data);
  const values = isHalf ? new Float16Array(data.buffer, data.byteOffset, data.length) : data;
  return { type, dims, data: values } as OrtTensor;
}
