import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { csvStyleOf } from '../../src-shared/export-formats.ts';
import type { StatsFilter, Subgroup } from '../../src-shared/statistics/stats-filter.ts';
import { startDownload } from '../api/downloads.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied, usePeople } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Writes the tables of what is shown. */
export function ExportButton({ filter, by }: { readonly filter: StatsFilter; readonly by: Subgroup }) {
  const { t } = useTranslation('dashboard');
  const { client } = useWorkstation();
  const denied = useDenied()('stats.export');
  const download = usePeople((state) => state.isOverNetwork);
  const { mutate, isPending } = useMutation({
    mutationFn: () =>
      client.stats.export({
        ...{ filter, by, download, formats: ['csv', 'json'] },
        csv: csvStyleOf(navigator.language),
      }),
    onSuccess: ({ folder, files, download: made }) => {
      if (made) return startDownload(made);
      notifications.show({
        message: t('export.done', { count: files.length, folder: plainText(folder) }),
        autoClose: 15_000,
      });
    },
  });
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} />}
      loading={isPending}
      onClick={() => mutate()}
      {...denied}
    >
      {t('export.button')}
    </Button>
  );
}
