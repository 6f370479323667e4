import { Group, Title } from '@mantine/core';
import { type ComponentProps, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewColumns } from '../../src-shared/review-table.ts';
import { useFormat } from '../ui/use-format.ts';
import { FlipStrip } from './flip-strip.tsx';
import { PlotHeader } from './plot-header.tsx';
import { ScoreHistogram } from './score-histogram.tsx';
import { ThetaPlot } from './theta-plot.tsx';
import { useCountingText } from './theta-section.tsx';
import type { ProfileState } from './use-theta-profile.ts';
import type { TrialState } from './use-trial.ts';
import classes from './what-if.module.css';

/** Scores, regions at every θ, and the images whose verdict would be another one. */
export function TrialPlots({
  runId,
  columns,
  tried: { trial, bars, after, settled, flipped, move },
  profile,
  header,
  onOpen,
}: {
  readonly runId: number;
  readonly columns: ReviewColumns;
  readonly tried: TrialState;
  readonly profile: ProfileState | undefined;
  readonly header: Omit<ComponentProps<typeof PlotHeader>, 'parts'>;
  onOpen(imageId: number): void;
}) {
  const { t } = useTranslation('what-if');
  const format = useFormat();
  const counting = useCountingText(profile);
  const moveTheta = useCallback((theta: number) => move('theta', theta), [move]);
  return (
    <div className={classes.plots}>
      <PlotHeader parts={bars.parts} {...header} />
      <ScoreHistogram histogram={bars} isLog={header.scale === 'log'} trial={trial} onMove={move} />
      <Group justify="space-between" gap="xs" mt="sm">
        <Title order={2} size="sm">
          {t('theta.plot')}
        </Title>
        <Group gap="md" className={classes.legend}>
          <span>
            <i className={classes.dot} data-part="regions" /> {t('theta.regions')}
          </span>
          <span>
            <i className={classes.dot} data-part="images" /> {t('theta.imagesWithRegion')}
          </span>
        </Group>
      </Group>
      <ThetaPlot
        profile={profile?.state === 'ready' ? profile.profile : undefined}
        counting={counting}
        theta={trial.theta}
        onMove={moveTheta}
      />
      <Title order={2} size="sm" mt="sm">
        {t('flips.title', { count: after.flipped, number: format.count(after.flipped) })}
      </Title>
      <FlipStrip runId={runId} columns={columns} rows={flipped} thresholds={settled} onOpen={onOpen} />
    </div>
  );
}
