import { PAPER_LOOK } from '../../src-shared/charts/look.ts';
import { type ParetoBar, paretoChart } from '../../src-shared/charts/pareto-chart.ts';
import { type ScoreBin, scoreHistogram } from '../../src-shared/charts/score-histogram.ts';
import { chartPicture } from '../charts/chart-picture.ts';
import { chartSvg } from '../charts/chart-svg.ts';
import { encodeRgb } from '../codec/image-codec.ts';
import type { SheetContent, SheetPicture } from '../xlsx/workbook.ts';

const SIZE = { width: 720, height: 360 } as const;
/** Pixels of a picture per pixel that it takes on the sheet. */
const ZOOM = 2;

/**
 * The sheet `charts`: pictures of the Pareto of defect classes and of the scores, where there are any; undefined without.
 * @param classes how many regions of each, false positives left out
 */
export async function chartsSheet(
  classes: readonly ParetoBar[],
  bins: readonly ScoreBin[],
  thresholds: { readonly warn: number; readonly reject: number },
): Promise<SheetContent | undefined> {
  const charts: { readonly name: string; readonly option: ReturnType<typeof paretoChart> }[] = [];
  if (classes.length > 0) {
    const texts = {
      value: 'regions',
      cumulative: 'cumulative share',
      percent: (share: number) => `${Math.round(100 * share)} %`,
    };
    charts.push({ name: 'Pareto of defect classes', option: paretoChart(classes, texts, PAPER_LOOK) });
  }
  if (bins.some(({ accept, warn, reject }) => accept + warn + reject > 0)) {
    const texts = {
      ...{ accept: 'accept', warn: 'warn', reject: 'reject', score: 'score', images: 'images' },
      ...{ warnFrom: 'warn from', rejectFrom: 'reject from', number: String },
    };
    charts.push({ name: 'Scores', option: scoreHistogram(bins, thresholds, texts, PAPER_LOOK) });
  }
  if (charts.length === 0) return undefined;
  const pictures: SheetPicture[] = [];
  for (const [row, { name, option }] of charts.entries()) {
    const bytes = await encodeRgb(await chartPicture(chartSvg(option, SIZE), ZOOM), { format: 'png' });
    pictures.push({ row, column: 1, bytes, mediaType: 'image/png', ...SIZE, description: name });
  }
  return {
    name: 'charts',
    header: ['chart', 'picture'],
    rows: charts.map(({ name }) => [name, null]),
    filter: false,
    pictures,
  };
}
