import { Group, SegmentedControl, Title } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './what-if.module.css';

/** Whose verdicts the bars are stacked by. */
export type StackedBy = 'model' | 'human';
export type AxisScale = 'linear' | 'log';

/** How the scores are drawn, and what the colours mean. */
export const PlotHeader = memo(function PlotHeader({
  parts,
  by,
  onBy,
  scale,
  onScale,
}: {
  readonly parts: readonly string[];
  readonly by: StackedBy;
  onBy(by: StackedBy): void;
  readonly scale: AxisScale;
  onScale(scale: AxisScale): void;
}) {
  const { t } = useTranslation(['what-if', 'app']);
  return (
    <Group justify="space-between" gap="xs">
      <Title order={2} size="sm">
        {t('scores')}
      </Title>
      <Group gap="sm">
        <Legend parts={parts} />
        <SegmentedControl
          size="xs"
          aria-label={t('stack.label')}
          value={by}
          data={(['model', 'human'] as const).map((value) => ({ value, label: t(`stack.${value}`) }))}
          onChange={(value) => onBy(value as StackedBy)}
        />
        <SegmentedControl
          size="xs"
          aria-label={t('scale.label')}
          value={scale}
          data={(['linear', 'log'] as const).map((value) => ({ value, label: t(`scale.${value}`) }))}
          onChange={(value) => onScale(value as AxisScale)}
        />
      </Group>
    </Group>
  );
});

function Legend({ parts }: { readonly parts: readonly string[] }) {
  const { t } = useTranslation('what-if');
  return (
    <Group gap="sm" className={classes.legend}>
      {parts.map((part) => (
        <span key={part}>
          <i className={classes.dot} data-part={part} /> {t(`parts.${part as 'accept'}`)}
        </span>
      ))}
    </Group>
  );
}
