import { Center, Loader, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/connection.ts';
import { FailureDetails } from '../app/failure-details.tsx';
import { useDevice, useWorkstation } from '../state/workstation.ts';
import { DeviceChoice, DevicePanel } from './device-panel.tsx';
import classes from './models.module.css';
import { PackPanel } from './pack-panel.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { SelfTest } from './self-test.tsx';
import { StoragePanel } from './storage-panel.tsx';

export function ModelsScreen() {
  const { t } = useTranslation('models');
  const { api } = useWorkstation();
  const { data: packs, error } = useQuery(api.models.list.queryOptions({ refetchOnMount: 'always' }));
  // The events bring the status; until the first one came it is asked for.
  const live = useDevice((device) => device.status);
  const { data: asked } = useQuery(api.models.device.queryOptions({ enabled: live === null }));
  const status = live ?? asked;
  return (
    <div className={classes.screen}>
      <header className={classes.header}>
        <Title order={1} size="h3">
          {t('title')}
        </Title>
      </header>
      <div className={classes.body}>
        <Stack gap="md" className={classes.packs}>
          {error && (
            <div role="alert">
              <FailureDetails failure={failureOf(error)} />
            </div>
          )}
          {!packs && !error && (
            <Center p="xl">
              <Loader aria-label={t('loading')} />
            </Center>
          )}
          {packs?.length === 0 && <Text c="dimmed">{t('none')}</Text>}
          {packs?.map((pack) => (
            <PackPanel key={pack.id} pack={pack} />
          ))}
        </Stack>
        <Stack gap="md" className={classes.device} tabIndex={0}>
          {status && <DevicePanel status={status} />}
          {status && packs && (
            <SelfTest packs={packs.filter((pack) => pack.error === null)} device={status.asked} />
          )}
          {status && <DeviceChoice asked={status.asked} />}
          <PeoplePanel />
          <StoragePanel />
        </Stack>
      </div>
    </div>
  );
}
