import { Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconUpload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { desktop } from '../api/connection.ts';
import { useSession } from '../state/session.ts';
import classes from './batches.module.css';
import { filesOfDrop } from './chosen-files.ts';
import { givePaths } from './given-paths.ts';
import { isUnderWay, upload, useUploads } from './uploads.ts';
import { useFileDrop } from './use-file-drop.ts';

/** Takes files and folders that are dropped on the window, whatever it shows: they become a batch. */
export function FileDrop() {
  const { t } = useTranslation('batches');
  const inspector = useSession((session) => session.inspector);
  const isFileOver = useFileDrop((files, dropped) => {
    if (desktop) return givePaths(desktop.pathsOf(files));
    // A browser tells no page where a file lies: they are sent.
    givePaths([]);
    if (isUnderWay(useUploads.getState().job)) return void notifications.show({ message: t('upload.busy') });
    void upload(() => filesOfDrop(dropped), inspector);
  });
  if (!isFileOver) return null;
  return (
    <div className={classes.drop} aria-hidden>
      <IconUpload size={44} stroke={1.4} />
      <Text size="lg" fw={600}>
        {t('drop.here')}
      </Text>
    </div>
  );
}
