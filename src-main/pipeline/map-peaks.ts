import type { Frame } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { fillPolygons } from './polygon-raster.ts';
import type { ScoreMap } from './score-map.ts';

/** The highest value of a map in cells. @param cells linear indices, at least one */
export function peakOf({ data }: ScoreMap, cells: Iterable<number>): number {
  let peak = 0;
  for (const cell of cells) if (data[cell]! > peak) peak = data[cell]!;
  return peak;
}

/**
 * The cells of a map that polygons cover: those whose centre lies in one; those under the corners too, so that what is smaller
 * than a cell has one.
 * @param polygons in cells
 * @returns linear indices
 */
export function coveredCells(
  { width, height }: Pick<ScoreMap, 'width' | 'height'>,
  polygons: readonly Polygon[],
): number[] {
  const covered = new Uint8Array(width * height);
  fillPolygons(covered, width, height, polygons, 1);
  for (const [outline] of polygons) {
    for (const [x, y] of outline!) {
      const column = Math.min(Math.max(Math.floor(x), 0), width - 1);
      const row = Math.min(Math.max(Math.floor(y), 0), height - 1);
      covered[row * width + column] = 1;
    }
  }
  const cells: number[] = [];
  for (let i = 0; i < covered.length; i++) if (covered[i]) cells.push(i);
  return cells;
}

/** The highest value of a map on the cells of the coarse map within polygons in image pixels. */
export function peakWithin(map: ScoreMap, polygons: readonly Polygon[], frame: Frame): number {
  const scaleX = frame.width / frame.imageWidth / frame.cell;
  const scaleY = frame.height / frame.imageHeight / frame.cell;
  const onCells = polygons.map((rings) =>
    rings.map((ring) => ring.map(([x, y]) => [x * scaleX, y * scaleY] as [number, number])),
  );
  return peakOf(map, coveredCells(map, onCells));
}
