import simplify from 'simplify-js';
import { traceContours } from '../../src-shared/contours.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { Span } from './span.ts';

/** Where the lattice of a raster lies in the image, in image pixels, and the image's size to clamp to. */
export interface LatticePlacement {
  /** Image position of the lattice's top left corner. */
  readonly x: number;
  readonly y: number;
  /** Image pixels per lattice cell. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly imageWidth: number;
  readonly imageHeight: number;
}

/** Rings with less area, in square image pixels, are noise of the threshold and left out beside larger ones. */
const SPECK = 1;

/**
 * Outlines of {value ≥ threshold}: {@link traceContours} with samples at cell centres, then Douglas–Peucker.
 * @param values width × height, row by row
 * @param tolerance of the simplification, in image pixels
 * @returns polygons in image pixels, to a hundredth; specks and pinholes are left out
 */
export function outlinePolygons(
  values: Float32Array,
  width: number,
  height: number,
  threshold: number,
  placement: LatticePlacement,
  tolerance: number,
): Polygon[] {
  const polygons = traceContours(values, width, height, threshold).map((rings) =>
    rings.map((ring) => {
      const points = ring.map(({ x, y }) => ({
        x: Math.min(placement.x + x * placement.cellWidth, placement.imageWidth),
        y: Math.min(placement.y + y * placement.cellHeight, placement.imageHeight),
      }));
      const simplified = simplify(points, tolerance, true);
      return (simplified.length < 4 ? points : simplified).map(({ x, y }) => [round(x), round(y)] as const);
    }),
  );
  const large = polygons.filter(([outline]) => ringArea(outline!) >= SPECK);
  return (large.length > 0 ? large : polygons).map(([outline, ...holes]) => [
    outline!,
    ...holes.filter((hole) => ringArea(hole) >= SPECK),
  ]);
}

/** Below a pixel of the image and of the lattice, so that outlines keep their shape at any image size. */
export function outlineTolerance(frame: Frame): number {
  return 0.4 * Math.max(1, frame.imageWidth / frame.width);
}

/** Where a patch of a lattice with `cell` frame pixels per cell lies in the image. */
export function latticePlacement(
  frame: Frame,
  span: Pick<Span, 'left' | 'top'>,
  cell: number,
): LatticePlacement {
  const cellWidth = (cell * frame.imageWidth) / frame.width;
  const cellHeight = (cell * frame.imageHeight) / frame.height;
  return {
    x: span.left * cellWidth,
    y: span.top * cellHeight,
    cellWidth,
    cellHeight,
    imageWidth: frame.imageWidth,
    imageHeight: frame.imageHeight,
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Area in square pixels (shoelace formula). */
function ringArea(ring: Polygon[number]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    twice += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  }
  return Math.abs(twice) / 2;
}
