import { z } from 'zod';

/**
 * The sample values that mean black and white in files with more than 8 bits per sample. Cameras of 10, 12 and 14
 * bits store their values in 16-bit files: what is white is known to the file, or to its batch, never to one image.
 */
export const sampleRangeSchema = z
  .object({ low: z.number(), high: z.number() })
  .refine(({ low, high }) => low < high, { message: 'low must be below high', path: ['high'] })
  .readonly();
export type SampleRange = z.infer<typeof sampleRangeSchema>;

/** Bits per sample of the cameras that there are. */
const CAMERA_BITS = [8, 10, 12, 14, 16];

/**
 * The range of a batch whose first images have the given lowest and highest samples: what a camera of the fewest
 * bits that holds them all can tell apart, not the values that happen to occur.
 * - Whole numbers: 0 .. 2^b − 1 with b of 8, 10, 12, 14, 16, beyond that 32; where some are negative
 *   −2^(b−1) .. 2^(b−1) − 1.
 * - Floating point: 0 .. 1 when all lie within it. Otherwise the rule of whole numbers as long as none is negative
 *   and all are below 65536 (counts of a camera stored as floating point); else lowest .. highest.
 */
export function rangeFor(
  extremes: readonly { readonly low: number; readonly high: number }[],
  kind: 'integer' | 'float',
): SampleRange {
  const low = Math.min(...extremes.map((one) => one.low));
  const high = Math.max(...extremes.map((one) => one.high));
  if (kind === 'float') {
    if (extremes.length === 0 || (low >= 0 && high <= 1)) return { low: 0, high: 1 };
    if (low < 0 || high > 65_535) return low < high ? { low, high } : { low, high: low + 1 };
  } else if (low < 0) {
    const bits = CAMERA_BITS.find((b) => low >= -(2 ** (b - 1)) && high < 2 ** (b - 1)) ?? 32;
    return { low: -(2 ** (bits - 1)), high: 2 ** (bits - 1) - 1 };
  }
  const bits = CAMERA_BITS.find((b) => high <= 2 ** b - 1) ?? 32;
  return { low: 0, high: 2 ** bits - 1 };
}
