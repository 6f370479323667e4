import type { Notice } from '../../src-shared/notice.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';

export type SampleArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Float32Array
  | Float64Array;

/** Samples as a file holds them, interleaved, row by row. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** Samples per pixel: colours first, then transparency and whatever else. */
  readonly channels: number;
  /** `width × height × channels` values. */
  readonly data: SampleArray;
}

/** How the samples of a picture are stored, and what the file says of their range. */
export interface SampleFormat {
  /** Per sample. */
  readonly bits: number;
  readonly kind: 'integer' | 'float';
  readonly signed: boolean;
  readonly stated: SampleRange | null;
}

/** The range to map by: the file's, else the batch's, else that of the sample type. */
export function chooseRange(
  { bits, kind, signed, stated }: SampleFormat,
  batch: SampleRange | undefined,
): Extract<Notice, { code: 'sample-range' }> {
  const notice = { code: 'sample-range', kind } as const;
  if (stated) return { ...notice, ...stated, source: 'file' };
  if (batch) return { ...notice, ...batch, source: 'batch' };
  if (kind === 'float') return { ...notice, low: 0, high: 1, source: 'type' };
  const low = signed ? -(2 ** (bits - 1)) : 0;
  return { ...notice, low, high: low + 2 ** bits - 1, source: 'type' };
}

/**
 * Maps samples to 8 bits: `low` becomes 0, `high` 255, linearly and rounded; what lies beyond is clipped, and what
 * is no number becomes 0.
 * @param channels which of each pixel's samples are wanted, by index
 * @returns `width × height × channels.length` values, and the share of pixels with a clipped sample
 */
export function mapSamples(
  samples: Samples,
  channels: readonly number[],
  range: SampleRange,
): { readonly data: Uint8Array<ArrayBuffer>; readonly clipped: number } {
  const { data: source, channels: stride } = samples;
  const count = channels.length;
  const pixels = samples.width * samples.height;
  const data = new Uint8Array(pixels * count);
  if (source instanceof Uint16Array && stride === count) {
    const table = tableOf(range);
    for (let i = 0; i < data.length; i++) data[i] = table[source[i]!]!;
  } else {
    for (let from = 0, to = 0; to < data.length; from += stride) {
      for (let i = 0; i < count; i++) data[to++] = toByte(source[from + channels[i]!]!, range);
    }
  }
  return { data, clipped: clippedPixels(samples, channels, range) / pixels };
}

function clippedPixels(
  { data, channels: stride }: Samples,
  channels: readonly number[],
  { low, high }: SampleRange,
): number {
  // Most deep pictures are of the whole range of their type.
  if (data instanceof Uint16Array && low <= 0 && high >= 65_535) return 0;
  let clipped = 0;
  for (let from = 0; from < data.length; from += stride) {
    for (const channel of channels) {
      const value = data[from + channel]!;
      if (value >= low && value <= high) continue;
      clipped++;
      break;
    }
  }
  return clipped;
}

/** What becomes of every sample of 16 bits. */
function tableOf(range: SampleRange): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, value) => toByte(value, range));
}

function toByte(value: number, { low, high }: SampleRange): number {
  if (value >= high) return 255;
  return value > low ? Math.floor(((value - low) * 255) / (high - low) + 0.5) : 0;
}

/** The lowest and highest of the given samples of each pixel; numbers only. 0 and 0 where there are none. */
export function extremesOf(
  { data, channels: stride }: Samples,
  channels: readonly number[],
): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let from = 0; from < data.length; from += stride) {
    for (const channel of channels) {
      const value = data[from + channel]!;
      if (!Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? { low, high } : { low: 0, high: 0 };
}
