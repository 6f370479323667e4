import { median } from './calibration.ts';
import { NEAREST_SHARE } from './token-distances.ts';
import type { UnitTokens } from './unit-tokens.ts';

/** Below this likeness a batch is of several kinds. */
const ONE_KIND = 0.95;

/** What a picture is like as a whole: the mean of its tokens, at unit length. */
function descriptor({ channels, data }: UnitTokens): Float32Array {
  const mean = new Float32Array(channels);
  for (let i = 0, c = 0; i < data.length; i++, c = c + 1 === channels ? 0 : c + 1) mean[c]! += data[i]!;
  const length = Math.hypot(...mean);
  return mean.map((value) => value / Math.max(length, 1e-12));
}

/**
 * Whether images of a batch have their like among the others: then what most of them lack means something.
 * @param pictures plain tokens at half the grid's side, of two pictures at least
 */
export function isOneKind(pictures: readonly UnitTokens[]): boolean {
  const all = pictures.map(descriptor);
  const likeness = all.map((own, i) => {
    const cosines = all.flatMap((other, j) =>
      i === j ? [] : [own.reduce((sum, value, c) => sum + value * other[c]!, 0)],
    );
    const count = Math.ceil(NEAREST_SHARE * cosines.length);
    const best = cosines.sort((a, b) => b - a).slice(0, count);
    return best.reduce((sum, value) => sum + value, 0) / count;
  });
  return median(likeness) >= ONE_KIND;
}
