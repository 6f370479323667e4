import { Button, Group, Loader, Modal, Progress, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrashX } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PurgeProgress, PurgeSummary } from '../../src-shared/contract/batches.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './batches.module.css';

/** A deleted batch to remove for good, or (`batch` null) all of them. */
export interface PurgeTask {
  readonly batch: { readonly id: number; readonly name: string } | null;
}

/** Says what would be lost, and removes it when that is confirmed. */
export function PurgeDialog({ task, onClose }: { readonly task: PurgeTask | null; onClose(): void }) {
  const { t } = useTranslation(['batches', 'app']);
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened={task !== null}
      onClose={onClose}
      // What was begun is finished; closing would only hide it.
      withCloseButton={!busy}
      closeOnEscape={!busy}
      closeOnClickOutside={!busy}
      closeButtonProps={{ 'aria-label': t('app:close') }}
      title={
        task && t(task.batch ? 'purge.title' : 'purge.title-all', { name: plainText(task.batch?.name ?? '') })
      }
      centered
    >
      {task && <Confirmation task={task} onBusy={setBusy} onClose={onClose} />}
    </Modal>
  );
}

function Confirmation({
  task,
  onBusy,
  onClose,
}: {
  readonly task: PurgeTask;
  onBusy(busy: boolean): void;
  onClose(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const { api, client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const id = task.batch?.id ?? null;
  const { data: preview, error } = useQuery(
    api.batches.purgePreview.queryOptions({ input: { id }, staleTime: 0, gcTime: 0 }),
  );
  const [progress, setProgress] = useState<Extract<PurgeProgress, { kind: 'removing' }> | null>(null);
  const { mutate, isPending } = useMutation({
    mutationFn: async () => {
      for await (const event of await client.batches.purge({ id, inspector })) {
        if (event.kind === 'removing') setProgress(event);
        else
          notifications.show({ message: t('purge.done', textsOf(event.summary, format)), autoClose: 10_000 });
      }
    },
    onMutate: () => onBusy(true),
    onSettled: () => {
      onBusy(false);
      onClose();
    },
  });
  return (
    <Stack gap="md">
      {error && (
        <div role="alert">
          <FailureDetails failure={failureOf(error)} />
        </div>
      )}
      {!preview && !error && (
        <Group gap="sm">
          <Loader size="sm" aria-hidden />
          <Text size="sm">{t('purge.counting')}</Text>
        </Group>
      )}
      {preview && (
        <div>
          <Text size="sm">{t('purge.what')}</Text>
          <ul className={classes.purged} data-testid="purge-counts">
            {LINES.map((line) => (
              <li key={line}>
                {t(`purge.${line}`, { count: preview[line], number: format.count(preview[line]) })}
              </li>
            ))}
            <li>{t('purge.bytes', { size: format.bytes(preview.bytes) })}</li>
          </ul>
        </div>
      )}
      <Text size="sm">{t('purge.kept')}</Text>
      <Text size="sm" fw={600}>
        {t('purge.final')}
      </Text>
      {progress && (
        <Progress
          value={(100 * progress.done) / Math.max(1, progress.total)}
          animated
          aria-label={t('purge.removing')}
        />
      )}
      <Group justify="flex-end">
        <Button variant="default" data-autofocus disabled={isPending} onClick={onClose}>
          {t('app:cancel')}
        </Button>
        <Button
          color="red"
          leftSection={<IconTrashX size={16} />}
          disabled={!preview || preview.batches === 0}
          loading={isPending}
          onClick={() => mutate()}
        >
          {t('purge.open')}
        </Button>
      </Group>
    </Stack>
  );
}

const LINES = ['batches', 'images', 'results', 'verdicts', 'annotations', 'studies', 'lots'] as const;

function textsOf(summary: PurgeSummary, format: ReturnType<typeof useFormat>) {
  return {
    count: summary.batches,
    number: format.count(summary.batches),
    images: format.count(summary.images),
    size: format.bytes(summary.bytes),
  };
}
