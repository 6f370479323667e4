import { expect, test } from 'vitest';
import { chartPicture } from '../../src-main/charts/chart-picture.ts';
import { chartSvg } from '../../src-main/charts/chart-svg.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { PAPER_LOOK } from '../../src-shared/charts/look.ts';
import { pChart } from '../../src-shared/charts/p-chart.ts';
import { cumulativeShares, paretoChart } from '../../src-shared/charts/pareto-chart.ts';
import { scoreHistogram } from '../../src-shared/charts/score-histogram.ts';

const percent = (share: number) => `${Math.round(share * 100)} %`;
const pareto = paretoChart(
  [
    { name: '划痕', value: 3 },
    { name: 'dent', value: 5 },
  ],
  { value: 'Images', cumulative: 'Cumulative', percent },
  PAPER_LOOK,
);
const size = { width: 400, height: 200 };

test('a Pareto chart has its bars by falling value, and the line of their share of all', () => {
  // By hand: 5 of 10, then 8 of 10, then all.
  expect(cumulativeShares([5, 3, 2])).toEqual([0.5, 0.8, 1]);
  expect(cumulativeShares([0, 0])).toEqual([0, 0]);
  const svg = chartSvg(pareto, size);
  expect(svg.indexOf('dent')).toBeLessThan(svg.indexOf('划痕'));
  expect(svg).toContain('100 %');
});

test('the same chart gives the same SVG and the same pixels, however many were drawn before', async () => {
  const [first, second] = [chartSvg(pareto, size), chartSvg(pareto, size)];
  expect(second).toBe(first);
  const [a, b] = [await chartPicture(first, 2), await chartPicture(second, 2)];
  expect([a.width, a.height, a.data.length]).toEqual([800, 400, 800 * 400 * 3]);
  expect(sha256(a.data)).toBe(sha256(b.data));
});

test('text is drawn with the own font, Chinese too', async () => {
  const option = (name: string) =>
    paretoChart([{ name, value: 1 }], { value: 'n', cumulative: 'c', percent }, PAPER_LOOK);
  const [named, other] = await Promise.all(
    ['划痕', '凹痕'].map((name) => chartPicture(chartSvg(option(name), size), 1)),
  );
  expect(sha256(named!.data)).not.toBe(sha256(other!.data));
});

test('a p-chart draws limits that follow the sample, and marks what violates a rule', () => {
  const texts = { share: 'Share', centre: 'Mean', upper: 'UCL', lower: 'LCL', violation: 'Out', percent };
  const point = { key: 'a', share: 0.1, lower: 0, upper: 0.2, isViolation: false };
  const option = pChart([point, { ...point, key: 'b', isViolation: true }], 0.1, texts, PAPER_LOOK);
  const series = option.series as { readonly name: string; readonly data: readonly unknown[] }[];
  expect(series.find(({ name }) => name === 'UCL')?.data).toEqual([0.2, 0.2]);
  expect(series.find(({ name }) => name === 'Out')?.data).toEqual([null, 0.1]);
});

test('a histogram of scores has its thresholds where they are, also between two bars', () => {
  const bins = Array.from({ length: 10 }, () => ({ accept: 1, warn: 0, reject: 0 }));
  const texts = {
    ...{ accept: 'a', warn: 'w', reject: 'r', score: 's', images: 'i' },
    ...{ warnFrom: 'from', rejectFrom: 'from', number: (value: number) => value.toFixed(2) },
  };
  const svg = chartSvg(scoreHistogram(bins, { warn: 0.25, reject: 0.5 }, texts, PAPER_LOOK), {
    width: 1080,
    height: 300,
  });
  // The plot is 1000 wide from 56 on: 0.25 of it, and half of it.
  expect(svg).toMatch(/M306\b[^"]*L306\b/);
  expect(svg).toMatch(/M556\b[^"]*L556\b/);
  expect(chartSvg(scoreHistogram(bins, null, texts, PAPER_LOOK), size)).not.toContain('from');
});
