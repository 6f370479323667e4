import { Alert, Radio, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Download } from '../../src-shared/download.ts';
import { desktop } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { FolderField } from './folder-field.tsx';
import { useFormat } from './use-format.ts';

/** Where files go: to the browser as a download, or into a folder of the workstation's machine. */
export interface ExportPlace {
  readonly download: boolean;
  /** Empty: the workspace's own. */
  readonly folder: string;
}

/** Chooses it. The desktop program is at the machine itself. */
export function ExportPlaceField({
  value,
  disabled,
  onChange,
}: {
  readonly value: ExportPlace;
  readonly disabled: boolean;
  onChange(value: ExportPlace): void;
}) {
  const { t } = useTranslation('batches');
  return (
    <Stack gap="xs">
      {!desktop && (
        <Radio.Group
          label={t('export.place.label')}
          value={value.download ? 'download' : 'folder'}
          onChange={(place) => onChange({ ...value, download: place === 'download' })}
        >
          <Stack gap={6} mt={6}>
            <Radio
              value="download"
              label={t('export.place.download')}
              description={t('export.place.download-about')}
              disabled={disabled}
            />
            <Radio value="folder" label={t('export.place.folder')} disabled={disabled} />
          </Stack>
        </Radio.Group>
      )}
      {!value.download && (
        <FolderField
          value={value.folder}
          disabled={disabled}
          onChange={(folder) => onChange({ ...value, folder })}
        />
      )}
    </Stack>
  );
}

/** Says which file the browser fetches. */
export function BrowserDownloadNote({ download: { name, bytes } }: { readonly download: Download }) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  return (
    <Alert color="teal" icon={<IconDownload />} title={t('export.downloaded')} role="status">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        <bdi>{plainText(name)}</bdi> · {format.bytes(bytes)}
      </Text>
      <Text size="xs" c="dimmed">
        {t('export.downloaded-about')}
      </Text>
    </Alert>
  );
}
