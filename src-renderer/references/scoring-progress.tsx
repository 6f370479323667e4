import { Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';

/** How far images are scored. */
export function ScoringProgress({
  progress,
}: {
  /** Null: it is being prepared. */
  readonly progress: { readonly done: number; readonly total: number } | null;
}) {
  const { t } = useTranslation('references');
  return (
    <div>
      <Text size="sm" mb={4} role="status">
        {progress ? t('scoring', progress) : t('scoring-soon')}
      </Text>
      <Progress
        aria-label={t('scoring-soon')}
        value={progress && progress.total > 0 ? (progress.done / progress.total) * 100 : 100}
        animated
      />
    </div>
  );
}
