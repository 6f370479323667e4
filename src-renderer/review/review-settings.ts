import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import type { ReviewOrder } from '../../src-shared/review-queue.ts';

/** How this window reviews, whatever the batch. Kept in the browser's local storage. */
interface ReviewSettings {
  readonly view: 'strip' | 'grid';
  readonly order: ReviewOrder;
  /** Whether a verdict goes on to the next unreviewed image. */
  readonly autoAdvance: boolean;
  /** Widths of the columns at the sides, in pixels; 0: collapsed. */
  readonly widths: { readonly queue: number; readonly inspector: number };
  /** Sections that were opened or closed by hand. */
  readonly sections: Readonly<Record<string, boolean>>;
  /** Defect classes in the order in which the digits mean them: new ones come last, so that no digit changes. */
  readonly classes: readonly string[];
  /** Products for which accepted parts are not offered as references any more, by key. */
  readonly declined: readonly string[];
  set(changes: Partial<Omit<ReviewSettings, 'set'>>): void;
}

export const useReviewSettings = create<ReviewSettings>()(
  persist(
    (set) => ({
      view: 'strip',
      order: 'threshold',
      autoAdvance: true,
      widths: { queue: 268, inspector: 340 },
      sections: {},
      classes: [],
      declined: [],
      set: (changes) => set(changes),
    }),
    { name: 'clipsam-review', version: 1 },
  ),
);

/**
 * Classes in the order of the digits: those known before keep their place, then come those in use, and the proposals
 * where there are fewer than nine.
 */
export function classOrder(
  known: readonly string[],
  used: readonly string[],
  proposed: readonly string[],
): readonly string[] {
  const kept = known.filter((name) => used.includes(name) || proposed.includes(name));
  const classes = [...new Set([...kept, ...used])];
  const taken = new Set(classes.map((name) => name.toLocaleLowerCase()));
  const room = proposed.filter((name) => !taken.has(name.toLocaleLowerCase()));
  return [...classes, ...room.slice(0, Math.max(0, 9 - classes.length))];
}
