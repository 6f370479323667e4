import { SegmentedControl, Text } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartLook } from '../../src-shared/charts/look.ts';
import { paretoChart } from '../../src-shared/charts/pareto-chart.ts';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { pareto } from '../../src-shared/statistics/pareto.ts';
import { Chart } from '../charts/chart.tsx';
import type { DashboardView } from './dashboard-address.ts';
import { className, paretoNumbers, shareText } from './figures.ts';
import { Panel } from './panel.tsx';
import { useWording } from './use-wording.ts';

type Order = DashboardView['order'];

/** Which defect classes inspectors found most, or found worst. */
export function ParetoPanel({
  data,
  order,
  onOrder,
}: {
  readonly data: Pick<Dashboard, 'pareto' | 'weights'>;
  readonly order: Order;
  onOrder(order: Order): void;
}) {
  const { t } = useTranslation('dashboard');
  const wording = useWording();
  const { weights } = data;
  const bars = useMemo(() => pareto(data.pareto, order), [data.pareto, order]);
  const option = useCallback(
    (look: ChartLook) =>
      paretoChart(
        bars.map((bar) => ({ name: className(bar.defectClass, wording), value: bar[order] })),
        {
          value: wording.t(order === 'count' ? 'pareto.count' : 'pareto.weighted'),
          cumulative: wording.t('pareto.cumulative'),
          percent: (share) => shareText(share, wording.language),
        },
        look,
      ),
    [bars, order, wording],
  );
  return (
    <Panel title={t('pareto.title')} hint={t('pareto.hint', { ...weights })}>
      {bars.length === 0 ? (
        <Text size="sm">{t('pareto.empty')}</Text>
      ) : (
        <Chart
          label={t('pareto.title')}
          fileName="pareto"
          option={option}
          numbers={paretoNumbers(bars, wording)}
        >
          <SegmentedControl
            size="xs"
            aria-label={t('pareto.order')}
            value={order}
            data={(['count', 'weighted'] as const).map((value) => ({
              value,
              label: t(value === 'count' ? 'pareto.by-count' : 'pareto.by-weight'),
            }))}
            onChange={onOrder}
          />
        </Chart>
      )}
    </Panel>
  );
}
