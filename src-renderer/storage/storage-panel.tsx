import { Button, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useDenied } from '../state/people.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Facts } from '../ui/facts.tsx';
import { useFormat } from '../ui/use-format.ts';

/** What files that can be made again take on disk. */
export function StoragePanel() {
  const { t } = useTranslation('models');
  const format = useFormat();
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const denied = useDenied();
  const { data: sizes } = useQuery(api.app.cache.queryOptions({ refetchOnMount: 'always' }));
  const { mutate, isPending } = useMutation({
    mutationFn: () => client.app.clearCache(),
    onSuccess: (fresh) => queries.setQueryData(api.app.cache.queryKey(), fresh),
  });
  const check = useMutation({ mutationFn: () => client.app.checkDatabase() });
  if (!sizes) return null;
  const used = ({ bytes, limit }: { readonly bytes: number; readonly limit: number }) =>
    t('storage.of', { used: format.bytes(bytes), limit: format.bytes(limit) });
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="storage-title" data-testid="storage">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h5" id="storage-title">
            {t('storage.title')}
          </Title>
          <Button
            variant="default"
            size="compact-sm"
            disabled={sizes.thumbnails.bytes + sizes.tiles.bytes + sizes.tokens.bytes === 0}
            loading={isPending}
            {...denied('app.clearCache')}
            onClick={() => mutate()}
          >
            {t('storage.clear')}
          </Button>
        </Group>
        <Facts
          facts={[
            [t('storage.thumbnails'), used(sizes.thumbnails)],
            [t('storage.tiles'), used(sizes.tiles)],
            [t('storage.tokens'), used(sizes.tokens)],
          ]}
        />
        <Text size="xs" c="dimmed">
          {t('storage.about')}
        </Text>
        <Group>
          <Button
            variant="default"
            size="compact-sm"
            loading={check.isPending}
            {...denied('app.checkDatabase')}
            onClick={() => check.mutate()}
          >
            {t('storage.check')}
          </Button>
          {check.data && (
            <Text size="sm" role="status">
              {t(
                check.data.problems.some(({ code }) => code === 'workspace-corrupt')
                  ? 'storage.damaged'
                  : 'storage.sound',
              )}
            </Text>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
