import type { BootstrapInterval, PairedDifference } from '../../../pipeline/bootstrap-interval.ts';
import {
  COMPARED_FIGURES,
  type FigureName,
  type MethodDifference,
  type MethodFigures,
  type MethodMean,
  type MethodMeans,
  type MethodsEvaluation,
} from './method-figures.ts';

/** Headings of figures in tables. */
const HEADINGS: Readonly<Record<FigureName, string>> = {
  pixelAuroc: 'pixel AUROC',
  pixelF1Max: 'pixel F1-max',
  pixelAp: 'pixel AP',
  pixelPro: 'PRO',
  pixelProAprilGan: 'PRO (APRIL-GAN)',
  imageAuroc: 'image AUROC',
  imageF1Max: 'image F1-max',
  imageAp: 'image AP',
};

/** Figures of one category, or means over several, under a heading. */
export interface ReportPart extends Pick<MethodMeans, 'differences'> {
  readonly title: string;
  readonly dataset: string | null;
  readonly category: string | null;
  /** Images, of a category. */
  readonly good: number | null;
  readonly defective: number | null;
  /** Categories that the means are over; null: it is one category. */
  readonly count: number | null;
  readonly methods: readonly (MethodFigures & Partial<Pick<MethodMean, 'categories'>>)[];
}

/** What an evaluation's tables consist of: its categories, and means where there are several. */
export function reportParts({ categories, datasets, mean }: MethodsEvaluation): ReportPart[] {
  const parts: ReportPart[] = categories.map((one) => ({
    title: `${one.dataset}/${one.category}`,
    ...{ dataset: one.dataset, category: one.category, good: one.good, defective: one.defective },
    ...{ count: null, methods: one.methods, differences: one.differences },
  }));
  const none = { category: null, good: null, defective: null };
  for (const { dataset, ...means } of datasets) {
    parts.push({ title: `mean of ${dataset}`, dataset, ...none, ...means });
  }
  if (categories.length > 1) {
    parts.push({ title: `mean of ${mean.count} categories`, dataset: null, ...none, ...mean });
  }
  return parts;
}

/** The evaluation as a page of Markdown: one table of figures, one of differences, and what has to be said of them. */
export function methodReport(evaluation: MethodsEvaluation): string {
  const parts = reportParts(evaluation);
  const [first] = evaluation.methods;
  return `${[
    figuresTable(parts, evaluation),
    ...figureNotes(evaluation),
    ...(evaluation.methods.length > 1
      ? [`## Against ${inCell(first!.method)}`, differencesTable(parts, first!.method)]
      : []),
    ...(evaluation.methods.length > 1 ? [differenceNote(evaluation)] : []),
    ...remarks(evaluation),
  ].join('\n\n')}\n`;
}

function figuresTable(parts: readonly ReportPart[], { methods }: MethodsEvaluation): string {
  const trained = new Map(methods.map((one) => [one.method, one.trainedParameters]));
  const rows = parts.flatMap((part) =>
    part.methods.map((one) => [
      titleOf(part, one.categories),
      one.method,
      ...COMPARED_FIGURES.map((name) => `${percentOf(one.figures[name])}${intervalOf(one.intervals[name])}`),
      one.seconds.toFixed(2),
      inThousands(trained.get(one.method) ?? 0),
    ]),
  );
  const headings = ['data', 'method', ...COMPARED_FIGURES.map((name) => HEADINGS[name])];
  return markdownTable([[...headings, 's per image', 'trained'], ...rows], 2);
}

function titleOf({ title, count, good, defective }: ReportPart, categories = count): string {
  if (count === null) return `${title} (${good} good, ${defective} defective)`;
  return categories === count ? title : `${title}, of ${categories} of them`;
}

function differencesTable(parts: readonly ReportPart[], first: string): string {
  const rows = parts.flatMap((part) =>
    part.differences
      .filter(({ against }) => against === first)
      .map((one) => [part.title, one.method, ...COMPARED_FIGURES.map((name) => differenceCell(one, name))]),
  );
  return markdownTable([['data', 'method', ...COMPARED_FIGURES.map((name) => HEADINGS[name])], ...rows], 2);
}

function differenceCell({ figures }: MethodDifference, name: FigureName): string {
  const found: PairedDifference | null = figures[name];
  if (!found) return '–';
  const sign = found.difference > 0 ? '+' : '';
  const verdict = found.verdict === null ? '' : ` ${found.verdict}`;
  return `${sign}${percentOf(found.difference)}${intervalOf(found.interval)}${verdict}`;
}

function figureNotes({ resamples, confidence }: MethodsEvaluation): string[] {
  const figures =
    'Figures are percent, of final maps at image size and of image scores. PRO is exact, up to a false-positive rate of 0.3; beside it as VAND-APRIL-GAN computes it. Seconds are the pipeline’s own, with the towers counted for each method.';
  const intervals = `In brackets: the middle ${confidence * 100} % over ${resamples} resamples of the images, good ones drawn from the good and defective ones from the defective, in each category apart. Of few images such intervals are rather too narrow.`;
  return resamples > 0 ? [figures, intervals] : [figures];
}

function differenceNote({ resamples, confidence }: MethodsEvaluation): string {
  const what = 'Percentage points above or below it, of the same images.';
  if (resamples === 0) return what;
  return `${what} "noise": 0 lies within the middle ${confidence * 100} % of the differences over the same resamples. This is not corrected for how many figures are compared: of twenty that differ in nothing, one is called better or worse. All pairs, with p: figures.json.`;
}

/** What was left out, and why. */
function remarks(evaluation: MethodsEvaluation): string[] {
  const { unavailable, categories, failures, passedOver, notes, seed } = evaluation;
  const lines = unavailable.map(({ method, reason }) => `- ${method} was not measured: ${reason}`);
  for (const { dataset, category, without, leftOut, references, methods } of categories) {
    const name = `${dataset}/${category}`;
    for (const { method, reason } of methods.length > 0 || without.length === 0
      ? without
      : without.slice(0, 1)) {
      lines.push(`- ${name}: no figures of ${methods.length > 0 ? method : 'any method'}. ${reason}`);
    }
    if (references.length > 0) {
      const out =
        leftOut.length > 0 ? `; test images among them, which are in no figure: ${leftOut.length}` : '';
      lines.push(`- ${name}: references drawn with seed ${seed}: ${references.length}${out}.`);
    }
  }
  if (failures.length > 0) lines.push(`- Images that failed, and are in no figure: ${failures.length}.`);
  if (passedOver.length > 0) lines.push(`- Pictures of kinds that are not read: ${passedOver.length}.`);
  lines.push(...notes.map((note) => `- ${note}`));
  return lines.length > 0 ? [lines.map(inLine).join('\n')] : [];
}

function percentOf(share: number | null): string {
  return share === null ? '–' : (share * 100).toFixed(1);
}

function intervalOf(interval: BootstrapInterval | null): string {
  return interval ? ` (${percentOf(interval.low)} to ${percentOf(interval.high)})` : '';
}

/** 1234567 → "1,234,567". */
function inThousands(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** Names of folders may hold anything: signs that steer are replaced. */
function inLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, '\ufffd');
}

function inCell(text: string): string {
  return inLine(text).replaceAll('|', '\\|');
}

/** @param texts columns that are not numbers */
function markdownTable(rows: readonly (readonly string[])[], texts: number): string {
  const cells = rows.map((row) => row.map(inCell));
  const widths = cells[0]!.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i < texts ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`;
  const rule = widths.map((width, i) => (i < texts ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  const [head = [], ...body] = cells;
  return [line(head), line(rule), ...body.map(line)].join('\n');
}
