import type { Random } from '../../../src-shared/random.ts';
import type { Part } from './blueprint.ts';
import type { Material } from './planes.ts';
import type { Shape } from './shape.ts';

type Bounds = Part['bounds'];
type Details = Partial<Part>;

/** A part that covers what is below. */
export function solid(
  material: Material,
  shape: Shape,
  bounds: Bounds,
  ...details: readonly Details[]
): Part {
  return Object.assign({ material, shape, bounds }, ...details);
}

/** Cut in or raised: only the height changes, and a material darkens the ground. */
export function engraved(shape: Shape, bounds: Bounds, ...details: readonly Details[]): Part {
  return Object.assign({ shape, bounds, mode: 'engrave' }, ...details);
}

/** Print or dye: colours what is there. */
export function marked(
  shape: Shape,
  bounds: Bounds,
  material: Material,
  ...details: readonly Details[]
): Part {
  return Object.assign({ shape, bounds, mode: 'mark', material }, ...details);
}

/** Shows what lies behind. */
export function holePart(shape: Shape, bounds: Bounds): Part {
  return { shape, bounds, mode: 'hole' };
}

/** An edge that rises by `rise` (sinks when negative) within `bevel` of the outline: a quarter circle. */
export function dome(rise: number, bevel: number): Details {
  return { rise, bevel, profile: 'dome' };
}

/** The same with a smooth edge. */
export function soft(rise: number, bevel: number): Details {
  return { rise, bevel, profile: 'soft' };
}

/** The same with a straight edge. */
export function slope(rise: number, bevel: number): Details {
  return { rise, bevel };
}

/** A part that fills a box of its own size: bounds from half width and half height around a centre. */
export function bounds(
  halfWidth: number,
  halfHeight: number,
  cx = 0,
  cy = 0,
): readonly [number, number, number, number] {
  return [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight];
}

/** Any shape of an edge. */
export const anyProfile = (random: Random) => random.pick(['dome', 'bevel', 'soft'] as const);
