import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';

/** What the dashboard was set to last, as its address has it, so that the way back to it leads there. */
export const useDashboardPlace = create<{ readonly address: string; leave(address: string): void }>()(
  persist((set) => ({ address: '', leave: (address) => set({ address }) }), {
    name: 'clipsam-dashboard',
    version: 1,
    storage: createJSONStorage(() => sessionStorage),
  }),
);
