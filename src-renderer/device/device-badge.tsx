import { Badge, HoverCard, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { DeviceStatus } from '../../src-shared/contract/device.ts';
import { useDevice } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';

/** The device that really runs, always in sight; it turns into a warning when another one was asked for. */
export function DeviceBadge() {
  const { t } = useTranslation();
  const status = useDevice((device) => device.status);
  if (!status) return null;
  const { report, rssBytes, restarts, error } = status;
  const fellBack = hasFallenBack(status);
  const isBad = status.state === 'failed';
  return (
    <HoverCard position="right-end" withArrow openDelay={200}>
      <HoverCard.Target>
        <Badge
          tabIndex={0}
          role="status"
          data-testid="device"
          variant={fellBack || isBad ? 'filled' : 'light'}
          color={isBad ? 'red' : fellBack ? 'yellow' : status.state === 'ready' ? 'teal' : 'gray'}
          leftSection={fellBack || isBad ? <IconAlertTriangle size={12} /> : null}
          size="sm"
          px={6}
          radius="sm"
          tt="none"
        >
          {report ? report.running : t(`device.short.${status.state}`)}
        </Badge>
      </HoverCard.Target>
      <HoverCard.Dropdown maw={320}>
        <Stack gap={4}>
          <Text size="sm" fw={600}>
            {t(`device.state.${status.state}`)}
          </Text>
          <Text size="sm">{t('device.asked', { device: status.asked })}</Text>
          {report && <Text size="sm">{t('device.running', { device: report.running })}</Text>}
          {report?.fallbackReason && (
            <Text size="sm">{t('device.why', { reason: report.fallbackReason })}</Text>
          )}
          {rssBytes !== null && (
            <Text size="sm">{t('device.memory', { megabytes: Math.round(rssBytes / 1e6) })}</Text>
          )}
          {restarts > 0 && <Text size="sm">{t('device.restarts', { count: restarts })}</Text>}
          {error && <FailureDetails failure={error} c="red" />}
        </Stack>
      </HoverCard.Dropdown>
    </HoverCard>
  );
}

/** True when something else runs than what was asked for, or an inference server is missing. */
export function hasFallenBack({ report, servers }: DeviceStatus): boolean {
  if (report?.running === 'server') return servers.some(({ state }) => state !== 'ready');
  return report !== null && report.asked !== 'auto' && report.asked !== report.running;
}
