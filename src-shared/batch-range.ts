import { z } from 'zod';
import { type SampleRange, sampleRangeSchema } from './sample-range.ts';

/** Whole numbers and floating point have nothing in common: a batch has a range for each. */
export const SAMPLE_KINDS = ['integer', 'float'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** What is black and white in images of more than 8 bits whose files do not say; null: there was no such image. */
export const sampleRangesSchema = z
  .object({ integer: sampleRangeSchema.nullable(), float: sampleRangeSchema.nullable() })
  .readonly();
export type SampleRanges = z.infer<typeof sampleRangesSchema>;
export const NO_RANGES: SampleRanges = { integer: null, float: null };

/** A range of a batch, and where it is from. */
const batchRangeSchema = z
  .object({
    low: z.number(),
    high: z.number(),
    /** Measured on so many of the batch's first images; null: somebody set it. */
    images: z.int().min(1).nullable(),
    /** Who set it; null: it was measured. */
    setBy: z.string().nullable(),
  })
  .readonly();
export type BatchRange = z.infer<typeof batchRangeSchema>;
export const batchRangesSchema = z
  .object({ integer: batchRangeSchema.nullable(), float: batchRangeSchema.nullable() })
  .readonly();
export type BatchRanges = z.infer<typeof batchRangesSchema>;

/** Bits of a range 0 .. 2^bits − 1; null for others. */
export function bitsOf({ low, high }: SampleRange): number | null {
  const bits = Math.log2(high + 1);
  return low === 0 && Number.isInteger(bits) ? bits : null;
}

export function isSameRange(a: SampleRange | null, b: SampleRange | null): boolean {
  return a === b || (a !== null && b !== null && a.low === b.low && a.high === b.high);
}
