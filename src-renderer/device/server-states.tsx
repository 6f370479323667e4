import { Alert, Badge, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type DeviceRequest, isLocalRequest } from '../../src-shared/device.ts';
import { parseServers, type ServerState } from '../../src-shared/model-servers.ts';

const COLOURS: Readonly<Record<ServerState['state'], string>> = {
  ready: 'teal',
  away: 'yellow',
  refused: 'red',
};

/** How each inference server stands, and what becomes of images where none can be used. */
export function ServerStates({
  asked,
  servers,
}: {
  readonly asked: DeviceRequest;
  readonly servers: readonly ServerState[];
}) {
  const { t } = useTranslation('models');
  if (servers.length === 0) return null;
  const isNoneReady = servers.every(({ state }) => state !== 'ready');
  const fallback = isLocalRequest(asked) ? undefined : parseServers(asked)?.fallback;
  return (
    <Stack gap={6} component="section" aria-label={t('servers.title')}>
      {isNoneReady && (
        <Alert color="yellow" icon={<IconAlertTriangle />} title={t('servers.none-title')} role="alert">
          {t(fallback === undefined ? 'servers.none' : 'servers.none-but-here')}
        </Alert>
      )}
      {servers.map(({ address, state, reason, server, isProven, underWay, answered }) => (
        <article key={address} aria-label={address}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {address}
            </Text>
            <Badge variant="light" radius="sm" tt="none" color={COLOURS[state]}>
              {t(`servers.state.${state}`)}
            </Badge>
          </Group>
          <Text size="xs" c="dimmed">
            {server && `${server.name} ${server.version} · `}
            {t('servers.counts', { underWay, answered })}
          </Text>
          {state === 'ready' && !isProven && (
            <Text size="xs" c="orange.9">
              {t('servers.unproven')}
            </Text>
          )}
          {reason !== null && (
            <Text size="xs" c="dimmed" lang="en">
              {reason}
            </Text>
          )}
        </article>
      ))}
    </Stack>
  );
}
