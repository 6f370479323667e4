import { z } from 'zod';
import { failure } from './errors.ts';
import type { RegionSize } from './region-size.ts';
import type { Scale } from './scale.ts';

const limit = z.number().positive().max(1_000_000);

/**
 * What is too small to matter. A region that is smaller than every limit given is "below limit": it is recorded, and does
 * not count for score and verdict.
 */
export const minimumDefectSchema = z
  .strictObject({
    unit: z.enum(['px', 'mm']),
    /** Longest caliper, in the unit. */
    length: limit.optional(),
    /** In square units. */
    area: limit.optional(),
  })
  .refine(({ length, area }) => length !== undefined || area !== undefined, {
    message: 'must say a length or an area',
  });
export type MinimumDefect = z.infer<typeof minimumDefectSchema>;

/** Limits in image pixels; at least one. */
export interface SizeLimits {
  readonly length?: number | undefined;
  readonly area?: number | undefined;
}

/**
 * The limits in image pixels; undefined: everything matters.
 * @throws ClipSamError `conflict` (`scale-missing`) when they are in millimetres and there is no scale
 */
export function sizeLimits(minimum: MinimumDefect | undefined, scale: Scale | null): SizeLimits | undefined {
  if (!minimum) return undefined;
  const { unit, length, area } = minimum;
  if (unit === 'px') return { length, area };
  if (!scale) {
    throw failure(
      'scale-missing',
      'The recipe has a smallest defect in millimetres, and neither the batch nor the recipe says how large a pixel is. Set the scale of the batch (in the window, or with --scale <mm/px>), or give the limit in pixels.',
    );
  }
  const size = scale.millimetresPerPixel;
  return {
    length: length === undefined ? undefined : length / size,
    area: area === undefined ? undefined : area / size ** 2,
  };
}

/** True for what is smaller than every limit given, in pixels. */
export function isBelowLimit(
  { length, area }: Pick<RegionSize, 'length' | 'area'>,
  limits: SizeLimits,
): boolean {
  if (limits.length === undefined && limits.area === undefined) return false;
  return (
    (limits.length === undefined || length < limits.length) &&
    (limits.area === undefined || area < limits.area)
  );
}
