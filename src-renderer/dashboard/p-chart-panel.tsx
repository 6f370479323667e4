import { Anchor, SegmentedControl, Text } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartLook } from '../../src-shared/charts/look.ts';
import { pChart } from '../../src-shared/charts/p-chart.ts';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import type { Subgroup } from '../../src-shared/statistics/stats-filter.ts';
import { Chart } from '../charts/chart.tsx';
import { plainText } from '../i18n/plain-text.ts';
import { routeTo } from '../state/routes.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './dashboard.module.css';
import { pChartNumbers, shareText } from './figures.ts';
import { Panel } from './panel.tsx';
import { useWording } from './use-wording.ts';

/** Whether the share of nonconforming images stays within what chance alone explains. */
export function PChartPanel({
  chart,
  onBy,
}: {
  readonly chart: Dashboard['pChart'];
  onBy(by: Subgroup): void;
}) {
  const { t } = useTranslation('dashboard');
  const wording = useWording();
  const { by, centre, points } = chart;
  const option = useCallback(
    (look: ChartLook) => {
      const { t: words, language } = wording;
      const texts = {
        share: words('p-chart.share'),
        centre: words('p-chart.centre', { share: shareText(centre ?? 0, language) }),
        upper: words('p-chart.upper'),
        lower: words('p-chart.lower'),
        violation: words('p-chart.violation'),
        percent: (share: number) => shareText(share, language),
      };
      const shown = points.map((point) => ({
        ...point,
        key: plainText(point.key),
        isViolation: point.violations.length > 0,
      }));
      return pChart(shown, centre ?? 0, texts, look);
    },
    [points, centre, wording],
  );
  const valueFormat = useMemo(() => (share: number) => shareText(share, wording.language), [wording]);
  return (
    <Panel title={t('p-chart.title')} hint={t('p-chart.hint')} wide>
      <Chart
        label={t('p-chart.title')}
        fileName="p-chart"
        option={option}
        valueFormat={valueFormat}
        numbers={pChartNumbers(chart, wording)}
      >
        <SegmentedControl
          size="xs"
          aria-label={t('p-chart.by')}
          value={by}
          data={(['lot', 'day'] as const).map((value) => ({ value, label: t(`p-chart.by-${value}`) }))}
          onChange={onBy}
        />
      </Chart>
      {centre === null ? <Text size="sm">{t('p-chart.empty')}</Text> : <Violations points={points} />}
    </Panel>
  );
}

/** What is out of control, and by which rule, in words. */
function Violations({ points }: Pick<Dashboard['pChart'], 'points'>) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const signals = points.filter(({ violations }) => violations.length > 0);
  if (signals.length === 0) {
    return (
      <Text size="sm" data-testid="violations">
        {t('p-chart.in-control')}
      </Text>
    );
  }
  return (
    <ul className={classes.violations} data-testid="violations">
      {signals.map(({ key, batchIds, inspected, nonconforming, violations }) => (
        <li key={JSON.stringify([key, batchIds])}>
          <Text size="sm" component="span" fw={600}>
            <bdi>{plainText(key)}</bdi>
          </Text>{' '}
          <Text size="sm" component="span">
            {t('p-chart.share-of', {
              nonconforming: format.count(nonconforming),
              decided: format.count(inspected),
              share: format.share(nonconforming, inspected),
            })}{' '}
            {violations.map((rule) => t(`nelson.${rule}`)).join(' ')}
          </Text>{' '}
          {batchIds.length === 1 && (
            <Anchor
              size="sm"
              href={`#${routeTo.review(batchIds[0]!)}`}
              aria-label={t('p-chart.open', { name: plainText(key) })}
            >
              {t('p-chart.review')}
            </Anchor>
          )}
        </li>
      ))}
    </ul>
  );
}
