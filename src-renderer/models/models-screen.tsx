import { Button, Center, Loader, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPackageImport } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { failureOf } from '../api/connection.ts';
import { DeviceChoice, DevicePanel } from '../device/device-panel.tsx';
import { DeviceSurveyPanel } from '../device/device-survey.tsx';
import { SelfTest } from '../device/self-test.tsx';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { AddPackDialog } from '../packs/add-pack-dialog.tsx';
import { CataloguePanel } from '../packs/catalogue-panel.tsx';
import { PackImportPanel } from '../packs/pack-import-panel.tsx';
import { usePackImport } from '../packs/pack-imports.ts';
import { PackPanel } from '../packs/pack-panel.tsx';
import { StoppedDownloads } from '../packs/stopped-downloads.tsx';
import { StorePanel } from '../packs/store-panel.tsx';
import { PeoplePanel } from '../people/people-panel.tsx';
import { useDenied } from '../state/people.ts';
import { useDevice, useWorkstation } from '../state/workstation.ts';
import { BackupPanel } from '../storage/backup-panel.tsx';
import { DoctorPanel } from '../storage/doctor-panel.tsx';
import { RetentionPanel } from '../storage/retention-panel.tsx';
import { StoragePanel } from '../storage/storage-panel.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { Screen } from '../ui/screen.tsx';
import { addPackAction, MODEL_ACTIONS } from './model-actions.ts';
import classes from './models.module.css';

export function ModelsScreen() {
  const { t } = useTranslation('models');
  const { api } = useWorkstation();
  const { data: packs, error } = useQuery(api.packs.list.queryOptions({ refetchOnMount: 'always' }));
  // The events bring the status; until the first one came it is asked for.
  const live = useDevice((device) => device.status);
  const { data: asked } = useQuery(api.device.status.queryOptions({ enabled: live === null }));
  const status = live ?? asked;
  const isBusy = usePackImport(({ job }) => job?.state === 'working');
  const [addOpen, { open, close }] = useDisclosure(false);
  const { title: reason, 'aria-description': description } = useDenied()('packs.add');
  const obstacle = reason ?? (isBusy ? t('add.busy') : undefined);
  const add = () => {
    if (!obstacle) open();
  };
  useActions(MODEL_ACTIONS, { addPack: add });
  return (
    <Screen
      title={t('title')}
      beside={
        <Tooltip label={obstacle} disabled={!obstacle}>
          <Button
            leftSection={<IconPackageImport size={16} />}
            rightSection={<KeyHint action={addPackAction} />}
            data-disabled={obstacle !== undefined || undefined}
            aria-disabled={obstacle !== undefined}
            aria-description={description}
            onClick={add}
          >
            {t('add.open')}
          </Button>
        </Tooltip>
      }
    >
      <div className={classes.body}>
        <Stack gap="md" className={classes.packs}>
          <PackImportPanel />
          <StoppedDownloads />
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
          <CataloguePanel />
        </Stack>
        <Stack gap="md" className={classes.device} tabIndex={0}>
          {status && <DevicePanel status={status} />}
          {status && packs && (
            <SelfTest packs={packs.filter((pack) => pack.error === null)} device={status.asked} />
          )}
          {status && <DeviceChoice asked={status.asked} />}
          <DeviceSurveyPanel />
          <StorePanel />
          <PeoplePanel />
          <BackupPanel />
          <DoctorPanel />
          <RetentionPanel />
          <StoragePanel />
        </Stack>
      </div>
      <AddPackDialog opened={addOpen} onClose={close} />
    </Screen>
  );
}
