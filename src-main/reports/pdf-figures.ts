import { PAPER_LOOK } from '../../src-shared/charts/look.ts';
import { cumulativeShares, paretoChart } from '../../src-shared/charts/pareto-chart.ts';
import { scoreHistogram } from '../../src-shared/charts/score-histogram.ts';
import { chartPicture } from '../charts/chart-picture.ts';
import { chartSvg } from '../charts/chart-svg.ts';
import { encodeRgb } from '../codec/image-codec.ts';
import { writeTable } from '../pdf/pdf-table.ts';
import { BODY, heading, SMALL } from './pdf-parts.ts';
import type { Writing } from './report-input.ts';

/** CSS pixels of a chart, and how many it has of the picture's. */
const CHART = { width: 720, zoom: 2.5 };
/** Bars of a Pareto chart; the rest stands in one, and in the table each on its own. */
const BARS = 12;

/** Nonconforming images by class: chart and table. */
export async function paretoChapter(writing: Writing): Promise<void> {
  const { pdf, words, figures } = writing;
  const { pareto: told } = words.texts;
  heading(writing, told.heading, 230);
  if (figures.pareto.length === 0) return pdf.write(told.nothing, BODY);
  pdf.write(told.note, SMALL, { gap: 4 });
  await chart(writing, paretoOption(writing), 300);
  const bars = paretoBars(writing);
  const shares = cumulativeShares(bars.map(({ value }) => value));
  const total = bars.reduce((sum, { value }) => sum + value, 0);
  const { cut } = await writeTable(
    pdf,
    [
      { title: told.defectClass, share: 6 },
      { title: told.count, share: 1, align: 'right' },
      { title: told.share, share: 1, align: 'right' },
      { title: told.cumulative, share: 1.6, align: 'right' },
    ],
    bars.map(({ name, value }, i) => [
      name,
      words.count(value),
      words.percent(value / total),
      words.percent(shares[i]!),
    ]),
  );
  writing.cut += cut;
}

/** How scores are spread, with the thresholds. */
export async function scoresChapter(writing: Writing): Promise<void> {
  const { pdf, words } = writing;
  const { scores: told } = words.texts;
  heading(writing, told.heading, 200);
  pdf.write(told.note, SMALL, { gap: 4 });
  await chart(writing, scoresOption(writing), 260);
}

/** Both charts side by side, or the one that is wanted. */
export async function shortCharts(
  writing: Writing,
  wanted: { readonly pareto: boolean; readonly scores: boolean },
): Promise<void> {
  const { pdf, words, figures } = writing;
  const { pareto, scores } = words.texts;
  const charts = [
    ...(wanted.pareto && figures.pareto.length > 0
      ? [{ title: pareto.heading, option: paretoOption(writing) }]
      : []),
    ...(wanted.scores ? [{ title: scores.heading, option: scoresOption(writing) }] : []),
  ];
  if (charts.length === 0) return;
  heading(writing, charts.map(({ title }) => title).join(' · '));
  const top = pdf.y;
  const width = (pdf.width - 12) / 2;
  for (const [i, { option }] of charts.entries()) {
    pdf.y = top;
    await chart(writing, option, 300, { x: pdf.left + i * (width + 12), width });
  }
}

function paretoBars({ figures, words }: Writing) {
  return figures.pareto.map(({ defectClass, count }) => ({
    name: defectClass || words.texts.unnamed,
    value: count,
  }));
}

function paretoOption(writing: Writing) {
  const { pareto: told } = writing.words.texts;
  const bars = paretoBars(writing);
  const rest = bars.slice(BARS).reduce((sum, { value }) => sum + value, 0);
  const shown = [...bars.slice(0, BARS), ...(rest > 0 ? [{ name: told.others, value: rest }] : [])];
  const { percent } = writing.words;
  return paretoChart(shown, { value: told.count, cumulative: told.cumulative, percent }, PAPER_LOOK);
}

function scoresOption({ input, words, figures }: Writing) {
  const { scores: told, verdicts } = words.texts;
  const { accept, warn, reject } = verdicts;
  const { score, images, warnFrom, rejectFrom } = told;
  const texts = { accept, warn, reject, score, images, warnFrom, rejectFrom };
  return scoreHistogram(
    figures.scores,
    input.records.recipe.content,
    { ...texts, number: (value) => words.decimal(value, 2) },
    PAPER_LOOK,
  );
}

async function chart(
  { pdf }: Writing,
  option: ReturnType<typeof paretoChart>,
  height: number,
  place: { readonly x: number; readonly width: number } = { x: pdf.left, width: pdf.width },
): Promise<void> {
  const { width, zoom } = CHART;
  const pixels = await chartPicture(chartSvg(option, { width, height }), zoom);
  const shown = (place.width / width) * height;
  pdf.need(shown);
  const image = pdf.openImage(await encodeRgb(pixels, { format: 'png' }));
  pdf.image(image, place.x, pdf.y, place.width, shown);
  pdf.y += shown + 6;
}
