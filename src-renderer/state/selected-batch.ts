import { create } from 'zustand';

/** The batch that the screens are about, so that going from one to another stays with it. */
export const useSelectedBatch = create<{ readonly id: number | null; select(id: number | null): void }>()(
  (set) => ({ id: null, select: (id) => set({ id }) }),
);
