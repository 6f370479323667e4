import { Button, EmptyState, Kbd } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

interface NoRunProps {
  readonly images: number;
  readonly starting: boolean;
  onStart(): void;
}

/** In place of the inspector's panel as long as nothing was inspected. */
export function NoRun({ images, starting, onStart }: NoRunProps) {
  const { t } = useTranslation('review');
  return (
    <EmptyState
      size="sm"
      px="md"
      pt={48}
      icon={<IconPlayerPlay />}
      title={t('no-run.title')}
      description={t('no-run.why', { count: images })}
    >
      <Button loading={starting} onClick={onStart} rightSection={<Kbd size="xs">⏎</Kbd>}>
        {t('no-run.start')}
      </Button>
    </EmptyState>
  );
}
