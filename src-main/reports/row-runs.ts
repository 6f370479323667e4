import type { Box } from '../../src-shared/geometry.ts';
import type { PixelMask } from '../pipeline/polygon-raster.ts';

/**
 * Run lengths of a mask within a frame, row by row, uncovered pixels first; they add up to the frame's pixels.
 * @param frame in image pixels; holds the mask's box
 */
export function rowRuns({ box, data }: PixelMask, frame: Box): number[] {
  const counts: number[] = [];
  let end = 0;
  for (let y = 0; y < box.height; y++) {
    for (let x = 0; x < box.width; x++) {
      if (data[y * box.width + x] === 0) continue;
      const at = (box.y + y - frame.y) * frame.width + box.x + x - frame.x;
      if (at === end && counts.length > 0) counts[counts.length - 1]!++;
      else counts.push(at - end, 1);
      end = at + 1;
    }
  }
  const rest = frame.width * frame.height - end;
  if (rest > 0) counts.push(rest);
  return counts;
}
