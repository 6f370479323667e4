import { Alert, Button, Group, Popover, Progress, Stack, Text } from '@mantine/core';
import { IconPlayerPlay, IconPlugConnectedX } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UnfinishedPack } from '../../src-shared/contract/packs.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import { bringPack, usePackImport } from './pack-imports.ts';

/** Downloads of packs that stopped before their end: they go on where they are, or are thrown away. */
export function StoppedDownloads() {
  const { api } = useWorkstation();
  const { data } = useQuery(api.packs.unfinished.queryOptions({ refetchOnMount: 'always' }));
  return data?.map((stopped) => <StoppedDownload key={stopped.packHash} stopped={stopped} />);
}

function StoppedDownload({ stopped }: { readonly stopped: UnfinishedPack }) {
  const { t } = useTranslation('models');
  const format = useFormat();
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const isBusy = usePackImport(({ job }) => job?.state === 'working');
  const denied = useDenied();
  const [asking, setAsking] = useState(false);
  const { packHash, pack, title, source, startedAt, done, total } = stopped;
  const discard = useMutation({
    mutationFn: () => client.packs.discard({ packHash }),
    onSuccess: (left) => queries.setQueryData(api.packs.unfinished.queryKey(), left),
  });
  return (
    <Alert
      color="yellow"
      icon={<IconPlugConnectedX />}
      title={t('stopped.title')}
      data-testid="stopped-download"
    >
      <Stack gap="xs">
        <div>
          <Text size="sm" fw={600}>
            <bdi>{plainText(title)}</bdi> ({pack})
          </Text>
          <PlainName size="xs">{source}</PlainName>
        </div>
        <Progress value={(100 * done) / Math.max(1, total)} aria-label={pack} color="yellow" />
        <Text size="sm">
          {t('stopped.text', {
            share: format.share(done, total),
            total: format.bytes(total),
            inspector: stopped.inspector,
            time: format.moment(startedAt),
          })}
        </Text>
        <Group gap="xs">
          <Button
            size="compact-sm"
            leftSection={<IconPlayerPlay size={14} />}
            disabled={isBusy}
            {...denied('packs.resume')}
            onClick={() => void bringPack(client, { packHash }, inspector)}
          >
            {t('stopped.resume')}
          </Button>
          <Popover opened={asking} onChange={setAsking} trapFocus returnFocus withArrow shadow="md">
            <Popover.Target>
              <Button
                size="compact-sm"
                variant="default"
                disabled={isBusy}
                {...denied('packs.discard')}
                loading={discard.isPending}
                onClick={() => setAsking(!asking)}
              >
                {t('stopped.discard')}
              </Button>
            </Popover.Target>
            <Popover.Dropdown>
              <Stack gap="xs">
                <Text size="sm">{t('stopped.sure', { done: format.bytes(done) })}</Text>
                <Button
                  size="compact-sm"
                  color="red"
                  onClick={() => {
                    setAsking(false);
                    discard.mutate();
                  }}
                >
                  {t('stopped.really')}
                </Button>
              </Stack>
            </Popover.Dropdown>
          </Popover>
        </Group>
      </Stack>
    </Alert>
  );
}
