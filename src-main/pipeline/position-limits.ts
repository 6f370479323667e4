import { type GoodImages, goodLimit, LEAST_LIMIT, median } from './calibration.ts';
import type { TokenScale } from './image-tokens.ts';

/** Up to where tokens are good, position by position of a grid. */
export interface PositionLimits {
  readonly width: number;
  readonly height: number;
  /** For images that are none of the good ones. */
  readonly limits: Float32Array;
  /** For each of the good images, by the others alone. */
  readonly ofOthers: readonly Float32Array[];
}

/** Fewer good images say nothing of single positions. */
export const LEAST_IMAGES = 4;
/** What all positions have in common counts as much as so many images at each: a few images know little of one place. */
const PRIOR_IMAGES = 4;
/** Tokens around a position that count for it, 32 pixels of the square: no part lies exactly as another. */
const REACH: Readonly<Record<TokenScale, number>> = { half: 1, fine: 2 };

/**
 * Limits where good images show the same place at the same token. At each position the unit is how far good tokens go
 * there or next to it, image by image (the mean of references, the median of a crowd), drawn towards the mean over all
 * positions where there are few images. The limit is so many units as the farthest good token has in those of the other
 * images: 0.5 means as far as that one, wherever it is. No limit lies above that of all positions together: a quiet
 * position is looked at more closely, and none less than without.
 * @param maps distances of each good image from the others, all on one grid
 * @param together the limit of all positions together
 * @returns undefined for fewer than {@link LEAST_IMAGES}
 */
export function positionLimits(
  maps: readonly Float32Array[],
  { width, height, scale }: { readonly width: number; readonly height: number; readonly scale: TokenScale },
  who: GoodImages,
  together: number,
): PositionLimits | undefined {
  if (maps.length < LEAST_IMAGES) return undefined;
  const near = maps.map((map) => largestNearby(map, width, height, REACH[scale]));
  const unitsOfOthers = near.map((_, i) =>
    unitsOf(
      near.filter((_, other) => other !== i),
      who,
    ),
  );
  const farthest = maps.map((map, i) => {
    const units = unitsOfOthers[i]!;
    return map.reduce((most, distance, at) => Math.max(most, distance / units[at]!), 0);
  });
  const most = goodLimit(farthest, who);
  const toLimits = (units: Float32Array) =>
    units.map((unit) => Math.max(LEAST_LIMIT, Math.min(together, most * unit)));
  return {
    width,
    height,
    limits: toLimits(unitsOf(near, who)),
    ofOthers: unitsOfOthers.map(toLimits),
  };
}

/** How far good tokens go, position by position. */
function unitsOf(near: readonly Float32Array[], who: GoodImages): Float32Array {
  const own = near[0]!.map((_, at) => {
    const there = near.map((map) => map[at]!);
    return who === 'crowd' ? median(there) : there.reduce((sum, value) => sum + value, 0) / there.length;
  });
  const common = own.reduce((sum, value) => sum + value, 0) / own.length;
  const share = near.length / (near.length + PRIOR_IMAGES);
  return own.map((value) => Math.max(LEAST_LIMIT, share * value + (1 - share) * common));
}

/** At each position the largest value within a square around it. */
function largestNearby(map: Float32Array, width: number, height: number, reach: number): Float32Array {
  const across = map.map((_, at) => {
    const x = at % width;
    const row = at - x;
    let most = 0;
    for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++)
      most = Math.max(most, map[row + u]!);
    return most;
  });
  return across.map((_, at) => {
    const x = at % width;
    const y = (at - x) / width;
    let most = 0;
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
      most = Math.max(most, across[v * width + x]!);
    return most;
  });
}
