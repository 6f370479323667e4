import type { EChartsOption } from 'echarts';
import { axisLook, type ChartLook, commonOption } from './look.ts';

/** A sample: its share of nonconforming items, and the control limits for its size, all 0..1; null: an empty one. */
export interface PChartPoint {
  readonly key: string;
  readonly share: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** True: a rule says that the process is out of control here. */
  readonly isViolation: boolean;
}

/** What a p-chart says, in the reader's language. */
export interface PChartTexts {
  readonly share: string;
  readonly centre: string;
  readonly upper: string;
  readonly lower: string;
  readonly violation: string;
  readonly percent: (share: number) => string;
}

/**
 * A p-chart: shares with their centre line, limits that follow each sample's size, and what violates a rule marked by
 * colour and shape.
 * @param centre p̄, 0..1
 */
export function pChart(
  points: readonly PChartPoint[],
  centre: number,
  texts: PChartTexts,
  look: ChartLook,
): EChartsOption {
  const axis = axisLook(look);
  const limit = (name: string, values: readonly (number | null)[]) => ({
    type: 'line' as const,
    name,
    data: [...values],
    step: 'middle' as const,
    symbol: 'none',
    lineStyle: { color: look.reject, type: 'dashed' as const, width: 1 },
    itemStyle: { color: look.reject },
  });
  return {
    ...commonOption(look),
    grid: { left: 64, right: 24, top: 40, bottom: 56 },
    legend: { top: 0, textStyle: { color: look.ink, fontFamily: look.font } },
    xAxis: {
      type: 'category',
      data: points.map(({ key }) => key),
      ...axis,
      axisLabel: { ...axis.axisLabel, hideOverlap: true, width: 90, overflow: 'truncate' },
    },
    yAxis: {
      type: 'value',
      min: 0,
      ...axis,
      axisLabel: { ...axis.axisLabel, formatter: texts.percent },
    },
    series: [
      {
        type: 'line',
        name: texts.share,
        data: points.map(({ share }) => share),
        symbol: 'circle',
        symbolSize: 6,
        lineStyle: { color: look.accent, width: 2 },
        itemStyle: { color: look.accent },
      },
      {
        type: 'line',
        name: texts.centre,
        data: points.map(() => centre),
        symbol: 'none',
        lineStyle: { color: look.quiet, width: 1 },
        itemStyle: { color: look.quiet },
      },
      limit(
        texts.upper,
        points.map(({ upper }) => upper),
      ),
      limit(
        texts.lower,
        points.map(({ lower }) => lower),
      ),
      {
        type: 'scatter',
        name: texts.violation,
        data: points.map(({ share, isViolation }) => (isViolation ? share : null)),
        symbol: 'diamond',
        symbolSize: 14,
        itemStyle: { color: look.reject, borderColor: look.ink, borderWidth: 1 },
        z: 5,
      },
    ],
  };
}
