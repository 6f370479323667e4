import {
  ActionIcon,
  Alert,
  Button,
  Code,
  CopyButton,
  Group,
  Progress,
  Stack,
  Text,
  Tooltip,
} from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCopy, IconFolderOpen } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ExportSummary } from '../../src-shared/contract/exports.ts';
import type { ExportFormat } from '../../src-shared/export-formats.ts';
import { desktop } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { BrowserDownloadNote } from '../ui/export-place.tsx';
import { showError } from '../ui/show-error.tsx';
import { useFormat } from '../ui/use-format.ts';
import type { FinishedExport, WorkingExport } from './use-export.ts';

/** How far an export is. */
export function ExportBar({ progress }: { readonly progress: WorkingExport }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  return (
    <div aria-live="polite">
      <Progress
        value={progress === 'starting' ? 0 : (100 * progress.done) / Math.max(1, progress.total)}
        animated
        mb={4}
        aria-label={t('export.title')}
      />
      <Text size="sm" c="dimmed">
        {progress === 'starting'
          ? t('export.starting')
          : t('export.progress', {
              format: t(`export.names.${progress.format as ExportFormat}`, { defaultValue: progress.format }),
              done: format.count(progress.done),
              total: format.count(progress.total),
            })}
      </Text>
    </div>
  );
}

/** Where the files of an export are. */
export function FinishedExportNote({
  outcome: { folder, files, summary, download },
  onClose,
}: {
  readonly outcome: FinishedExport;
  onClose(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  return (
    <Stack>
      {download ? (
        <BrowserDownloadNote download={download} />
      ) : (
        <FolderNote folder={folder} count={files.length} />
      )}
      <Remarks summary={summary} />
      <Group justify="flex-end">
        {desktop && !download && (
          <Button
            variant="default"
            leftSection={<IconFolderOpen size={16} />}
            onClick={() => void desktop?.showInFolder(folder).catch(showError)}
          >
            {t('export.show')}
          </Button>
        )}
        <Button data-autofocus onClick={onClose}>
          {t('app:close')}
        </Button>
      </Group>
    </Stack>
  );
}

function FolderNote({ folder, count }: { readonly folder: string; readonly count: number }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  return (
    <Alert
      color="teal"
      icon={<IconCheck />}
      title={t('export.finished', { count, number: format.count(count) })}
    >
      <Group gap={6} wrap="nowrap" align="flex-start">
        <Code style={{ overflowWrap: 'anywhere' }}>
          <bdi>{plainText(folder)}</bdi>
        </Code>
        <CopyButton value={folder}>
          {({ copied, copy }) => (
            <Tooltip label={t(copied ? 'export.copied' : 'export.copy')}>
              <ActionIcon variant="subtle" size="sm" aria-label={t('export.copy')} onClick={copy}>
                {copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
              </ActionIcon>
            </Tooltip>
          )}
        </CopyButton>
      </Group>
    </Alert>
  );
}

/** What has to be known about the images in an export. */
function Remarks({ summary }: { readonly summary: ExportSummary }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const kinds = (['changed', 'missing', 'failed', 'pending'] as const).filter((kind) => summary[kind] > 0);
  if (kinds.length === 0) return null;
  return (
    <Alert color="yellow" icon={<IconAlertTriangle />}>
      {kinds.map((kind) => (
        <Text size="sm" key={kind}>
          {t(`export.remarks.${kind}`, { count: summary[kind], number: format.count(summary[kind]) })}
        </Text>
      ))}
    </Alert>
  );
}
