import type { ObjectKind } from '../blueprint.ts';

/** A kind of object: how it is built, its half width and half height, what it is called. */
export function kind(
  build: ObjectKind['build'],
  extent: ObjectKind['extent'],
  names: ObjectKind['names'],
  options: Pick<ObjectKind, 'upright' | 'alone' | 'bare'> = {},
): ObjectKind {
  return { build, extent, names, ...options };
}
