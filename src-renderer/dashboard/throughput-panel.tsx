import { Text } from '@mantine/core';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartLook } from '../../src-shared/charts/look.ts';
import { throughputChart } from '../../src-shared/charts/throughput-chart.ts';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { Chart } from '../charts/chart.tsx';
import { throughputNumbers, timeText } from './figures.ts';
import { Panel } from './panel.tsx';
import { useWording } from './use-wording.ts';

/** How much was inspected and judged, day by day, and how long the model took. */
export function ThroughputPanel({
  data: { throughput, milliseconds },
}: {
  readonly data: Pick<Dashboard, 'throughput' | 'milliseconds'>;
}) {
  const { t } = useTranslation('dashboard');
  const wording = useWording();
  const option = useCallback(
    (look: ChartLook) =>
      throughputChart(
        throughput,
        {
          images: wording.t('scores.images'),
          inspected: wording.t('throughput.inspected'),
          reviewed: wording.t('throughput.reviewed'),
        },
        look,
      ),
    [throughput, wording],
  );
  return (
    <Panel title={t('throughput.title')} hint={t('throughput.hint')}>
      <Chart
        label={t('throughput.title')}
        fileName="throughput"
        option={option}
        numbers={throughputNumbers(throughput, wording)}
      >
        <Text size="sm" data-testid="time-per-image">
          {t('throughput.time', {
            median: timeText(milliseconds.median, wording),
            p95: timeText(milliseconds.p95, wording),
          })}
        </Text>
      </Chart>
    </Panel>
  );
}
