/** A point as outlines have it: x, y. */
type Place = readonly [number, number];

/**
 * The corners of the convex hull of some points, anticlockwise as seen with y upwards, none on the line between two
 * others: Andrew's monotone chain (Information Processing Letters 9, 1979). Fewer than three where all lie on a line.
 */
export function convexHull(points: readonly Place[]): Place[] {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const half = (ordered: readonly Place[]) => {
    const chain: Place[] = [];
    for (const point of ordered) {
      while (chain.length >= 2 && turn(chain.at(-2)!, chain.at(-1)!, point) <= 0) chain.pop();
      const last = chain.at(-1);
      if (last?.[0] !== point[0] || last[1] !== point[1]) chain.push(point);
    }
    return chain;
  };
  const lower = half(sorted);
  const upper = half(sorted.reverse());
  if (lower.length <= 1) return lower;
  return [...lower.slice(0, -1), ...upper.slice(0, -1)];
}

/**
 * The longest and the shortest distance between two parallel lines that touch some points on both sides (maximum and
 * minimum Feret diameter, ISO 9276-6). One line of the shortest lies along an edge of the hull, the longest joins two of its
 * corners: both are found by turning the lines once around it (rotating calipers; Toussaint 1983).
 * @returns 0 where there are no points, or one; `shortest` 0 where all lie on a line
 */
export function calipers(points: readonly Place[]): { readonly longest: number; readonly shortest: number } {
  const hull = convexHull(points);
  const count = hull.length;
  if (count < 3) return { longest: count === 2 ? distance(hull[0]!, hull[1]!) : 0, shortest: 0 };
  let longest = 0;
  let shortest = Number.POSITIVE_INFINITY;
  for (let i = 0, far = 1; i < count; i++) {
    const from = hull[i]!;
    const to = hull[(i + 1) % count]!;
    for (;;) {
      const next = (far + 1) % count;
      if (turn(from, to, hull[next]!) <= turn(from, to, hull[far]!)) break;
      far = next;
    }
    const opposite = hull[far]!;
    longest = Math.max(longest, distance(from, opposite), distance(to, opposite));
    shortest = Math.min(shortest, turn(from, to, opposite) / distance(from, to));
  }
  return { longest, shortest };
}

/** Twice the area of a triangle; positive: anticlockwise. */
function turn(a: Place, b: Place, c: Place): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}
