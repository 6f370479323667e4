import { join } from 'node:path';
import { sweepChart } from '../../src-shared/charts/sweep-chart.ts';
import { FILE_LOOK, writeChart } from '../charts/chart-file.ts';
import type { Ablation, VariantResult } from './ablation.ts';
import type { ProtocolFigures } from './fold-figures.ts';
import { type PaperOrder, paperOrder } from './paper-order.ts';
import type { RefinementResult } from './refinement-sweep.ts';
import { FIGURE_COLUMNS, figureCells, type ResultTable } from './result-table.ts';

/** `ablation.json` or `sweep.json`. */
export interface AblationReport {
  readonly trained?: Ablation;
  /** MMR with the pack's own head. */
  readonly refined: readonly RefinementResult[];
  readonly order: readonly PaperOrder[];
}

/** Puts together what was measured, and where it agrees with the paper. */
export function ablationReport(
  trained: Ablation | undefined,
  refined: readonly RefinementResult[],
): AblationReport {
  return { ...(trained && { trained }), refined, order: paperOrder(trained, refined) };
}

/** The tables of a report, those that have rows. */
export function ablationTables({ trained, refined, order }: AblationReport): ResultTable[] {
  const heads: ResultTable = {
    title: 'Heads, each trained alike and measured on products left out',
    headings: ['head', 'trained', ...FIGURE_COLUMNS, 'AP better on', 'worse on'],
    rows: (trained?.variants ?? []).map(({ name, parameters, mean, against: { better, worse } }) => [
      ...[name, parameters],
      ...figureCells(mean),
      ...[better, worse],
    ]),
  };
  const settings: ResultTable = {
    title: "Settings of MMR, with the pack's own head",
    headings: ['setting', ...FIGURE_COLUMNS],
    rows: refined.map(({ name, mean }) => [name, ...figureCells(mean)]),
  };
  const paper: ResultTable = {
    title: "The paper's order and ours, by pixel AP",
    headings: ['the paper says', 'measured', 'agrees'],
    rows: order.map(({ claim, measured, agrees }) => [
      ...[claim, measured],
      agrees === null ? '–' : agrees ? 'yes' : 'no',
    ]),
  };
  return [heads, settings, paper].filter(({ rows }) => rows.length > 0);
}

/** What was measured, how, and what it does not say. */
export function ablationParagraphs(
  title: string,
  { trained, refined }: AblationReport,
  command: string,
): string[] {
  return [
    `# ${title}`,
    `\`\`\`\n${command}\n\`\`\``,
    ...(trained
      ? [
          `Towers of ${trained.pack}, frozen. Each head learns ${trained.steps} steps of ${trained.protocol.batch} pictures, the same in the same order (focal and Dice, Adam at ` +
            `${trained.protocol.learningRate}, seed ${trained.protocol.seed}), and is measured on whole products that were left out, in ${trained.folds} parts: coarse maps, at map resolution, means over ` +
            'products, in percent. So few steps show what is learned first; differences of less than the products differ are none.',
        ]
      : []),
    ...(refined.length > 0
      ? [
          'Settings of MMR are measured at image size with the head that the pack has: if it learned from these products, the figures are higher than on others, while what is compared has that head in common.',
        ]
      : []),
  ];
}

const CHART_SIZE = { width: 720, height: 400 };

/** Writes a chart for each thing that was varied: pixel AP and image AUROC. @returns the files' names */
export async function writeAblationCharts(
  folder: string,
  { trained, refined }: AblationReport,
): Promise<string[]> {
  const lists: Record<string, readonly (VariantResult | RefinementResult)[]> = {
    paths: of(trained, ['full', 'paths', 'umci', 'novelty', 'kernels-from-text']),
    hidden: of(trained, ['hidden']),
    'scale-kernels': of(trained, ['scale-kernels']),
    ...Object.fromEntries(
      (['theta', 'lambda', 'points', 'levels', 'support'] as const).map((kind) => [
        kind,
        refined.filter(({ varies }) => varies === kind || varies === 'recipe'),
      ]),
    ),
  };
  const files: string[] = [];
  for (const [name, list] of Object.entries(lists)) {
    if (list.length < 2) continue;
    const line = (title: string, figure: keyof ProtocolFigures) => ({
      name: title,
      values: list.map(({ mean }) => {
        const value = mean[figure];
        return value === null ? null : { value, low: null, high: null };
      }),
    });
    const chosen = list.find(({ varies }) => varies === 'full' || varies === 'recipe')?.name;
    const option = sweepChart(
      {
        steps: list.map((one) => one.name),
        lines: [line('pixel AP', 'pixelAp'), line('image AUROC', 'imageAuroc')],
        isOrdered: name === 'hidden',
        chosen,
      },
      { parameter: name, figure: '%', chosen: 'in use', number: (value) => (value * 100).toFixed(1) },
      FILE_LOOK,
    );
    await writeChart(join(folder, `${name}.svg`), option, CHART_SIZE);
    files.push(`${name}.svg`);
  }
  return files;
}

function of(trained: Ablation | undefined, kinds: readonly VariantResult['varies'][]): VariantResult[] {
  return (trained?.variants ?? []).filter(({ varies }) => kinds.includes(varies));
}
