import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FILE_LOOK, writeChart } from '../../src-main/charts/chart-file.ts';
import { chartPicture } from '../../src-main/charts/chart-picture.ts';
import { SAVED_LOOK } from '../../src-renderer/charts/chart-look.ts';
import { DARK_LOOK, lineLook, PAPER_LOOK } from '../../src-shared/charts/look.ts';
import { type Sweep, sweepChart } from '../../src-shared/charts/sweep-chart.ts';
import { tempFolder } from '../temp-folder.ts';

const texts = {
  parameter: 'θ',
  figure: 'pixel AP',
  chosen: 'in use',
  number: (value: number) => `${Math.round(100 * value)} %`,
};
const point = (value: number) => ({ value, low: value - 0.05, high: value + 0.1 });
const sweep: Sweep = {
  steps: ['0.1', '0.2', '0.3'],
  isOrdered: true,
  chosen: '0.2',
  lines: [{ name: 'all', values: [point(0.3), { value: 0.5, low: null, high: null }, null] }],
};

interface Series {
  readonly name?: string;
  readonly data: readonly (readonly (number | null)[])[];
  readonly lineStyle?: { readonly width: number };
  readonly markLine?: { readonly data: readonly { readonly xAxis: number }[] };
}
const seriesOf = (of: Sweep) => sweepChart(of, texts, PAPER_LOOK).series as readonly Series[];

test('a sweep has a point per step, and a bar from the low to the high end of its interval', () => {
  const [points, bars, chosen] = seriesOf(sweep);
  expect(points!.data).toEqual([
    [0, 0.3],
    [1, 0.5],
    [2, null],
  ]);
  expect(bars!.data).toEqual([
    [0, 0.25],
    [0, 0.4],
    [0, null],
  ]);
  expect(chosen!.markLine!.data).toEqual([{ xAxis: 1 }]);
});

test('lines beside each other share a step, none of them on top of another one', () => {
  const lines = ['a', 'b', 'c'].map((name) => ({ name, values: [point(0.2), point(0.3), point(0.4)] }));
  const places = seriesOf({ ...sweep, lines })
    .filter(({ name }) => name)
    .map(({ data }) => data[1]![0]);
  expect(places).toEqual([0.92, 1, 1.08]);
});

test('variants without an order are not joined, and none is marked that is not among them', () => {
  const series = seriesOf({ ...sweep, isOrdered: false, chosen: 'other' });
  expect(series[0]!.lineStyle!.width).toBe(0);
  expect(series.at(-1)!.markLine!.data).toEqual([]);
});

test('more lines than colours differ in their dashes', () => {
  const looks = Array.from({ length: 2 * PAPER_LOOK.lines.length }, (_, i) => lineLook(i, PAPER_LOOK));
  expect(new Set(looks.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(looks.length);
});

test('a chart in a file is well-formed SVG, whatever the names in it', async () => {
  const path = join(await tempFolder(), 'sweep.svg');
  const lines = [
    { name: '<a> & "b"', values: [point(0.1)] },
    { name: 'c', values: [null] },
  ];
  await writeChart(path, sweepChart({ ...sweep, steps: ['<x>'], lines }, texts, FILE_LOOK), {
    width: 400,
    height: 300,
  });
  const svg = await readFile(path, 'utf8');
  // resvg reads nothing but well-formed XML.
  await expect(chartPicture(svg, 1)).resolves.toMatchObject({ width: 400, height: 300 });
  await expect(chartPicture(svg.replace('&lt;', '<'), 1)).rejects.toThrow();
  for (const text of ['>&lt;a&gt; &amp; &quot;b&quot;<', '>&lt;x&gt;<', '>θ<', '>pixel AP<', '>3 %<'])
    expect(svg).toContain(text);
});

test('fonts are named without the quotation marks that would end an attribute', () => {
  for (const { font } of [PAPER_LOOK, DARK_LOOK, FILE_LOOK, SAVED_LOOK]) expect(font).not.toMatch(/["'<&]/);
});
