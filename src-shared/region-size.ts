import { calipers } from './calipers.ts';
import { type Box, boxOutline, type Polygon } from './geometry.ts';
import type { Region } from './result.ts';
import type { Scale } from './scale.ts';

/** How large a region is: lengths in pixels or millimetres, `area` in their squares. */
export interface RegionSize {
  /** Longest distance between two parallel lines that touch the outline (maximum Feret diameter). */
  readonly length: number;
  /** Shortest such distance (minimum Feret diameter). */
  readonly width: number;
  /** Of the mask: holes do not count, parts add up. */
  readonly area: number;
  /** Of the disc with the same area. */
  readonly equivalentDiameter: number;
}

/**
 * Length and width of an outline in pixels, over all of its parts; of the box where there is none.
 * @param region image pixels
 */
export function outlineCalipers({
  polygons,
  box,
}: {
  readonly polygons: readonly Polygon[];
  readonly box: Box;
}): Pick<RegionSize, 'length' | 'width'> {
  const outlines = polygons.length > 0 ? polygons : [boxOutline(box)];
  // Holes lie within.
  const { longest, shortest } = calipers(outlines.flatMap(([outline]) => outline ?? []));
  return { length: longest, width: shortest };
}

/** The size of a region in pixels; length and width as they are stored, or else from the outline. */
export function regionSize(
  region: Pick<Region, 'polygons' | 'box' | 'area'> & Partial<Pick<Region, 'length' | 'width'>>,
): RegionSize {
  const { area } = region;
  const { length, width } =
    region.length === undefined || region.width === undefined ? outlineCalipers(region) : region;
  return { length: length!, width: width!, area, equivalentDiameter: 2 * Math.sqrt(area / Math.PI) };
}

/** A size in pixels as millimetres, the area as square millimetres. */
export function inMillimetres(size: RegionSize, { millimetresPerPixel }: Scale): RegionSize {
  return {
    length: size.length * millimetresPerPixel,
    width: size.width * millimetresPerPixel,
    area: size.area * millimetresPerPixel ** 2,
    equivalentDiameter: size.equivalentDiameter * millimetresPerPixel,
  };
}

/** A size with its units: lengths in px or mm, areas in their squares; to six digits. */
export interface ToldSize {
  readonly px: RegionSize;
  /** Null: nobody has said how large a pixel is. */
  readonly mm: RegionSize | null;
}

/** A region's size for other programs. */
export function tellSize(region: Parameters<typeof regionSize>[0], scale: Scale | null): ToldSize {
  const px = regionSize(region);
  return { px: rounded(px), mm: scale && rounded(inMillimetres(px, scale)) };
}

function rounded(size: RegionSize): RegionSize {
  const short = (value: number) => Number(value.toPrecision(6));
  return {
    length: short(size.length),
    width: short(size.width),
    area: short(size.area),
    equivalentDiameter: short(size.equivalentDiameter),
  };
}
