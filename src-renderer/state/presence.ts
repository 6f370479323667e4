import { useEffect, useMemo } from 'react';
import { create } from 'zustand';
import type { PresentWindow } from '../../src-shared/contract/presence.ts';
import { usePeople } from './people.ts';
import { onWorkstationEvent, useWorkstation } from './workstation.ts';

/** Milliseconds between two signs that somebody is at this window, while there are any. */
const SIGNS_EVERY = 60_000;
const SIGNS_OF_LIFE = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;

interface Presence {
  /** Which of the windows this one is; null: it does not count. */
  readonly own: number | null;
  readonly batchId: number | null;
  /** All that have an image of the batch open. */
  readonly windows: readonly PresentWindow[];
}

const usePresence = create<Presence>(() => ({ own: null, batchId: null, windows: [] }));

/** Who else has an image open, by image; a null name: another window in a workspace without people. */
export type OpenElsewhere = ReadonlyMap<number, readonly (string | null)[]>;

/**
 * Tells the workstation which image this window has open, as long as it is shown, and who has which one elsewhere.
 * Several windows of one inspector are one.
 * @param imageId null: none
 */
export function useOpenElsewhere(batchId: number, imageId: number | null): OpenElsewhere {
  const { client } = useWorkstation();
  const me = usePeople((state) => state.me?.name ?? null);
  const isOpen = usePeople(({ people }) => people.length === 0);
  const { own, batchId: known, windows } = usePresence();
  // biome-ignore lint/correctness/useExhaustiveDependencies: who signs in has it open anew
  useEffect(() => {
    if (imageId === null) return;
    let told = 0;
    let isOver = false;
    const tell = async () => {
      told = performance.now();
      const { window, windows } = await client.presence.set({ at: { batchId, imageId } });
      if (!isOver) usePresence.setState({ own: window, batchId, windows });
    };
    const live = () => {
      if (performance.now() - told >= SIGNS_EVERY) void tell().catch(() => {});
    };
    // What is lost with the connection is told on the next one.
    void tell().catch(() => {});
    for (const sign of SIGNS_OF_LIFE) window.addEventListener(sign, live, { capture: true, passive: true });
    return () => {
      isOver = true;
      for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, live, { capture: true });
    };
  }, [client, batchId, imageId, me, isOpen]);
  useEffect(() => {
    const listen = onWorkstationEvent((event) => {
      if (event.kind === 'presence' && event.batchId === batchId)
        usePresence.setState({ batchId, windows: event.windows });
    });
    return () => {
      listen();
      usePresence.setState({ own: null, batchId: null, windows: [] });
      void client.presence.set({ at: null }).catch(() => {});
    };
  }, [client, batchId]);
  return useMemo(
    () => openElsewhere(known === batchId ? windows : [], own, me),
    [known, batchId, windows, own, me],
  );
}

/** Who has which image open besides one window. @param me who is signed in at it */
export function openElsewhere(
  windows: readonly PresentWindow[],
  own: number | null,
  me: string | null,
): OpenElsewhere {
  const byImage = new Map<number, (string | null)[]>();
  for (const { window, imageId, inspector } of windows) {
    if (window === own || (inspector !== null && inspector === me)) continue;
    const names = byImage.get(imageId) ?? [];
    byImage.set(imageId, names.includes(inspector) ? names : [...names, inspector]);
  }
  return byImage;
}
