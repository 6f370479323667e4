import { useCallback, useEffect, useMemo } from 'react';
import { useDashboardPlace } from '../state/dashboard-place.ts';
import { routeTo, useGo, useHashLocation } from '../state/routes.ts';
import { type DashboardView, viewAddress, viewOf } from './dashboard-address.ts';

/** What the address says that the dashboard shows, and how it is changed. */
export function useView() {
  // As it stands there: the router's own one has some of its signs decoded already.
  const [location] = useHashLocation();
  const go = useGo();
  const address = /^\/dashboard\/([^/]*)$/.exec(location)?.[1] ?? '';
  const view = useMemo(() => viewOf(address), [address]);
  const isHere = location.startsWith('/dashboard');
  useEffect(() => {
    if (isHere) useDashboardPlace.getState().leave(address);
  }, [isHere, address]);
  const change = useCallback(
    (changes: Partial<DashboardView>) => go(routeTo.dashboard(viewAddress({ ...view, ...changes }))),
    [view, go],
  );
  return { view, change };
}
