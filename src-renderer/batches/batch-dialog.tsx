import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plainText } from '../i18n/plain-text.ts';
import { BatchForm } from './batch-form.tsx';
import type { BatchDialogTask } from './use-batch-draft.ts';

/** Makes, fills or changes a batch. */
export function BatchDialog({
  task,
  onPaths,
  onClose,
  onMade,
}: {
  /** Null: closed. */
  readonly task: BatchDialogTask | null;
  onPaths(paths: readonly string[]): void;
  onClose(): void;
  /** A batch was made and is selected. */
  onMade(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      size={task?.kind === 'new' ? 980 : 560}
      title={
        task
          ? t(`dialog.${task.kind}.title`, { name: 'batch' in task ? plainText(task.batch.name) : '' })
          : ''
      }
      closeOnEscape={!busy}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      styles={{ title: { overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' } }}
    >
      {task && <BatchForm task={task} onPaths={onPaths} onClose={onClose} onMade={onMade} onBusy={setBusy} />}
    </Modal>
  );
}
