import type { Part } from '../blueprint.ts';

/** Height of a round bar of radius `r` at distance `y` from its axis; 0 beside it. */
export function arch(r: number, y: number): number {
  return Math.sqrt(Math.max(0, r * r - y * y));
}

/** A cylinder seen from the side lies along x; height follows the circle. */
export function rod(
  x0: number,
  x1: number,
  radius: (x: number) => number,
  extra: Omit<Part, 'shape' | 'bounds'>,
  widest: number,
): Part {
  const own = extra.bumps;
  return {
    ...extra,
    shape: (x, y) => Math.max(Math.abs(y) - radius(x), x0 - x, x - x1),
    bounds: [x0, -widest, x1, widest],
    bumps: (x, y) => {
      const r = radius(x);
      return arch(r, y) + (own ? own(x, y) : 0);
    },
  };
}
