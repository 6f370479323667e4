import type { Polygon } from '../../src-shared/geometry.ts';
import { meetsItself } from './crossing-lines.ts';

type Ring = Polygon[number];

/**
 * The outlines of some polygons for programs that know no holes, without repeated first points; undefined where one has
 * holes, crosses itself or has no area: such programs cannot say it, or read it in different ways.
 */
export function plainRings(polygons: readonly Polygon[]): Ring[] | undefined {
  const rings = polygons.map(([ring]) => openRing(ring ?? []));
  const arePlain = polygons.every(
    (holes, i) => holes.length === 1 && rings[i]!.length >= 3 && !meetsItself(rings[i]!),
  );
  return arePlain && rings.length > 0 ? rings : undefined;
}

function openRing(ring: Ring): Ring {
  const [first, last] = [ring[0], ring.at(-1)];
  const isClosed = ring.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return isClosed ? ring.slice(0, -1) : ring;
}
