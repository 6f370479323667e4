import { type ChartLook, DARK_LOOK } from '../../../../src-shared/charts/look.ts';
import {
  type RateCurve,
  type RateTexts,
  rateChart,
  rateChartSize,
} from '../../../../src-shared/charts/rate-chart.ts';
import { type KnownScores, truthHistogram } from '../../../../src-shared/charts/truth-histogram.ts';
import type { Recipe } from '../../../../src-shared/recipe.ts';
import { FILE_FONT, FILE_LOOK } from '../../../charts/chart-file.ts';
import { type ChartSize, chartSvg } from '../../../charts/chart-svg.ts';
import type { MetricCurves } from '../../../pipeline/metric-curves.ts';
import type { PictureFolder } from './picture-folder.ts';

/** A chart as the page shows it on a light background and on a dark one. */
export interface ChartPicture extends ChartSize {
  readonly light: string;
  readonly dark: string;
}

/** The curves of one method. */
export interface NamedCurves {
  readonly name: string;
  readonly curves: MetricCurves;
  readonly ap: number | null;
  readonly auroc: number | null;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
const HISTOGRAM: ChartSize = { width: 520, height: 210 };
const DARK_PAGE: ChartLook = { ...DARK_LOOK, font: FILE_FONT, paper: '#1b1e23' };

/** Precision against recall over pixels, all methods in one chart; the dotted line is the share of defective pixels. */
export function precisionRecallPicture(
  methods: readonly NamedCurves[],
  folder: PictureFolder,
): Promise<ChartPicture> {
  const texts = { x: 'recall', y: 'precision', percent };
  const curves = methods.map(({ name, curves: { precisionRecall }, ap }) => ({
    name,
    area: ap,
    stepped: true,
    points: precisionRecall.map(({ recall, precision }) => [recall, precision] as const),
  }));
  // At the lowest threshold everything is marked.
  const share = methods[0]?.curves.precisionRecall.at(-1)?.precision;
  const chance =
    share === undefined
      ? undefined
      : ([
          [0, share],
          [1, share],
        ] as const);
  return ratePicture(curves, chance, texts, folder);
}

/** True positives against false ones over pixels, all methods in one chart; the dotted line is guessing. */
export function rocPicture(methods: readonly NamedCurves[], folder: PictureFolder): Promise<ChartPicture> {
  const texts = { x: 'false-positive rate', y: 'true-positive rate', percent };
  const curves = methods.map(({ name, curves: { roc }, auroc }) => ({
    name,
    area: auroc,
    points: roc.map(({ falsePositives, truePositives }) => [falsePositives, truePositives] as const),
  }));
  return ratePicture(
    curves,
    [
      [0, 0],
      [1, 1],
    ],
    texts,
    folder,
  );
}

/** How far the image scores of good and of defective images are apart. */
export function scoresPicture(
  scores: KnownScores,
  { warn, reject }: Pick<Recipe, 'warn' | 'reject'>,
  folder: PictureFolder,
): Promise<ChartPicture> {
  const texts = {
    ...{ score: 'image score', images: 'images', good: 'good', defective: 'defective' },
    ...{
      warnFrom: 'warn',
      rejectFrom: 'reject',
      number: (value: number) => String(Number(value.toFixed(2))),
    },
  };
  return keepChart(folder, HISTOGRAM, (look) => truthHistogram(scores, { warn, reject }, texts, look));
}

function ratePicture(
  curves: readonly RateCurve[],
  chance: readonly (readonly [number, number])[] | undefined,
  texts: RateTexts,
  folder: PictureFolder,
): Promise<ChartPicture> {
  const size = rateChartSize(curves, texts);
  return keepChart(folder, size, (look) => rateChart(curves, chance, texts, look));
}

async function keepChart(
  folder: PictureFolder,
  size: ChartSize,
  optionFor: (look: ChartLook) => Parameters<typeof chartSvg>[0],
): Promise<ChartPicture> {
  const [light, dark] = [FILE_LOOK, DARK_PAGE].map((look) => chartSvg(optionFor(look), size));
  return { light: await folder.keep(light!, 'svg'), dark: await folder.keep(dark!, 'svg'), ...size };
}
