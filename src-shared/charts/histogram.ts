import type { EChartsOption } from 'echarts';
import { axisLook, type ChartLook, commonOption } from './look.ts';

/** What a histogram of scores says, in the reader's language. */
export interface HistogramTexts {
  /** Names of the axes. */
  readonly score: string;
  readonly images: string;
  readonly warnFrom: string;
  readonly rejectFrom: string;
  readonly number: (value: number) => string;
}

/** One of the kinds of images that a bar is made of. */
export interface HistogramStack {
  readonly name: string;
  readonly color: string;
  /** Images in each bin. */
  readonly counts: readonly number[];
}

/**
 * How scores are spread over equal parts of 0..1, by kinds of images.
 * @param stacks from below; as many counts in each
 * @param thresholds null: none is drawn
 */
export function stackedHistogram(
  stacks: readonly HistogramStack[],
  thresholds: { readonly warn: number; readonly reject: number } | null,
  texts: HistogramTexts,
  look: ChartLook,
): EChartsOption {
  const axis = axisLook(look);
  const bins = stacks[0]?.counts.length ?? 0;
  const line = (value: number, name: string, color: string, align: 'left' | 'right') => ({
    xAxis: value * bins - 0.5,
    lineStyle: { color, type: 'solid' as const, width: 2 },
    label: {
      formatter: `${name} ${texts.number(value)}`,
      color: look.ink,
      fontFamily: look.font,
      align,
      distance: 4,
    },
  });
  return {
    ...commonOption(look),
    grid: { left: 56, right: 24, top: 56, bottom: 44 },
    legend: {
      data: stacks.map(({ name }) => name),
      top: 0,
      textStyle: { color: look.ink, fontFamily: look.font },
    },
    xAxis: scoreAxes(bins, texts, look),
    yAxis: {
      type: 'value',
      name: texts.images,
      minInterval: 1,
      ...axis,
      // The numbered axis begins half a bar before its 0.
      axisLine: { ...axis.axisLine, onZero: false },
    },
    series: [
      ...stacks.map(({ name, color, counts }) => ({
        type: 'bar' as const,
        name,
        stack: 'images',
        data: [...counts],
        barCategoryGap: '4%',
        itemStyle: { color },
      })),
      {
        type: 'line',
        xAxisIndex: 1,
        data: [],
        markLine: {
          silent: true,
          symbol: 'none',
          data: thresholds
            ? [
                line(thresholds.warn, texts.warnFrom, look.warn, 'right'),
                line(thresholds.reject, texts.rejectFrom, look.reject, 'left'),
              ]
            : [],
        },
      },
    ],
  };
}

/** Bars stand on the first axis; the second one is numbered, and lines stand on it. */
function scoreAxes(bins: number, texts: HistogramTexts, look: ChartLook) {
  const axis = axisLook(look);
  return [
    {
      type: 'category' as const,
      data: Array.from(
        { length: bins },
        (_, bin) => `${texts.number(bin / bins)}–${texts.number((bin + 1) / bins)}`,
      ),
      show: false,
    },
    {
      type: 'value' as const,
      min: -0.5,
      max: bins - 0.5,
      position: 'bottom' as const,
      name: texts.score,
      nameLocation: 'middle' as const,
      nameGap: 26,
      interval: bins / 10,
      ...axis,
      splitLine: { show: false },
      axisLabel: {
        ...axis.axisLabel,
        formatter: (at: number) => texts.number(Math.round(((at + 0.5) / bins) * 100) / 100),
      },
    },
  ];
}
