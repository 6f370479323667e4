import { create } from 'zustand';
import { desktop } from '../api/connection.ts';
import { routeTo } from '../state/routes.ts';

/** Files and folders that were given to the program and wait to become a batch. */
export const useGivenPaths = create<{ readonly paths: readonly string[] }>(() => ({ paths: [] }));

desktop?.onPathsGiven((paths) => {
  if (paths.length === 0) return;
  useGivenPaths.setState((given) => ({ paths: [...given.paths, ...paths] }));
  location.hash = routeTo.batches();
});
