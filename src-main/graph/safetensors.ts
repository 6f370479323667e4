import { ClipSamError } from '../../src-shared/errors.ts';

/** A tensor of weights, row-major. */
export interface WeightTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor as read: half-precision values are widened to `data`, `dtype` says how they were stored. */
export interface StoredTensor extends WeightTensor {
  readonly dtype: 'F32' | 'F16';
}

interface Entry {
  readonly name: string;
  readonly dtype: StoredTensor['dtype'];
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

const BYTES = { F32: 4, F16: 2 } as const;
const LARGEST_HALF = 65504;

/**
 * Reads a safetensors file: 8 bytes header length (little-endian), a JSON header with dtype, shape and offsets per
 * tensor, then the values. Everything the format promises is checked, above all that the tensors cover the data
 * exactly, without gap or overlap.
 * @param name what the file is called in errors
 * @throws ClipSamError `model-file-invalid`
 * @see https://github.com/huggingface/safetensors#format
 */
export function readSafetensors(bytes: Uint8Array, name = 'The weights file'): Map<string, StoredTensor> {
  const refuse = (reason: string, cause?: unknown) =>
    new ClipSamError(
      'model-file-invalid',
      `${name} is not a valid safetensors file: ${reason}. Fetch or train it again.`,
      { cause },
    );
  if (bytes.byteLength < 8) throw refuse(`${bytes.byteLength} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const dataStart = 8 + headerLength;
  if (dataStart > bytes.byteLength) {
    throw refuse(`the header claims ${headerLength} bytes, the file has ${bytes.byteLength}`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, dataStart)));
  } catch (cause) {
    throw refuse('the header is not JSON', cause);
  }
  if (!isRecord(header)) throw refuse('the header is not a JSON object');

  const entries = Object.entries(header)
    .filter(([key]) => key !== '__metadata__')
    .map(([key, value]) => toEntry(key, value, refuse))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let covered = 0;
  for (const entry of entries) {
    if (entry.begin !== covered) {
      const problem = entry.begin < covered ? 'overlaps the tensor before it' : 'leaves a gap before it';
      throw refuse(`tensor "${entry.name}" ${problem}`);
    }
    covered = entry.end;
  }
  const available = bytes.byteLength - dataStart;
  if (covered !== available) throw refuse(`its tensors take ${covered} bytes, the file has ${available}`);

  return new Map(
    entries.map(({ name, dtype, shape, begin, end }) => {
      // Copied, because the values need not be aligned in the file; `slice` of a Buffer would be a view.
      const raw = new Uint8Array(bytes.subarray(dataStart + begin, dataStart + end)).buffer;
      const data = dtype === 'F32' ? new Float32Array(raw) : new Float32Array(new Float16Array(raw));
      return [name, { dtype, shape, data }];
    }),
  );
}

/**
 * Writes a safetensors file; tensors in the order of the map, so equal weights give equal bytes.
 * @param options.half stores float16, half the size and about 3 significant digits
 * @param metadata free text kept in the header
 * @throws ClipSamError `input-invalid` when a tensor's values don't fill its shape or don't fit in float16
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, WeightTensor>,
  options: { readonly half: boolean },
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const dtype = options.half ? 'F16' : 'F32';
  const header: Record<string, unknown> = {};
  if (Object.keys(metadata).length > 0) header.__metadata__ = metadata;
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    if (data.length !== elementsOf(shape)) {
      throw new ClipSamError(
        'input-invalid',
        `Tensor "${name}" has ${data.length} values, its shape [${shape}] needs ${elementsOf(shape)}.`,
      );
    }
    if (options.half && data.some((value) => Math.abs(value) > LARGEST_HALF)) {
      throw new ClipSamError('input-invalid', `Tensor "${name}" has values that don't fit in float16.`);
    }
    const begin = end;
    end += data.length * BYTES[dtype];
    header[name] = { dtype, shape, data_offsets: [begin, end] };
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  // Padded with spaces, so that the values start on a multiple of 8.
  const headerLength = Math.ceil(json.length / 8) * 8;
  const out = new Uint8Array(8 + headerLength + end);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerLength), true);
  out.fill(0x20, 8, 8 + headerLength).set(json, 8);
  let at = 8 + headerLength;
  for (const { data } of tensors.values()) {
    const values = options.half ? new Float16Array(data) : data;
    out.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return out;
}

function toEntry(name: string, value: unknown, refuse: (reason: string) => ClipSamError): Entry {
  if (!isRecord(value)) throw refuse(`tensor "${name}" has no description`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (dtype !== 'F32' && dtype !== 'F16') {
    throw refuse(`tensor "${name}" has the type ${String(dtype)}; F32 and F16 are supported`);
  }
  if (!isSizes(shape)) throw refuse(`tensor "${name}" has no valid shape`);
  if (!isSizes(offsets) || offsets.length !== 2) throw refuse(`tensor "${name}" has no valid offsets`);
  const [begin, end] = offsets as [number, number];
  const needed = elementsOf(shape) * BYTES[dtype];
  if (end - begin !== needed) {
    throw refuse(`tensor "${name}" has ${end - begin} bytes, its shape [${shape}] needs ${needed}`);
  }
  return { name, dtype, shape, begin, end };
}

function elementsOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}
