import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createSession, type Tensor, type Tensors } from '../../src-main/inference/ort.ts';
import { type NpyArray, readNpy } from './npy.ts';

/** Path of a twin's file, such as `clip-b16/vision_model.onnx`. */
export function twinFile(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** What PyTorch gave for a twin: `block3_224` of `clip-b16`; see README.md for what of it is kept. */
export function expectedOf(twin: string, name: string): NpyArray {
  return readNpy(twinFile(`${twin}/expected/${name}.npy`));
}

/** Reads a twin's JSON file. */
export function twinJson<T>(path: string): T {
  return JSON.parse(readFileSync(twinFile(path), 'utf8')) as T;
}

/** The input that all references were made with, [batch, 3, height, width], already normalised. */
export function referenceInput(height: number, width = height, batch = 1): Tensor {
  const data = new Float32Array(batch * 3 * height * width);
  let at = 0;
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < 3; c++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          data[at++] = ((7919 * c + 104729 * y + 1299709 * x + 31 * b) % 2003) / 1001.5 - 1;
  return { type: 'float32', dims: [batch, 3, height, width], data };
}

/** Runs a graph once on the CPU. */
export async function runOnce(
  model: string | Uint8Array,
  feeds: Tensors,
  outputs?: readonly string[],
): Promise<Tensors> {
  const session = await createSession(model, { device: 'cpu', threads: 2 });
  try {
    return await session.run(feeds, outputs);
  } finally {
    await session.release();
  }
}

/** Every `step`-th row of the last axis but one, and every `column`-th element of the last: what the copies keep. */
export function everyNth(tensor: Tensor | undefined, row: number, column = 1): NpyArray {
  if (tensor?.type !== 'float32') throw new TypeError(`float32 expected, found ${tensor?.type ?? 'nothing'}`);
  const rows = tensor.dims.at(-2)!;
  const columns = tensor.dims.at(-1)!;
  const data = tensor.data.filter(
    (_, at) => (Math.floor(at / columns) % rows) % row === 0 && (at % columns) % column === 0,
  );
  const dims = [...tensor.dims.slice(0, -2), Math.ceil(rows / row), Math.ceil(columns / column)];
  return { dims, data };
}

/** Compares value by value; `tolerance` is of the difference itself. */
export function expectNear(
  actual: { readonly dims: readonly number[]; readonly data: Tensor['data'] } | undefined,
  expected: NpyArray,
  tolerance: number,
): void {
  expect(actual?.dims).toEqual(expected.dims);
  let worst = 0;
  for (const [at, value] of expected.data.entries()) {
    const difference = Math.abs(Number(actual!.data[at]) - value);
    // Not a number is not near.
    if (!(difference <= worst)) worst = difference;
  }
  expect(worst).toBeLessThan(tolerance);
}
