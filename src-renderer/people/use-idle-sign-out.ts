import { useEffect } from 'react';
import { SIGNS_OF_LIFE_EVERY } from '../../src-shared/roles.ts';
import { quietFor, refreshPeople, signOut, touch, usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';

const SIGNS_OF_LIFE = ['keydown', 'pointerdown', 'pointermove', 'wheel'] as const;
/** Milliseconds: a moving pointer is written down this often at most. */
const RESOLUTION = 1000;

/**
 * Signs out an inspector who touched neither a key nor the pointer for as many minutes as the workspace allows, and
 * tells the workstation, which ends the session as well, that somebody is there.
 */
export function useIdleSignOut(): void {
  const { client } = useWorkstation();
  const minutes = usePeople(({ me, idleMinutes }) => (me ? idleMinutes : null));
  useEffect(() => {
    if (minutes === null) return;
    const limit = minutes * 60_000;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let told = Number.NEGATIVE_INFINITY;
    const leave = () => void signOut(client, minutes);
    const tell = async () => {
      told = performance.now();
      if ((await client.people.stay()) === null) await refreshPeople(client);
    };
    const watch = () => {
      const left = limit - quietFor();
      if (left <= 0) leave();
      else timer = setTimeout(watch, left);
    };
    const live = (event: Event) => {
      const quiet = quietFor();
      if (quiet < limit) {
        if (quiet > RESOLUTION) touch();
        // What is lost with the connection is told on the next one.
        if (performance.now() - told >= SIGNS_OF_LIFE_EVERY) void tell().catch(() => {});
        return;
      }
      // The machine slept and the timer is late: this key or click may be another inspector's.
      event.stopImmediatePropagation();
      if (event.type !== 'wheel') event.preventDefault();
      leave();
    };
    watch();
    // Scrolling must not wait for these listeners.
    for (const sign of SIGNS_OF_LIFE)
      window.addEventListener(sign, live, { capture: true, passive: sign === 'wheel' });
    return () => {
      clearTimeout(timer);
      for (const sign of SIGNS_OF_LIFE) window.removeEventListener(sign, live, { capture: true });
    };
  }, [client, minutes]);
}
