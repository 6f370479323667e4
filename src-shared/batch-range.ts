import { z } from 'zod';
import { type SampleRange, sampleRangeSchema } from './sample-range.ts';

/** Whole numbers and floating point have nothing in common: a batch has a range for each. */
export const SAMPLE_KINDS = ['integer', 'float'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** What is black and white in images of more than 8 bits whose files do not say; null: there was no such image. */
export type SampleRanges = Readonly<Record<SampleKind, SampleRange | null>>;
export const NO_RANGES: SampleRanges = { integer: null, float: null };
export const sampleRangesSchema: z.ZodType<SampleRanges> = z.object({
  integer: sampleRangeSchema.nullable(),
  float: sampleRangeSchema.nullable(),
});

/** A range of a batch, and where it is from. */
export type BatchRange = SampleRange & {
  /** Measured on so many of the batch's first images; null: somebody set it. */
  readonly images: number | null;
  /** Who set it; null: it was measured. */
  readonly setBy: string | null;
};
export type BatchRanges = Readonly<Record<SampleKind, BatchRange | null>>;
const batchRangeSchema: z.ZodType<BatchRange> = z
  .object({
    low: z.number(),
    high: z.number(),
    images: z.int().min(1).nullable(),
    setBy: z.string().nullable(),
  })
  .readonly();
export const batchRangesSchema: z.ZodType<BatchRanges> = z.object({
  integer: batchRangeSchema.nullable(),
  float: batchRangeSchema.nullable(),
});

/** Bits of a range 0 .. 2^bits − 1; null for others. */
export function bitsOf({ low, high }: SampleRange): number | null {
  const bits = Math.log2(high + 1);
  return low === 0 && Number.isInteger(bits) ? bits : null;
}

export function isSameRange(a: SampleRange | null, b: SampleRange | null): boolean {
  return a === b || (a !== null && b !== null && a.low === b.low && a.high === b.high);
}
