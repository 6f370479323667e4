import { Button, Group, NumberInput } from '@mantine/core';
import { IconRotate } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { TitledSection } from './outcome.tsx';
import { round, type ThresholdName, type TrialThresholds } from './thresholds.ts';

/** The thresholds as numbers. */
export function ThresholdFields({
  trial,
  isSame,
  onMove,
  onReset,
}: {
  readonly trial: TrialThresholds;
  /** The thresholds are those of the run. */
  readonly isSame: boolean;
  onMove(name: ThresholdName, value: number): void;
  onReset(): void;
}) {
  const { t } = useTranslation(['what-if', 'app']);
  return (
    <TitledSection
      title={t('thresholds')}
      action={
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<IconRotate size={14} />}
          disabled={isSame}
          onClick={onReset}
        >
          {t('reset')}
        </Button>
      }
    >
      <Group grow gap="xs" align="flex-start">
        <ThresholdInput name="warn" label={t('app:verdict.warn')} value={trial.warn} onMove={onMove} />
        <ThresholdInput name="reject" label={t('app:verdict.reject')} value={trial.reject} onMove={onMove} />
        <ThresholdInput name="theta" label="θ" value={trial.theta} onMove={onMove} />
      </Group>
    </TitledSection>
  );
}

const ThresholdInput = memo(function ThresholdInput({
  name,
  label,
  value,
  onMove,
}: {
  readonly name: ThresholdName;
  readonly label: string;
  readonly value: number;
  onMove(name: ThresholdName, value: number): void;
}) {
  return (
    <NumberInput
      label={label}
      value={value}
      min={0}
      max={1}
      step={0.005}
      decimalScale={3}
      fixedDecimalScale
      clampBehavior="blur"
      onChange={(entered) => typeof entered === 'number' && onMove(name, round(entered))}
    />
  );
});
