import { Text } from '@mantine/core';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartLook } from '../../src-shared/charts/look.ts';
import { scoreHistogram } from '../../src-shared/charts/score-histogram.ts';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { Chart } from '../charts/chart.tsx';
import { scoreNumbers } from './figures.ts';
import { Panel } from './panel.tsx';
import { useWording } from './use-wording.ts';

/** How the scores are spread. */
export function ScorePanel({ scores }: Pick<Dashboard, 'scores'>) {
  const { t } = useTranslation('dashboard');
  const wording = useWording();
  const option = useCallback(
    (look: ChartLook) => {
      const { t: words, language } = wording;
      const texts = {
        accept: words('app:verdict.accept'),
        warn: words('app:verdict.warn'),
        reject: words('app:verdict.reject'),
        score: words('scores.score'),
        images: words('scores.images'),
        warnFrom: words('scores.warn-from'),
        rejectFrom: words('scores.reject-from'),
        number: (value: number) =>
          new Intl.NumberFormat(language, { maximumFractionDigits: 3 }).format(value),
      };
      return scoreHistogram(scores.bins, scores.thresholds, texts, look);
    },
    [scores, wording],
  );
  return (
    <Panel title={t('scores.title')} hint={t('scores.hint')}>
      <Chart
        label={t('scores.title')}
        fileName="scores"
        option={option}
        numbers={scoreNumbers(scores, wording)}
      />
      {scores.thresholds === null && <Text size="sm">{t('scores.several')}</Text>}
    </Panel>
  );
}
