import type { EChartsOption } from 'echarts';
import { axisLook, type ChartLook, commonOption } from './look.ts';

/** What was done on a day (ISO 8601). */
export interface ThroughputDay {
  readonly day: string;
  readonly inspected: number;
  readonly reviewed: number;
}

/** What a throughput chart says, in the reader's language. */
export interface ThroughputTexts {
  readonly images: string;
  readonly inspected: string;
  readonly reviewed: string;
}

/** Images inspected by the model and judged by inspectors, day by day. */
export function throughputChart(
  days: readonly ThroughputDay[],
  texts: ThroughputTexts,
  look: ChartLook,
): EChartsOption {
  const axis = axisLook(look);
  const bar = (name: string, data: number[], color: string) => ({
    type: 'bar' as const,
    name,
    data,
    barMaxWidth: 28,
    itemStyle: { color },
  });
  return {
    ...commonOption(look),
    grid: { left: 56, right: 24, top: 40, bottom: 40 },
    legend: { top: 0, textStyle: { color: look.ink, fontFamily: look.font } },
    xAxis: {
      type: 'category',
      data: days.map(({ day }) => day),
      ...axis,
      axisLabel: { ...axis.axisLabel, hideOverlap: true },
    },
    yAxis: { type: 'value', name: texts.images, minInterval: 1, ...axis },
    series: [
      bar(
        texts.inspected,
        days.map(({ inspected }) => inspected),
        look.accent,
      ),
      bar(
        texts.reviewed,
        days.map(({ reviewed }) => reviewed),
        look.second,
      ),
    ],
  };
}
