import type { EChartsOption } from 'echarts';
import { axisLook, type ChartLook, commonOption, lineLook } from './look.ts';

/** A figure, with the interval in which it lies; null: none was computed. */
interface SweepValue {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/** A figure at each step of a sweep. */
interface SweepLine {
  readonly name: string;
  /** As many as there are steps; null: not measured, or without a value. */
  readonly values: readonly (SweepValue | null)[];
}

/** What was changed, and what was measured. */
export interface Sweep {
  /** Settings of the parameter in their order, or names of variants; they stand at equal distances. */
  readonly steps: readonly string[];
  readonly lines: readonly SweepLine[];
  /** True: the steps are settings of one quantity, and lines lead from each to the next. */
  readonly isOrdered: boolean;
  /** The step that is in use; undefined: none of them is. */
  readonly chosen?: string | undefined;
}

/** What a chart of a sweep says, in the reader's language. */
export interface SweepTexts {
  /** Names of the axes; empty: the steps' names say it. */
  readonly parameter: string;
  readonly figure: string;
  /** Above the step that is in use. */
  readonly chosen: string;
  readonly number: (value: number) => string;
}

/** Of the distance between two steps, how much the lines' points take beside each other at most. */
const SPREAD = 0.3;
/** Between the points of two lines at the same step. */
const GAP = 0.08;

/**
 * A figure against a hyper-parameter, or of the variants of an ablation: points with the bars of their intervals. Points
 * of several lines stand a little beside each other, so that no bar covers another one.
 */
export function sweepChart(sweep: Sweep, texts: SweepTexts, look: ChartLook): EChartsOption {
  const { steps, lines, chosen } = sweep;
  const axis = axisLook(look);
  const isLong = steps.some((step) => step.length > 12);
  return {
    ...commonOption(look),
    grid: {
      left: 64,
      right: 24,
      top: lines.length > 1 ? 48 : 28,
      bottom: (isLong ? 46 : 30) + (texts.parameter === '' ? 0 : 26),
    },
    legend: {
      show: lines.length > 1,
      selectedMode: false,
      top: 0,
      itemWidth: 24,
      itemHeight: 9,
      data: lines.map(({ name }) => name),
      textStyle: { color: look.ink, fontFamily: look.font },
    },
    // The first axis names the steps; points stand on the second one, so that they can stand beside each other.
    xAxis: [
      {
        type: 'category',
        data: [...steps],
        name: texts.parameter,
        nameLocation: 'middle',
        nameGap: isLong ? 54 : 34,
        ...axis,
        axisTick: { show: false },
        axisLabel: {
          ...axis.axisLabel,
          interval: 0,
          ...(isLong && { width: 96, overflow: 'break' as const }),
        },
      },
      { type: 'value', min: -0.5, max: steps.length - 0.5, show: false },
    ],
    yAxis: {
      type: 'value',
      name: texts.figure,
      nameLocation: 'middle',
      nameRotate: 90,
      nameGap: 46,
      scale: true,
      ...axis,
      axisLine: { ...axis.axisLine, onZero: false },
      axisLabel: { ...axis.axisLabel, formatter: texts.number },
    },
    series: [
      ...lines.flatMap((line, index) => {
        const shift = placeBeside(index, lines.length);
        return [pointsOf(line, index, shift, sweep, look), barsOf(line, index, shift, look)];
      }),
      chosenLine(chosen === undefined ? -1 : steps.indexOf(chosen), texts, look),
    ],
  };
}

/** How far from its step the n-th of some lines has its points. */
function placeBeside(index: number, count: number): number {
  const gap = Math.min(GAP, SPREAD / Math.max(1, count - 1));
  return (index - (count - 1) / 2) * gap;
}

function pointsOf(
  { name, values }: SweepLine,
  index: number,
  shift: number,
  { isOrdered }: Sweep,
  look: ChartLook,
) {
  const { color, dash, symbol } = lineLook(index, look);
  return {
    type: 'line' as const,
    name,
    xAxisIndex: 1,
    silent: true,
    data: values.map((point, step) => [step + shift, point?.value ?? null]),
    symbol,
    symbolSize: 8,
    lineStyle: { color, type: dash, width: isOrdered ? 2 : 0 },
    itemStyle: { color },
    z: 3,
  };
}

/** The intervals as one broken line: up each bar, then a gap. */
function barsOf({ values }: SweepLine, index: number, shift: number, look: ChartLook) {
  const { color } = lineLook(index, look);
  return {
    type: 'line' as const,
    xAxisIndex: 1,
    data: values.flatMap((point, step) => {
      if (point === null || point.low === null || point.high === null) return [];
      const x = step + shift;
      return [
        [x, point.low],
        [x, point.high],
        [x, null],
      ];
    }),
    connectNulls: false,
    silent: true,
    symbol: 'rect',
    symbolSize: [9, 1.5],
    lineStyle: { color, width: 1.5 },
    itemStyle: { color },
    z: 2,
  };
}

function chosenLine(at: number, texts: SweepTexts, look: ChartLook) {
  const label = {
    formatter: texts.chosen,
    color: look.quiet,
    fontFamily: look.font,
    position: 'insideEndTop' as const,
    rotate: 0,
    align: 'left' as const,
    distance: 4,
  };
  return {
    type: 'line' as const,
    xAxisIndex: 1,
    data: [],
    markLine: {
      silent: true,
      symbol: 'none',
      lineStyle: { color: look.quiet, type: 'dashed' as const, width: 1 },
      label,
      data: at < 0 ? [] : [{ xAxis: at }],
    },
  };
}
