import { expect, test } from 'vitest';
import { chartSvg } from '../../src-main/charts/chart-svg.ts';
import { PAPER_LOOK } from '../../src-shared/charts/look.ts';
import { rateChart, rateChartSize } from '../../src-shared/charts/rate-chart.ts';
import { truthHistogram } from '../../src-shared/charts/truth-histogram.ts';

const percent = (share: number) => `${Math.round(100 * share)} %`;
const texts = { x: 'recall', y: 'precision', percent };
const curve = (name: string, area: number | null) => ({
  name,
  area,
  points: [
    [0, 1],
    [0.5, 0.5],
  ] as const,
});
const curves = [curve('b', 0.2), curve('none', null), curve('a', 0.2), curve('best', 0.9)];

interface Series {
  readonly name?: string;
  readonly stack?: string;
  readonly data: readonly unknown[];
  readonly itemStyle?: { readonly color: string };
}

test('the legend has the largest area first, equal ones by name, those without one last', () => {
  const { legend } = rateChart(curves, undefined, texts, PAPER_LOOK);
  expect((legend as { data: string[] }).data).toEqual(['best  90 %', 'a  20 %', 'b  20 %', 'none']);
});

test('curves keep their colours whatever they come to, and guessing is in no legend', () => {
  const series = rateChart(
    curves,
    [
      [0, 0.1],
      [1, 0.1],
    ],
    texts,
    PAPER_LOOK,
  ).series as readonly Series[];
  expect(series.map(({ name }) => name)).toEqual([undefined, 'b  20 %', 'none', 'a  20 %', 'best  90 %']);
  expect(series.slice(1).map(({ itemStyle }) => itemStyle?.color)).toEqual(PAPER_LOOK.lines.slice(0, 4));
  expect(series[0]!.data).toEqual([
    [0, 0.1],
    [1, 0.1],
  ]);
});

test('a stepped curve has each value from the point before it on', () => {
  const points = [
    [0.5, 1],
    [1, 0],
  ] as const;
  const drawn = (stepped: boolean) => {
    const one = [{ name: 'a', area: null, points, stepped }];
    return chartSvg(rateChart(one, undefined, texts, PAPER_LOOK), rateChartSize(one, texts));
  };
  // Down where recall is a half, at once, and then along the axis; or straight down to the corner.
  expect(drawn(true)).toMatch(/M209 14L209 280L342 280/);
  expect(drawn(false)).toMatch(/M209 14L342 280/);
});

test('its plot is a square with percents on both axes, higher where the legend needs it', () => {
  const svg = chartSvg(rateChart(curves, undefined, texts, PAPER_LOOK), rateChartSize(curves, texts));
  // From the corner (76, 280) half of the square of 266 to the right, and half of it up.
  expect(svg).toMatch(/M76 14L209 147/);
  expect(svg.match(/>40 %</g)).toHaveLength(2);
  const many = Array.from({ length: 30 }, (_, i) => curve(`method ${i}`, null));
  expect(rateChartSize(many, texts).height).toBeGreaterThanOrEqual(30 * 21);
});

test('good and defective images are counted by their scores, 1 in the highest bar', () => {
  const words = { score: 's', images: 'i', good: 'good', defective: 'bad', warnFrom: 'w', rejectFrom: 'r' };
  const option = truthHistogram(
    { good: [0, 0.04, 0.05], defective: [0.94, 1] },
    { warn: 0.5, reject: 0.7 },
    { ...words, number: String },
    PAPER_LOOK,
  );
  const bars = (option.series as readonly Series[]).filter(({ stack }) => stack);
  expect(bars.map(({ name }) => name)).toEqual(['good', 'bad']);
  expect(bars[0]!.data).toEqual([2, 1, ...new Array(18).fill(0)]);
  expect(bars[1]!.data).toEqual([...new Array(18).fill(0), 1, 1]);
});
