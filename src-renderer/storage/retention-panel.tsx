import { Button, Group, NativeSelect, Paper, Stack, Text, Title } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useFormat } from '../ui/use-format.ts';

const DAYS = [30, 90, 180, 365];

/** How long maps and masks of accepted images are kept; what a rule would let go is said before it is set. */
export function RetentionPanel() {
  const { t } = useTranslation('storage');
  const format = useFormat();
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const denied = useDenied();
  const inspector = useSession((session) => session.inspector);
  const { data: rule } = useQuery(api.backups.retention.queryOptions({ input: { days: null } }));
  const [chosen, setChosen] = useState<number | null | undefined>(undefined);
  const days = chosen === undefined ? (rule?.days ?? null) : chosen;
  const { data: preview } = useQuery(
    api.backups.retention.queryOptions({ input: { days }, enabled: rule !== undefined && days !== null }),
  );
  const change = useMutation({
    mutationFn: () => client.backups.changeRetention({ days, inspector }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: api.backups.retention.key() });
      setChosen(undefined);
    },
  });
  if (!rule) return null;
  const choices = [...new Set([...DAYS, ...(rule.days === null ? [] : [rule.days])])].sort((a, b) => a - b);
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="retention-title" data-testid="retention">
      <Stack gap="md">
        <Title order={2} size="h5" id="retention-title">
          {t('retention.title')}
        </Title>
        <NativeSelect
          size="xs"
          label={t('retention.label')}
          value={days ?? ''}
          data={[
            { value: '', label: t('retention.never') },
            ...choices.map((count) => ({
              value: String(count),
              label: t('retention.after', { count, number: format.count(count) }),
            })),
          ]}
          onChange={({ currentTarget: { value } }) => setChosen(value === '' ? null : Number(value))}
        />
        {days !== null && preview && (
          <Text size="sm" role="status">
            {t('retention.now', {
              count: preview.results,
              number: format.count(preview.results),
              size: format.bytes(preview.bytes),
            })}
          </Text>
        )}
        {days !== rule.days && (
          <Group>
            <Button
              size="compact-sm"
              loading={change.isPending}
              disabled={days !== null && !preview}
              {...denied('backups.changeRetention')}
              onClick={() => change.mutate()}
            >
              {t('backup.save')}
            </Button>
          </Group>
        )}
        <Text size="xs" c="dimmed">
          {t('retention.about')}
        </Text>
      </Stack>
    </Paper>
  );
}
