import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { openZip } from '../../src-main/files/zip-archive.ts';

/** An array of NumPy's, row-major; half precision is widened. */
export interface NpyArray<Data = Float32Array> {
  readonly dims: readonly number[];
  readonly data: Data;
}

/** Reads a `.npy` file of float32, or of float16, which is widened. */
export function readNpy(path: string): NpyArray {
  const { type, dims, raw } = parse(readFileSync(path), path);
  if (type === '<f4') return { dims, data: new Float32Array(raw) };
  if (type === '<f2') return { dims, data: new Float32Array(new Float16Array(raw)) };
  throw new Error(`${path} holds ${type}, not float32 or float16.`);
}

/** Reads a `.npy` file of int64. */
export function readIds(path: string): NpyArray<BigInt64Array> {
  const { type, dims, raw } = parse(readFileSync(path), path);
  if (type !== '<i8') throw new Error(`${path} holds ${type}, not int64.`);
  return { dims, data: new BigInt64Array(raw) };
}

/** Reads a `.npz` file of float32 arrays, by name. */
export async function readNpz(path: string): Promise<Map<string, NpyArray>> {
  const zip = await openZip(path);
  try {
    const arrays = new Map<string, NpyArray>();
    for (const name of zip.sizes.keys()) {
      const { type, dims, raw } = parse(await buffer(await zip.open(name)), name);
      if (type !== '<f4') throw new Error(`${name} in ${path} holds ${type}, not float32.`);
      arrays.set(name.replace(/\.npy$/, ''), { dims, data: new Float32Array(raw) });
    }
    return arrays;
  } finally {
    zip.close();
  }
}

/** @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html, version 1 */
function parse(file: Buffer, path: string) {
  if (file.toString('latin1', 0, 8) !== '\x93NUMPY\x01\x00') throw new Error(`${path} is no NumPy file.`);
  const start = 10 + file.readUInt16LE(8);
  const header = file.toString('latin1', 10, start);
  const [, type] = /'descr': '([^']+)'/.exec(header)!;
  const [, shape] = /'shape': \(([^)]*)\)/.exec(header)!;
  if (!header.includes("'fortran_order': False")) throw new Error(`${path} is not row-major.`);
  const dims = shape!.split(',').flatMap((size) => (size.trim() ? [Number(size)] : []));
  return { type: type!, dims, raw: new Uint8Array(file.subarray(start)).buffer };
}
