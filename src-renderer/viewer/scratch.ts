import { createStore, type StoreApi, useStore } from 'zustand';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Point, Polygon } from '../../src-shared/result.ts';
import type { Stroke } from './brush.ts';
import type { HoverPlace } from './viewer-props.ts';

/** What is being drawn and not yet done. */
export type Draft =
  | { readonly kind: 'polygon'; readonly points: readonly Point[] }
  | { readonly kind: 'box' | 'rectangle'; readonly from: Point; readonly to: Point }
  | { readonly kind: 'strokes'; readonly base: readonly Polygon[]; readonly strokes: readonly Stroke[] };

/** What the pointer does at this moment: changes many times a second, so only those who need it listen. */
export interface Scratch {
  /** Belongs to this image; begun anew with the next one. */
  readonly imageId: number;
  /** Where the pointer or the keyboard's cursor is. */
  readonly place: HoverPlace | null;
  /** True when {@link place} is moved by the arrow keys. */
  readonly byKeyboard: boolean;
  readonly region: number | null;
  readonly annotation: number | null;
  readonly draft: Draft | null;
  /** Prompts with a point on its way to another place. */
  readonly dragged: SamPrompts | null;
  /** The mask level of the selected region that is looked at. */
  readonly level: 1 | 2 | 3 | null;
}

export type ScratchStore = StoreApi<Scratch>;

function emptyScratch(imageId: number): Scratch {
  return {
    imageId,
    place: null,
    byKeyboard: false,
    region: null,
    annotation: null,
    draft: null,
    dragged: null,
    level: null,
  };
}

export function createScratch(imageId: number): ScratchStore {
  return createStore<Scratch>()(() => emptyScratch(imageId));
}

export function useScratch<T>(store: ScratchStore, select: (scratch: Scratch) => T): T {
  return useStore(store, select);
}
