import { create } from 'zustand';
import type { AreaRevision, ClickedPart } from '../../src-shared/contract/areas.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { Size } from '../viewer/viewport.ts';

/** The part, as it was clicked in the window. */
interface PartClick extends ClickedPart {
  /** SAM's mask for it, in pixels of that image. */
  readonly polygons: readonly Polygon[];
}

/** Where to look, as it is being changed. */
export interface AreaEdit extends Size {
  /** The revision that is changed; 0: there was none. */
  readonly after: number;
  readonly include: readonly Polygon[];
  readonly ignore: readonly Polygon[];
  readonly part: 'kept' | PartClick | null;
}

/** What is not saved yet, by the product's key: it outlives going to another image. */
export const useAreaEdits = create<{ readonly byProduct: Readonly<Record<string, AreaEdit>> }>(() => ({
  byProduct: {},
}));

/** Keeps what was changed; null drops it. */
export function setAreaEdit(key: string, edit: AreaEdit | null): void {
  useAreaEdits.setState(({ byProduct: { [key]: _old, ...others } }) => ({
    byProduct: edit ? { ...others, [key]: edit } : others,
  }));
}

/** What was saved, as the beginning of a change. @param size of the image on show, where nothing was saved */
export function beginEdit(saved: AreaRevision | null, size: Size): AreaEdit {
  const after = saved?.revision ?? 0;
  const area = saved?.area;
  if (!area) return { after, ...size, include: [], ignore: [], part: null };
  const { width, height, include, ignore, part } = area;
  return { after, width, height, include, ignore, part: part && 'kept' };
}

/** Polygons on an image of one size, as they lie on one of another. */
export function scaledPolygons(polygons: readonly Polygon[], from: Size, to: Size): readonly Polygon[] {
  if (from.width === to.width && from.height === to.height) return polygons;
  const [x, y] = [to.width / from.width, to.height / from.height];
  return polygons.map((rings) => rings.map((ring) => ring.map(([u, v]) => [u * x, v * y] as const)));
}
