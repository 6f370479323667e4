import { Alert, Badge, Group, Paper, Radio, Stack, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeviceStatus } from '../../src-shared/contract/device.ts';
import { DEVICES, type DeviceRequest, isLocalRequest } from '../../src-shared/device.ts';
import { useDenied } from '../state/people.ts';
import { useDevice, useWorkstation } from '../state/workstation.ts';
import { type Fact, Facts } from '../ui/facts.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { hasFallenBack } from './device-badge.tsx';
import { canExist } from './device-facts.ts';
import { ServerChoiceFields } from './server-choice-fields.tsx';
import { ServerStates } from './server-states.tsx';
import { useDeviceName } from './use-device-name.ts';

/** What was asked for, and what really runs. */
export function DevicePanel({ status }: { readonly status: DeviceStatus }) {
  const { t } = useTranslation(['models', 'app']);
  const format = useFormat();
  const nameOf = useDeviceName();
  const { state, asked, report, rssBytes, restarts, error } = status;
  const facts: readonly Fact[] = [
    [t('device.asked'), nameOf(asked)],
    [t('device.running'), report ? nameOf(report.running) : '–'],
    ...(report?.fallbackReason ? [[t('device.why'), report.fallbackReason] as const] : []),
    [t('device.memory'), rssBytes === null ? '–' : format.bytes(rssBytes)],
    [t('device.restarts'), format.count(restarts)],
  ];
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="device-title">
      <Stack gap="md">
        <Group justify="space-between">
          <Title order={2} size="h5" id="device-title">
            {t('device.title')}
          </Title>
          <Badge
            variant="light"
            radius="sm"
            color={{ stopped: 'gray', starting: 'blue', ready: 'teal', failed: 'red' }[state]}
          >
            {t(`app:device.short.${state}`)}
          </Badge>
        </Group>
        {hasFallenBack(status) && report && report.running !== 'server' && (
          <Alert color="yellow" icon={<IconAlertTriangle />} title={t('device.fallback-title')} role="alert">
            {t('device.fallback', {
              asked: nameOf(report.asked),
              running: nameOf(report.running),
            })}
          </Alert>
        )}
        {error && (
          <Alert color="red" icon={<IconAlertTriangle />} title={t('app:device.state.failed')} role="alert">
            <FailureDetails failure={error} />
          </Alert>
        )}
        <Facts facts={facts} />
        <ServerStates asked={asked} servers={status.servers} />
      </Stack>
    </Paper>
  );
}

/** Value of the choice that takes addresses. */
const SERVERS = 'server';

/** The device for the next start. */
export function DeviceChoice({ asked }: { readonly asked: DeviceRequest }) {
  const { t } = useTranslation('models');
  const { client, info } = useWorkstation();
  const denied = useDenied()('device.choose');
  const [isEntering, setEntering] = useState(!isLocalRequest(asked));
  const choose = useMutation({
    mutationFn: (device: DeviceRequest) => client.device.choose({ device }),
    onSuccess: (fresh) => useDevice.setState({ status: fresh }),
  });
  return (
    <Paper withBorder p="md">
      <Radio.Group
        label={t('device.choose')}
        description={t('device.choose-about')}
        value={isEntering ? SERVERS : asked}
        onChange={(device) => {
          setEntering(device === SERVERS);
          if (isLocalRequest(device)) choose.mutate(device);
        }}
      >
        <Stack gap={10} mt={10}>
          {DEVICES.map((device) => {
            const possible = canExist(device, info.platform);
            return (
              <Radio
                key={device}
                value={device}
                {...denied}
                disabled={!possible || choose.isPending || 'disabled' in denied}
                label={t(`device.names.${device}`)}
                description={
                  possible
                    ? t(`device.about.${device}`)
                    : `${t('device.not-here')} ${t(`device.about.${device}`)}`
                }
              />
            );
          })}
          <Radio
            value={SERVERS}
            {...denied}
            disabled={choose.isPending || 'disabled' in denied}
            label={t('device.names.server')}
            description={t('servers.about')}
          />
        </Stack>
      </Radio.Group>
      {isEntering && (
        <ServerChoiceFields
          asked={asked}
          isPending={choose.isPending}
          denied={denied}
          onChoose={(device) => choose.mutate(device)}
        />
      )}
    </Paper>
  );
}
