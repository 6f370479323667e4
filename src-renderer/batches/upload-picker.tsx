import { Alert, Button, CloseButton, Group, Progress, Stack, Text } from '@mantine/core';
import { IconFolderUp, IconUpload } from '@tabler/icons-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { countEndings, endingsText } from '../../src-shared/endings.ts';
import { UPLOAD_LIMITS } from '../../src-shared/upload.ts';
import { useSession } from '../state/session.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { filesOfField } from './chosen-files.ts';
import { isUnderWay, type UploadJob, upload, useUploads } from './uploads.ts';

/** Chooses images of the browser's own machine and sends them to the workstation. */
export function UploadPicker() {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const inspector = useSession((session) => session.inspector);
  const job = useUploads((state) => state.job);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const isBusy = isUnderWay(job);
  const send = (field: HTMLInputElement) => {
    const chosen = filesOfField(field.files ?? []);
    field.value = '';
    void upload(() => chosen, inspector);
  };
  const field = {
    type: 'file',
    multiple: true,
    hidden: true,
    onChange: (event: { readonly currentTarget: HTMLInputElement }) => send(event.currentTarget),
  } as const;
  return (
    <Stack gap={6} data-testid="upload">
      <input ref={files} {...field} aria-label={t('upload.files')} />
      <input ref={folder} {...field} aria-label={t('upload.folder')} {...{ webkitdirectory: '' }} />
      <Group grow>
        <Button
          variant="default"
          leftSection={<IconFolderUp size={16} />}
          disabled={isBusy}
          onClick={() => folder.current?.click()}
        >
          {t('upload.folder')}
        </Button>
        <Button
          variant="default"
          leftSection={<IconUpload size={16} />}
          disabled={isBusy}
          onClick={() => files.current?.click()}
        >
          {t('upload.files')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t('upload.about', {
          files: format.count(UPLOAD_LIMITS.files),
          bytes: format.count(UPLOAD_LIMITS.bytes / 1024 ** 3),
          fileBytes: format.count(UPLOAD_LIMITS.fileBytes / 1024 ** 3),
        })}
      </Text>
      {(job?.state === 'sending' || job?.state === 'waiting') && <UploadBar job={job} />}
      {job?.state === 'failed' && (
        <Alert color="red" p="xs" title={t('upload.failed')}>
          <FailureDetails failure={job.error} />
        </Alert>
      )}
      {job?.state === 'done' && (
        <Group gap={8} justify="space-between" wrap="nowrap">
          <Text size="xs" role="status">
            {t('upload.done', { count: job.files, number: format.count(job.files) })}
            {job.passedOver.length > 0 &&
              ` ${t('upload.passed-over', {
                count: job.passedOver.length,
                number: format.count(job.passedOver.length),
                endings: endingsText(countEndings(job.passedOver)),
              })}`}
          </Text>
          <CloseButton
            size="xs"
            aria-label={t('app:close')}
            onClick={() => useUploads.setState({ job: null })}
          />
        </Group>
      )}
    </Stack>
  );
}

/** How far an upload is, and what it waits for. */
function UploadBar({ job }: { readonly job: Extract<UploadJob, { cancel(): void }> }) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  return (
    <Stack gap={4}>
      <Group gap={8} wrap="nowrap">
        <Progress
          flex={1}
          value={(100 * job.sent) / Math.max(1, job.total)}
          color={job.state === 'waiting' ? 'yellow' : undefined}
          aria-label={t('upload.sending')}
        />
        <Button variant="default" size="compact-sm" onClick={job.cancel}>
          {t('app:cancel')}
        </Button>
      </Group>
      <Text size="xs" c="dimmed" role="status">
        {job.state === 'waiting'
          ? t('upload.waiting')
          : t('upload.progress', { sent: format.bytes(job.sent), total: format.bytes(job.total) })}
      </Text>
    </Stack>
  );
}
