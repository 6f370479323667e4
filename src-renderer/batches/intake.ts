import { create } from 'zustand';
import { desktop } from '../api/connection.ts';
import { places } from '../app/places.ts';

/** Files and folders that were given to the program and wait to become a batch. */
export const useIntake = create<{ readonly paths: readonly string[] }>(() => ({ paths: [] }));

desktop?.onPathsGiven((paths) => {
  if (paths.length === 0) return;
  useIntake.setState((intake) => ({ paths: [...intake.paths, ...paths] }));
  location.hash = places.batches();
});
