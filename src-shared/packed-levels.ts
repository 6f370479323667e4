import { z } from 'zod';
import type { MaskLevel } from './result.ts';

/**
 * Mask levels as JSON text: a mask has thousands of points, and every message between processes would copy
 * them one by one. A string is copied as a whole.
 */
export type PackedLevels = string & { readonly packs: 'mask levels' };
export const packedLevelsSchema = z.custom<PackedLevels>((value) => typeof value === 'string');

export function packLevels(levels: readonly MaskLevel[]): PackedLevels {
  return JSON.stringify(levels) as PackedLevels;
}

/** The reverse of {@link packLevels}. */
export function unpackLevels(packed: PackedLevels): MaskLevel[] {
  return JSON.parse(packed) as MaskLevel[];
}
