import type { Frame } from '../../src-shared/frame.ts';
import type { RegionPrompts } from '../../src-shared/result.ts';
import type { CoarseRegion } from './regions.ts';
import type { ScoreMap } from './score-map.ts';

/**
 * MMR step 3: what SAM is asked about a region: its tight box, its peak, and more points spread inside it.
 * Each further point is the cell with the largest score × distance to the points before it (farthest-point
 * sampling weighted by score). A region with fewer cells than `count` gets a point per cell.
 * @param count points at most, the peak included
 * @returns box and points in image pixels; points lie at cell centres, clamped to the image
 */
export function regionPrompts(
  region: CoarseRegion,
  coarse: ScoreMap,
  frame: Frame,
  count: number,
): RegionPrompts {
  const { cell } = frame;
  const toImageX = (x: number) => Math.min((x * cell * frame.imageWidth) / frame.width, frame.imageWidth);
  const toImageY = (y: number) => Math.min((y * cell * frame.imageHeight) / frame.height, frame.imageHeight);
  const x = toImageX(region.x);
  const y = toImageY(region.y);
  return {
    box: {
      x,
      y,
      width: toImageX(region.x + region.width) - x,
      height: toImageY(region.y + region.height) - y,
    },
    points: spreadCells(region, coarse, count).map((index) => {
      const cellX = index % coarse.width;
      const cellY = (index - cellX) / coarse.width;
      return { x: toImageX(cellX + 0.5), y: toImageY(cellY + 0.5), label: 1 };
    }),
  };
}

function spreadCells(region: CoarseRegion, coarse: ScoreMap, count: number): number[] {
  const { cells } = region;
  const nearest = new Float64Array(cells.length).fill(Number.POSITIVE_INFINITY);
  let chosen = region.peak.y * coarse.width + region.peak.x;
  const picked = [chosen];
  while (picked.length < Math.min(count, cells.length)) {
    const chosenX = chosen % coarse.width;
    const chosenY = (chosen - chosenX) / coarse.width;
    let best = 0;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      const x = cell % coarse.width;
      const distance = Math.hypot(x - chosenX, (cell - x) / coarse.width - chosenY);
      if (distance < nearest[i]!) nearest[i] = distance;
      const merit = nearest[i]! * coarse.data[cell]!;
      if (merit > best || (merit === best && merit > 0 && cell < chosen)) {
        best = merit;
        chosen = cell;
      }
    }
    if (best === 0) break;
    picked.push(chosen);
  }
  return picked;
}
