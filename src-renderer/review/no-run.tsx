import { Button, EmptyState, Kbd } from '@mantine/core';
import { IconPlayerPlay } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { UserAction } from '../keys/action.ts';
import { comment, type ReviewContext } from './review-actions.ts';

interface NoRunProps {
  readonly images: number;
  readonly starting: boolean;
  onAction(action: UserAction<ReviewContext>): void;
}

/** In place of the inspector's panel as long as nothing was inspected. */
export function NoRun({ images, starting, onAction }: NoRunProps) {
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
      <Button loading={starting} onClick={() => onAction(comment)} rightSection={<Kbd size="xs">⏎</Kbd>}>
        {t('no-run.start')}
      </Button>
    </EmptyState>
  );
}
