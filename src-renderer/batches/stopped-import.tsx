import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import { importInto, isImporting, useImports } from './imports.ts';

/** Says that images may be missing, until they are imported or somebody says that they are not wanted. */
export function StoppedImportNote({
  row: { batch, images, stoppedImport },
}: {
  readonly row: BatchSummaryRow;
}) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const { client } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const job = useImports(({ jobs }) => jobs.get(batch.id));
  const { mutate, isPending } = useMutation({
    mutationFn: () => client.imports.dismiss({ id: batch.id, inspector }),
  });
  if (!stoppedImport || isImporting(job)) return null;
  const { paths, more, startedAt, inspector: by } = stoppedImport;
  return (
    <Alert
      color="yellow"
      icon={<IconAlertTriangle />}
      title={t('stopped-import.title')}
      data-testid="stopped-import"
    >
      <Stack gap="xs">
        <Text size="sm">
          {t('stopped-import.text', {
            inspector: by,
            time: format.moment(startedAt),
            count: images,
            number: format.count(images),
          })}
        </Text>
        <div>
          {paths.map((path) => (
            <PlainName key={path} size="xs">
              {path}
            </PlainName>
          ))}
          {more > 0 && <Text size="xs">{t('source.more', { number: format.count(more) })}</Text>}
        </div>
        <Group gap="xs">
          <Button size="compact-sm" onClick={() => void importInto(client, batch.id, null, inspector)}>
            {t('stopped-import.rest')}
          </Button>
          <Button size="compact-sm" variant="default" loading={isPending} onClick={() => mutate()}>
            {t('stopped-import.dismiss')}
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}
