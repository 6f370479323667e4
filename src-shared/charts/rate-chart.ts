import type { EChartsOption } from 'echarts';
import { axisLook, type ChartLook, commonOption, lineLook } from './look.ts';

/** One rate against another one, both 0..1, over all thresholds. */
export interface RateCurve {
  readonly name: string;
  /** What the curve comes to, 0..1: its area, or average precision; null: it has none. */
  readonly area: number | null;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** True: a point's value holds from the point before it on, as average precision has it; straight lines would promise more. */
  readonly stepped?: boolean;
}

/** What a chart of such curves says, in the reader's language. */
export interface RateTexts {
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
  readonly percent: (share: number) => string;
}

const MARGIN = { left: 76, top: 14, bottom: 50 } as const;
/** CSS pixels between plot and legend, of a letter of the legend, of what stands before its text, and of its rows. */
const GAP = 18;
const LETTER = 7;
const SIGN = 40;
const ROW = 21;
const LEAST_PLOT = 266;

/**
 * Of {@link rateChart}, whose plot is a square and has the legend beside it.
 * @param curves as given to it
 */
export function rateChartSize(curves: readonly RateCurve[], texts: RateTexts) {
  const plot = plotSide(curves);
  const letters = Math.max(0, ...curves.map((curve) => labelOf(curve, texts).length));
  return {
    width: Math.round(MARGIN.left + plot + GAP + SIGN + LETTER * letters),
    height: MARGIN.top + plot + MARGIN.bottom,
  };
}

function plotSide({ length }: readonly RateCurve[]): number {
  return Math.max(LEAST_PLOT, ROW * length - MARGIN.bottom);
}

/**
 * Precision–recall or ROC curves of several systems, on axes of percent. Each keeps its colour by its place in `curves`; the
 * legend has the largest area first. It is drawn for the size of {@link rateChartSize}.
 * @param chance what guessing would give; undefined: not drawn
 */
export function rateChart(
  curves: readonly RateCurve[],
  chance: readonly (readonly [x: number, y: number])[] | undefined,
  texts: RateTexts,
  look: ChartLook,
): EChartsOption {
  const labels = curves.map((curve) => labelOf(curve, texts));
  const order = curves
    .map(({ area }, index) => ({ area: area ?? -1, label: labels[index]! }))
    .sort((a, b) => b.area - a.area || (a.label < b.label ? -1 : 1));
  return {
    ...commonOption(look),
    grid: { ...MARGIN, width: plotSide(curves), height: plotSide(curves) },
    legend: {
      orient: 'vertical',
      left: MARGIN.left + plotSide(curves) + GAP,
      top: MARGIN.top - 6,
      align: 'left',
      itemWidth: 26,
      itemHeight: 9,
      itemGap: 7,
      selectedMode: false,
      data: order.map(({ label }) => label),
      textStyle: { color: look.ink, fontFamily: look.font },
    },
    xAxis: { ...rateAxis(texts.x, texts, look), nameGap: 30 },
    yAxis: { ...rateAxis(texts.y, texts, look), nameRotate: 90, nameGap: 46 },
    series: [
      ...(chance ? [chanceLine(chance, look)] : []),
      ...curves.map(({ points, stepped }, index) => {
        const { color, dash } = lineLook(index, look);
        return {
          type: 'line' as const,
          name: labels[index]!,
          data: points.map(([x, y]) => [x, y]),
          silent: true,
          symbol: 'none',
          ...(stepped && { step: 'start' as const }),
          lineStyle: { color, type: dash, width: 2 },
          itemStyle: { color },
        };
      }),
    ],
  };
}

function labelOf({ name, area }: RateCurve, { percent }: RateTexts): string {
  return area === null ? name : `${name}  ${percent(area)}`;
}

function rateAxis(name: string, texts: RateTexts, look: ChartLook) {
  const axis = axisLook(look);
  return {
    type: 'value' as const,
    name,
    min: 0,
    max: 1,
    interval: 0.2,
    nameLocation: 'middle' as const,
    ...axis,
    axisLabel: { ...axis.axisLabel, formatter: texts.percent },
  };
}

function chanceLine(points: readonly (readonly [x: number, y: number])[], look: ChartLook) {
  return {
    type: 'line' as const,
    data: points.map(([x, y]) => [x, y]),
    silent: true,
    symbol: 'none',
    lineStyle: { color: look.quiet, type: 'dotted' as const, width: 1 },
  };
}
