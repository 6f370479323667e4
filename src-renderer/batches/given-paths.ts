import { create } from 'zustand';
import { desktop } from '../api/connection.ts';
import { routeTo } from '../state/routes.ts';

/** Files and folders that were given to the program and wait to become a batch; null: none. */
export const useGivenPaths = create<{ readonly paths: readonly string[] | null }>(() => ({ paths: null }));

/** Shows where they can become a batch. Without paths: where those will be that are on their way. */
export function givePaths(paths: readonly string[]): void {
  useGivenPaths.setState((given) => ({ paths: [...(given.paths ?? []), ...paths] }));
  location.hash = routeTo.batches();
}

desktop?.onPathsGiven((paths) => {
  if (paths.length > 0) givePaths(paths);
});
