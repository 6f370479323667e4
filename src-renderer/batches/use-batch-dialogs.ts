import { useCallback, useEffect, useState } from 'react';
import { addPaths } from '../i18n/paths.ts';
import { useGivenPaths } from './given-paths.ts';
import type { PurgeTask } from './purge-dialog.tsx';
import { isUnderWay, useUploads } from './uploads.ts';
import type { BatchDialogTask } from './use-batch-draft.ts';

/** Which dialog about a batch is open, and on what; null: closed. Files that are given to the window open one. */
export function useBatchDialogs() {
  const [task, setTask] = useState<BatchDialogTask | null>(null);
  const [purged, setPurged] = useState<PurgeTask | null>(null);
  /** Id of the run whose results are exported. */
  const [exported, setExported] = useState<number | null>(null);
  const takePaths = useCallback((paths: readonly string[]) => {
    setTask((open) =>
      open && open.kind !== 'edit' ? { ...open, paths: addPaths(open.paths, paths) } : { kind: 'new', paths },
    );
  }, []);
  const given = useGivenPaths(({ paths }) => paths);
  useEffect(() => {
    if (given === null) return;
    useGivenPaths.setState({ paths: null });
    takePaths(given);
  }, [given, takePaths]);
  // An upload outlives the line to the workstation, and the screen with its dialog does not.
  useEffect(() => {
    if (isUnderWay(useUploads.getState().job)) takePaths([]);
  }, [takePaths]);
  return { task, setTask, purged, setPurged, exported, setExported };
}

export type BatchDialogs = ReturnType<typeof useBatchDialogs>;
