import type { ErrorRecord } from '../../src-shared/error-record.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { Opinion } from '../../src-shared/opinion.ts';
import type { LayoutName } from '../services/datasets/defect-category.ts';
import { type EvaluateOpinionsOptions, evaluateOpinions } from '../services/evaluation/evaluate-opinions.ts';
import type { OpinionEvaluation, SpreadFigures } from '../services/evaluation/opinion-figures.ts';
import type { ChosenRecipe } from '../services/runs/recipe-pipeline.ts';
import { type AskedOpinions, type OpinionOptions, withOpinions } from './opinion-options.ts';
import { percent, table } from './terminal.ts';

/** An image that is done, or failed. */
export interface EvaluatedImage {
  readonly path: string;
  readonly error?: ErrorRecord;
  readonly done: number;
  readonly total: number;
}

interface MeasureOptions extends OpinionOptions {
  readonly inference: EvaluateOpinionsOptions['inference'];
  readonly chosen: ChosenRecipe;
  readonly opinions: AskedOpinions;
  readonly objectNames: Readonly<Record<string, string>>;
  readonly layout: LayoutName | undefined;
  readonly area?: InspectionArea;
  readonly limit?: number;
  readonly seeds?: number;
  readonly signal: AbortSignal;
  readonly onImage: (event: EvaluatedImage) => void;
  readonly onNote: (done: number, total: number, note: string) => void;
}

const SEEDS = 3;

/** Measures second opinions; the figures, and their tables. */
export async function measureOpinions(
  root: string,
  options: MeasureOptions,
): Promise<{ readonly evaluation: OpinionEvaluation; readonly tables: string }> {
  const {
    inference,
    chosen,
    opinions,
    objectNames,
    layout,
    area,
    limit,
    seeds = SEEDS,
    signal,
    onImage,
    onNote,
  } = options;
  const { references } = opinions;
  const evaluation = await evaluateOpinions(root, {
    ...{ inference, objectNames, layout, signal },
    recipe: withOpinions(chosen.recipe, options),
    opinions: opinions.asked,
    ...(references !== undefined && { references }),
    ...(area && { area }),
    ...(limit !== undefined && { limit }),
    seeds: Array.from({ length: seeds }, (_, seed) => seed),
    onProgress(event) {
      if (event.kind === 'image') onImage(event);
      else onNote(event.done, event.total, `${event.category}: preparing what its images are compared with`);
    },
  });
  const tables = [fusedTable(evaluation), opinionsTable(evaluation), ...alignedNotes(evaluation)];
  return { evaluation, tables: tables.join('\n\n') };
}

/** Which categories' parts were turned to one pose without being asked to. */
function alignedNotes({ categories }: OpinionEvaluation): string[] {
  const turned = categories.flatMap(({ dataset, category, draws }) => {
    const { length } = draws.filter(({ alignment }) => alignment === 'differ');
    const often = length < draws.length ? ` (${length} of ${draws.length} draws)` : '';
    return length > 0 ? [`${dataset}/${category}${often}`] : [];
  });
  return turned.length > 0
    ? [`Parts were turned to one pose, because they lie in different ones: ${turned.join(', ')}.`]
    : [];
}

const FUSED = [
  ...['fused, final map', 'good', 'defective', 'AUROC', 'AP', 'F1-max', 'PRO'],
  ...['image AUROC', 'AP', 'F1-max', 'good +region', 'defective +region'],
];

function fusedTable(evaluation: OpinionEvaluation): string {
  const { categories } = evaluation;
  const rows = categories.map((category) => {
    const counts = (key: 'good' | 'defective') => {
      const all = category.draws.map((draw) => draw[key]);
      const [least, most] = [Math.min(...all), Math.max(...all)];
      return least === most ? String(least) : `${least}–${most}`;
    };
    const name = `${category.dataset}/${category.category}`;
    return [name, counts('good'), counts('defective'), ...fusedCells(category)];
  });
  const mean = ['mean of the categories', '', '', ...fusedCells(evaluation)];
  return table([FUSED, ...rows, ...(categories.length > 1 ? [mean] : [])]);
}

function fusedCells(figures: SpreadFigures): string[] {
  const cell = spreadCell(figures);
  return [
    cell((of) => of.final.auroc),
    cell((of) => of.final.ap),
    cell((of) => of.final.f1Max),
    cell((of) => of.final.pro),
    cell((of) => of.image.auroc),
    cell((of) => of.image.ap),
    cell((of) => of.image.f1Max),
    cell((of) => of.goodWithRegion),
    cell((of) => of.defectiveWithRegion),
  ];
}

const SINGLE = ['coarse maps', 'map', 'AUROC', 'AP', 'F1-max', 'image AUROC'];

/** The map in which regions were looked for, and each opinion's own. */
function opinionsTable(evaluation: OpinionEvaluation): string {
  const { categories, opinions } = evaluation;
  const rows = categories.flatMap((category) =>
    opinionRows(`${category.dataset}/${category.category}`, category, opinions),
  );
  const means = categories.length > 1 ? opinionRows('mean of the categories', evaluation, opinions) : [];
  return table([SINGLE, ...rows, ...means], 2);
}

function opinionRows(name: string, figures: SpreadFigures, opinions: readonly Opinion[]): string[][] {
  const cell = spreadCell(figures);
  const fused = [
    cell((of) => of.coarse.auroc),
    cell((of) => of.coarse.ap),
    cell((of) => of.coarse.f1Max),
    cell((of) => of.image.auroc),
  ];
  const own = opinions.map((opinion) => [
    '',
    opinion,
    cell((of) => of.opinions[opinion]?.map.auroc ?? null),
    cell((of) => of.opinions[opinion]?.map.ap ?? null),
    cell((of) => of.opinions[opinion]?.map.f1Max ?? null),
    cell((of) => of.opinions[opinion]?.image.auroc ?? null),
  ]);
  return [[name, 'fused', ...fused], ...own];
}

/** Percent, with the deviation where there is one. */
function spreadCell({ mean, deviation }: SpreadFigures) {
  return (pick: (of: SpreadFigures['mean']) => number | null): string => {
    const spread = pick(deviation);
    return spread === null ? percent(pick(mean)) : `${percent(pick(mean))} ± ${percent(spread)}`;
  };
}
