import { notifications } from '@mantine/notifications';
import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { desktop } from '../api/connection.ts';
import { addPaths } from '../i18n/paths.ts';
import { useGivenPaths } from './given-paths.ts';
import type { PurgeTask } from './purge-dialog.tsx';
import type { BatchDialogTask } from './use-batch-draft.ts';
import { useFileDrop } from './use-file-drop.ts';

/** Which dialog about a batch is open, and on what; null: closed. Files that are given to the window open one. */
export function useBatchDialogs() {
  const { t } = useTranslation('batches');
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
  const isFileOver = useFileDrop((files) => {
    if (desktop) return takePaths(desktop.pathsOf(files));
    // A browser tells no page where a file lies, and the images stay where they are: they are chosen by looking.
    notifications.show({ title: t('drop.browser-title'), message: t('drop.browser'), autoClose: 12_000 });
    setTask((open) => open ?? { kind: 'new', paths: [] });
  });
  return { task, setTask, purged, setPurged, exported, setExported, isFileOver };
}

export type BatchDialogs = ReturnType<typeof useBatchDialogs>;
