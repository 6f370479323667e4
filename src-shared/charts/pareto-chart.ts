import type { EChartsOption } from 'echarts';
import { axisLook, type ChartLook, commonOption } from './look.ts';

/** A bar of a Pareto chart: how often, or with what weight, a class was found. */
export interface ParetoBar {
  readonly name: string;
  readonly value: number;
}

/** What a Pareto chart says, in the reader's language. */
export interface ParetoTexts {
  /** Name of the left axis. */
  readonly value: string;
  /** Name of the right axis and of the line. */
  readonly cumulative: string;
  readonly percent: (share: number) => string;
}

/**
 * A Pareto chart: bars by falling value, and the line of their cumulative share of all, 0..1 (Juran, Quality Control
 * Handbook).
 * @param bars in any order; equal ones keep theirs
 */
export function paretoChart(bars: readonly ParetoBar[], texts: ParetoTexts, look: ChartLook): EChartsOption {
  const sorted = bars.toSorted((a, b) => b.value - a.value);
  const axis = axisLook(look);
  return {
    ...commonOption(look),
    grid: { left: 56, right: 64, top: 40, bottom: 48 },
    legend: {
      data: [texts.value, texts.cumulative],
      top: 0,
      textStyle: { color: look.ink, fontFamily: look.font },
    },
    xAxis: {
      type: 'category',
      data: sorted.map(({ name }) => name),
      ...axis,
      axisLabel: { ...axis.axisLabel, interval: 0, width: 90, overflow: 'truncate' },
    },
    yAxis: [
      { type: 'value', name: texts.value, minInterval: 1, ...axis },
      {
        type: 'value',
        name: texts.cumulative,
        min: 0,
        max: 1,
        ...axis,
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, formatter: texts.percent },
      },
    ],
    series: [
      {
        type: 'bar',
        name: texts.value,
        data: sorted.map(({ value }) => value),
        barMaxWidth: 64,
        itemStyle: { color: look.accent },
        label: { show: true, position: 'top', color: look.ink, fontFamily: look.font },
      },
      {
        type: 'line',
        name: texts.cumulative,
        yAxisIndex: 1,
        tooltip: { valueFormatter: (share) => texts.percent(Number(share)) },
        data: cumulativeShares(sorted.map(({ value }) => value)),
        symbol: 'circle',
        symbolSize: 7,
        lineStyle: { color: look.second, width: 2 },
        itemStyle: { color: look.second },
      },
    ],
  };
}

/** Of the sum of all, how much the first ones are together; 0 each where there is nothing. */
export function cumulativeShares(values: readonly number[]): number[] {
  const total = values.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  return values.map((value) => {
    sum += value;
    return total === 0 ? 0 : sum / total;
  });
}
