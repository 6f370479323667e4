import { Button, Group, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../ui/use-format.ts';

/** How far a report, or a draft of one, is. */
export function MakingBar({
  progress: { done, total },
  label,
  onCancel,
}: {
  readonly progress: { readonly done: number; readonly total: number };
  readonly label: string;
  onCancel(): void;
}) {
  const { t } = useTranslation(['reports', 'app']);
  const format = useFormat();
  return (
    <Group wrap="nowrap" gap="sm" aria-live="polite" data-testid="making">
      <Text size="sm" style={{ whiteSpace: 'nowrap' }}>
        {total === 0 ? label : t('making', { label, done: format.count(done), total: format.count(total) })}
      </Text>
      <Progress flex={1} animated value={total > 0 ? (100 * done) / total : 0} aria-label={label} />
      <Button size="compact-sm" variant="default" onClick={onCancel}>
        {t('app:cancel')}
      </Button>
    </Group>
  );
}
