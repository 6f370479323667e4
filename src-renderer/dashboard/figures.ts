import type { TFunction } from 'i18next';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import type { ChartNumbers } from '../charts/chart-numbers.ts';
import { formatCount, formatShare } from '../i18n/format.ts';
import { plainText } from '../i18n/plain-text.ts';

type T = TFunction<['dashboard', 'app']>;

/** What figures are written with. */
export interface FigureWording {
  readonly t: T;
  readonly language: string;
}

/** A share in per cent. */
export function shareText(share: number, language: string): string {
  return formatShare(share, 1, language);
}

/** What a defect class is called where there may be none. */
export function className(defectClass: string, { t }: FigureWording): string {
  return defectClass === '' ? t('pareto.no-class') : plainText(defectClass);
}

export function paretoNumbers(bars: Dashboard['pareto'], wording: FigureWording): ChartNumbers {
  const { t, language } = wording;
  return {
    columns: [
      { name: t('pareto.class') },
      { name: t('pareto.count') },
      ...(['critical', 'major', 'minor', 'none'] as const).map((severity) => ({
        name: t(`severity.${severity}`),
      })),
      { name: t('pareto.weighted') },
      { name: t('pareto.cumulative'), format: (share: number) => shareText(share, language) },
    ],
    rows: bars.map(
      ({ defectClass, count, severities: { critical, major, minor, none }, weighted, cumulative }) => [
        className(defectClass, wording),
        ...[count, critical, major, minor, none, weighted, cumulative],
      ],
    ),
  };
}

export function pChartNumbers(
  { by, points }: Dashboard['pChart'],
  { t, language }: FigureWording,
): ChartNumbers {
  const share = (name: string) => ({ name, format: (value: number) => shareText(value, language) });
  return {
    columns: [
      { name: t(`p-chart.${by}`) },
      ...(by === 'lot' ? [{ name: t('filter.partNumber') }] : []),
      { name: t('p-chart.decided') },
      { name: t('p-chart.nonconforming') },
      { name: t('p-chart.undecided') },
      share(t('p-chart.share')),
      share(t('p-chart.lower')),
      share(t('p-chart.upper')),
      { name: t('p-chart.rules') },
    ],
    rows: points.map((point) => [
      point.key,
      ...(by === 'lot' ? [point.partNumber] : []),
      ...[point.inspected, point.nonconforming, point.undecided],
      ...[point.share, point.lower, point.upper],
      point.violations.map((rule) => t('p-chart.rule', { rule })).join(', '),
    ]),
  };
}

/** Ranges without images are left out. */
export function scoreNumbers({ bins }: Dashboard['scores'], { t }: FigureWording): ChartNumbers {
  const verdicts = ['accept', 'warn', 'reject'] as const;
  return {
    columns: [
      { name: t('scores.range') },
      ...verdicts.map((verdict) => ({ name: t(`app:verdict.${verdict}`) })),
    ],
    rows: bins.flatMap((bin, at) =>
      bin.accept + bin.warn + bin.reject === 0
        ? []
        : [
            [
              `${(at / 100).toFixed(2)}–${((at + 1) / 100).toFixed(2)}`,
              ...verdicts.map((verdict) => bin[verdict]),
            ],
          ],
    ),
  };
}

/** Milliseconds as people read them: below a second in milliseconds. */
export function timeText(milliseconds: number | null, { t, language }: FigureWording): string {
  if (milliseconds === null) return '–';
  return milliseconds < 1000
    ? t('throughput.ms', { number: formatCount(Math.round(milliseconds), language) })
    : t('throughput.s', {
        number: new Intl.NumberFormat(language, { maximumSignificantDigits: 3 }).format(milliseconds / 1000),
      });
}

export function throughputNumbers(days: Dashboard['throughput'], wording: FigureWording): ChartNumbers {
  const { t } = wording;
  const time = (name: string) => ({ name, format: (value: number) => timeText(value, wording) });
  return {
    columns: [
      { name: t('throughput.day') },
      { name: t('throughput.inspected') },
      { name: t('throughput.reviewed') },
      time(t('throughput.median')),
      time(t('throughput.p95')),
    ],
    rows: days.map(({ day, inspected, reviewed, medianMilliseconds, p95Milliseconds }) => [
      day,
      ...[inspected, reviewed, medianMilliseconds, p95Milliseconds],
    ]),
  };
}
