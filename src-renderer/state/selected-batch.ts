import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';

/** The batch that the screens are about, so that going from one to another, and loading the page again, stays with it. */
export const useSelectedBatch = create<{ readonly id: number | null; select(id: number | null): void }>()(
  persist((set) => ({ id: null, select: (id) => set({ id }) }), {
    name: 'clipsam-batch',
    version: 1,
    storage: createJSONStorage(() => sessionStorage),
  }),
);
