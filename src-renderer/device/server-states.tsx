import { Badge, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ServerState } from '../../src-shared/model-servers.ts';

const COLOURS: Readonly<Record<ServerState['state'], string>> = {
  ready: 'teal',
  away: 'yellow',
  refused: 'red',
};

/** How each inference server stands. */
export function ServerStates({ servers }: { readonly servers: readonly ServerState[] }) {
  const { t } = useTranslation('models');
  if (servers.length === 0) return null;
  return (
    <Stack gap={6} component="section" aria-label={t('servers.title')}>
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
