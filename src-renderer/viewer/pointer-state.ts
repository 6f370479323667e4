import { createStore, type StoreApi, useStore } from 'zustand';
import type { SamPrompts } from '../../src-shared/contract/review.ts';
import type { Drawing } from './drawing.ts';

/** Where the pointer is, in image pixels, and the value of the map on show there (0..1). */
interface PointerPosition {
  readonly x: number;
  readonly y: number;
  readonly score: number | null;
}

/** What the pointer does at this moment: changes many times a second, so only those who need it listen. */
export interface PointerState {
  /** Belongs to this image; begun anew with the next one. */
  readonly imageId: number;
  /** Where the pointer or the keyboard's cross is. */
  readonly position: PointerPosition | null;
  /** True when {@link position} is moved by the arrow keys. */
  readonly byKeyboard: boolean;
  /** Index of the region under the pointer. */
  readonly region: number | null;
  /** Id of the annotation under the pointer. */
  readonly annotation: number | null;
  readonly drawing: Drawing | null;
  /** Prompts while one of their points is dragged. */
  readonly dragged: SamPrompts | null;
  /** The mask level of the selected region that is looked at. */
  readonly level: 1 | 2 | 3 | null;
}

export type PointerStore = StoreApi<PointerState>;

export function createPointerStore(imageId: number): PointerStore {
  return createStore<PointerState>()(() => ({
    imageId,
    position: null,
    byKeyboard: false,
    region: null,
    annotation: null,
    drawing: null,
    dragged: null,
    level: null,
  }));
}

export function usePointer<T>(store: PointerStore, select: (state: PointerState) => T): T {
  return useStore(store, select);
}
