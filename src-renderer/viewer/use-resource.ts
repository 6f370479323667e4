import { useCallback, useEffect, useId, useSyncExternalStore } from 'react';
import type { ResourceLoader } from './resource-loader.ts';

/** What lies at the address, as soon as it is there; undefined until then and without an address. */
export function useResource<T>(loader: ResourceLoader<T>, url: string | null): T | undefined {
  const owner = useId();
  useEffect(() => {
    loader.want(owner, url === null ? [] : [url]);
    return () => loader.want(owner, []);
  }, [loader, owner, url]);
  const current = useCallback(() => (url === null ? undefined : loader.get(url)), [loader, url]);
  return useSyncExternalStore(loader.subscribe, current);
}
