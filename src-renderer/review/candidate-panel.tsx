import { Alert, Button, CloseButton, Group, Loader, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { MaskLevel } from '../../src-shared/result.ts';
import { useDenied } from '../state/people.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import classes from './candidate-panel.module.css';
import { LevelFacts } from './region-list.tsx';
import { isOneClick } from './use-area.ts';
import type { AskedSam } from './use-sam.ts';

interface CandidatePanelProps {
  readonly asked: AskedSam;
  /** Pixels of the image. */
  readonly pixels: number;
  /** The region that the mask would correct, or null. */
  readonly region: number | null;
  onChoose(level: MaskLevel['level']): void;
  onAccept(kind: 'missed-defect' | 'corrected-region'): void;
  /** The mask is the part that is looked for in every image. */
  onPart(): void;
  onDiscard(): void;
}

/** SAM's answer to prompts by hand: three levels to choose from, and what the mask is to be. */
export function CandidatePanel({
  asked,
  pixels,
  region,
  onChoose,
  onAccept,
  onPart,
  onDiscard,
}: CandidatePanelProps) {
  const { t } = useTranslation('review');
  const denied = useDenied()('areas.save');
  const ready = asked.chosen !== null && !asked.pending;
  return (
    <section className={classes.panel} aria-label={t('candidate.title')} data-testid="candidate">
      <Group gap={8} wrap="nowrap" mih={22}>
        <Text size="sm" fw={600} mr="auto">
          {t('candidate.title')}
        </Text>
        {asked.pending ? (
          <Loader size={14} aria-label={t('candidate.pending')} />
        ) : (
          asked.milliseconds !== null && (
            <Text size="xs" className={classes.time}>
              {t('candidate.time', { milliseconds: Math.round(asked.milliseconds) })}
            </Text>
          )
        )}
        <Tooltip label={t('candidate.discard')}>
          <CloseButton size="sm" mr={-4} aria-label={t('candidate.discard')} onClick={onDiscard} />
        </Tooltip>
      </Group>
      {asked.error && (
        <Alert color="red" p={8}>
          <FailureDetails failure={asked.error} size="xs" />
        </Alert>
      )}
      {asked.boxUse && <Text size="xs">{t(`candidate.box-${asked.boxUse}`)}</Text>}
      {asked.levels.length === 0 && !asked.error && (
        <Text size="xs">{t(asked.pending ? 'candidate.pending' : 'candidate.need-positive')}</Text>
      )}
      {asked.levels.map((level) => (
        <UnstyledButton
          key={level.level}
          className={classes.level}
          aria-pressed={asked.chosen === level.level}
          onClick={() => onChoose(level.level)}
        >
          <LevelFacts level={level} pixels={pixels} />
        </UnstyledButton>
      ))}
      <Group gap={6}>
        <Button size="compact-sm" disabled={!ready} onClick={() => onAccept('missed-defect')}>
          {t('candidate.missed')}
        </Button>
        {region !== null && (
          <Button
            size="compact-sm"
            variant="default"
            disabled={!ready}
            onClick={() => onAccept('corrected-region')}
          >
            {t('candidate.correct', { index: region })}
          </Button>
        )}
        <Button
          size="compact-sm"
          variant="default"
          disabled={!ready || !isOneClick(asked)}
          title={t('candidate.about-part')}
          onClick={onPart}
          {...denied}
        >
          {t('candidate.part')}
        </Button>
      </Group>
    </section>
  );
}
