import { useRef, useState } from 'react';

type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;

/** The same object for as long as the component lives; its functions do what those of the last render do. */
export function useStableHandlers<T extends Handlers>(handlers: T): T {
  const latest = useRef(handlers);
  latest.current = handlers;
  const [stable] = useState(() => {
    const forward = (name: string) => [name, (...args: never[]) => latest.current[name]!(...args)] as const;
    return Object.fromEntries(Object.keys(handlers).map(forward)) as T;
  });
  return stable;
}
