import type { Polygon } from '../../src-shared/geometry.ts';

type Ring = Polygon[number];

interface Edge {
  readonly index: number;
  readonly from: Ring[number];
  readonly to: Ring[number];
  readonly left: number;
  readonly right: number;
}

/**
 * Whether a ring meets itself: crosses, or touches its own line elsewhere than from one edge to the next. Programs
 * differ in what is inside of such a ring.
 * @param ring without its first point repeated at the end
 */
export function meetsItself(ring: Ring): boolean {
  const edges = ring
    .map((from, index): Edge => {
      const to = ring[(index + 1) % ring.length]!;
      return { index, from, to, left: Math.min(from[0], to[0]), right: Math.max(from[0], to[0]) };
    })
    .sort((a, b) => a.left - b.left);
  for (let i = 0; i < edges.length; i++) {
    const edge = edges[i]!;
    for (let j = i + 1; j < edges.length && edges[j]!.left <= edge.right; j++) {
      if (!follow(edge, edges[j]!, edges.length) && meet(edge, edges[j]!)) return true;
    }
  }
  return false;
}

function follow(a: Edge, b: Edge, count: number): boolean {
  const distance = Math.abs(a.index - b.index);
  return distance === 1 || distance === count - 1;
}

function meet(a: Edge, b: Edge): boolean {
  const [low, high] = [Math.min(a.from[1], a.to[1]), Math.max(a.from[1], a.to[1])];
  if (Math.max(b.from[1], b.to[1]) < low || Math.min(b.from[1], b.to[1]) > high) return false;
  return side(a, b.from) * side(a, b.to) <= 0 && side(b, a.from) * side(b, a.to) <= 0;
}

/** -1, 0 or 1: on which side of an edge's line a point lies. */
function side({ from, to }: Edge, [x, y]: Ring[number]): number {
  return Math.sign((to[0] - from[0]) * (y - from[1]) - (to[1] - from[1]) * (x - from[0]));
}
