import { useCallback, useEffect, useState } from 'react';
import { desktop } from '../api/connection.ts';
import { addPaths } from '../i18n/paths.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { filesOfEntries } from './chosen-files.ts';
import { useGivenPaths } from './given-paths.ts';
import type { PurgeTask } from './purge-dialog.tsx';
import { upload, useUploads } from './uploads.ts';
import type { BatchDialogTask } from './use-batch-draft.ts';
import { useFileDrop } from './use-file-drop.ts';

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
    if (given.length === 0) return;
    useGivenPaths.setState({ paths: [] });
    takePaths(given);
  }, [given, takePaths]);
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const isFileOver = useFileDrop(async (files, entries) => {
    if (desktop) return takePaths(desktop.pathsOf(files));
    // A browser tells no page where a file lies: they are sent.
    setTask((open) => open ?? { kind: 'new', paths: [] });
    if (useUploads.getState().job?.state === 'sending') return;
    const path = await upload(client, await filesOfEntries(entries), inspector);
    if (path !== null) takePaths([path]);
  });
  return { task, setTask, purged, setPurged, exported, setExported, isFileOver };
}

export type BatchDialogs = ReturnType<typeof useBatchDialogs>;
