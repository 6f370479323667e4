import type { EChartsOption } from 'echarts';
import type { ModelVerdict } from '../verdict.ts';
import { axisLook, type ChartLook, commonOption } from './look.ts';

/** Images with a score in one of the equal parts of 0..1, by the model's verdict. */
export type ScoreBin = Readonly<Record<ModelVerdict, number>>;

/** What a histogram of scores says, in the reader's language. */
export interface ScoreTexts extends Readonly<Record<ModelVerdict, string>> {
  /** Names of the axes. */
  readonly score: string;
  readonly images: string;
  readonly warnFrom: string;
  readonly rejectFrom: string;
  readonly number: (value: number) => string;
}

/**
 * How image scores are spread, with the recipe's thresholds.
 * @param bins of equal width over 0..1
 * @param thresholds null: several recipes, which have no common one
 */
export function scoreHistogram(
  bins: readonly ScoreBin[],
  thresholds: { readonly warn: number; readonly reject: number } | null,
  texts: ScoreTexts,
  look: ChartLook,
): EChartsOption {
  const axis = axisLook(look);
  const colours = { accept: look.accept, warn: look.warn, reject: look.reject };
  const verdicts = ['accept', 'warn', 'reject'] as const;
  const line = (value: number, name: string, color: string, align: 'left' | 'right') => ({
    xAxis: value * bins.length - 0.5,
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
      data: verdicts.map((verdict) => texts[verdict]),
      top: 0,
      textStyle: { color: look.ink, fontFamily: look.font },
    },
    xAxis: [
      // Bars stand on the first axis; the second one is numbered, and lines stand on it.
      {
        type: 'category',
        data: bins.map(
          (_, bin) => `${texts.number(bin / bins.length)}–${texts.number((bin + 1) / bins.length)}`,
        ),
        show: false,
      },
      {
        type: 'value',
        min: -0.5,
        max: bins.length - 0.5,
        position: 'bottom',
        name: texts.score,
        nameLocation: 'middle',
        nameGap: 26,
        interval: bins.length / 10,
        ...axis,
        splitLine: { show: false },
        axisLabel: {
          ...axis.axisLabel,
          formatter: (at: number) => texts.number(Math.round(((at + 0.5) / bins.length) * 100) / 100),
        },
      },
    ],
    yAxis: { type: 'value', name: texts.images, minInterval: 1, ...axis },
    series: [
      ...verdicts.map((verdict) => ({
        type: 'bar' as const,
        name: texts[verdict],
        stack: 'images',
        data: bins.map((bin) => bin[verdict]),
        barCategoryGap: '4%',
        itemStyle: { color: colours[verdict] },
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
