import type { Command } from 'commander';
import { countEndings, endingsText } from '../../src-shared/endings.ts';
import {
  type CategorySummary,
  summariseCategories,
  writeSummaries,
} from '../services/datasets/dataset-summary.ts';
import type { DefectCategory, LayoutName } from '../services/datasets/defect-category.ts';
import { findCategories } from '../services/datasets/find-categories.ts';
import { checkFiguresFile } from '../services/evaluation/evaluation-files.ts';
import { interruptible } from './interrupt.ts';
import { layoutOption } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine, table } from './terminal.ts';

interface DatasetsOptions {
  readonly layout?: LayoutName;
  readonly json?: string;
}

export function addDatasets(program: Command): void {
  program
    .command('datasets')
    .summary('what is in folders of data with known defects')
    .description(
      'Lists the data sets in folders: layout, licence, good and defective test images, training images (defective ones\n' +
        'behind a +), sizes in pixels, and where test and training come from. Nothing is computed or written.',
    )
    .argument('<root...>', 'folders with data: a category, a data set, or several')
    .addOption(layoutOption())
    .option('--json <file>', 'write all of it to a file, with kinds of defects and what to cite; - prints it')
    .addHelpText(
      'after',
      `
Examples:
  clipsam datasets data/
  clipsam datasets data/Real-IAD/realiad_512 --json datasets.json

Layouts are described in the README of src-main/cli. Licences are what the authors of a data set say, which is known by
its layout or the name of its folder; read them yourself.
Exit codes: 0 done, 2 wrong usage or data that doesn't fit its layout, 1 other errors, 130 interrupted.`,
    )
    .action(run);
}

async function run(roots: readonly string[], { layout, json }: DatasetsOptions): Promise<void> {
  if (json !== undefined && json !== '-') await checkFiguresFile(json);
  const display = new ProgressDisplay();
  try {
    const summaries = await interruptible(async (signal) => {
      const found: DefectCategory[] = [];
      for (const root of roots) found.push(...(await findCategories(root, { layout, signal })));
      return summariseCategories(found, {
        signal,
        onProgress: (done, total) => display.update(done, total, 'images'),
      });
    });
    display.stop();
    if (json === '-') process.stdout.write(`${JSON.stringify(summaries, null, 2)}\n`);
    else process.stdout.write(`${summaryTable(summaries)}\n`);
    if (json !== undefined && json !== '-') await writeSummaries(json, summaries);
    for (const line of remarks(summaries)) printLine(line);
  } finally {
    display.stop();
  }
}

function summaryTable(summaries: readonly CategorySummary[]): string {
  const headings = ['data', 'layout', 'licence', 'good', 'defective', 'training', 'pixels'];
  const rows = summaries.map(({ dataset, category, layout, terms, test, training, pixels }) => [
    printable(`${dataset}/${category}`),
    layout,
    terms.licence,
    String(test.good),
    String(test.defective),
    training.defective > 0 ? `${training.good} + ${training.defective}` : String(training.good),
    pixels ? `${rangeText(pixels.width)} × ${rangeText(pixels.height)}` : '–',
  ]);
  return table([headings, ...rows], 3);
}

function rangeText([least, most]: readonly [number, number]): string {
  return least === most ? String(least) : `${least}–${most}`;
}

function namesOf(summaries: readonly CategorySummary[]): string {
  return [...new Set(summaries.map(({ dataset }) => dataset))].join(', ');
}

/** Where the division in test and training comes from, and what is not in the figures. */
function remarks(summaries: readonly CategorySummary[]): string[] {
  const bySplit = Map.groupBy(summaries, ({ split }) => split);
  const splits = [...bySplit].map(([split, some]) => `${namesOf(some)}: ${split}`);
  const byName = Map.groupBy(summaries, ({ terms }) => terms.name);
  const known = [...byName].flatMap(([name, some]) => (name === null ? [] : [`${namesOf(some)} as ${name}`]));
  const taken = known.length > 0 ? [`Taken by layout or by the folder's name: ${known.join('; ')}.`] : [];
  const notes = new Set(summaries.flatMap((summary) => summary.notes));
  const unreadable = summaries.flatMap((summary) => summary.unreadable);
  const passedOver = summaries.flatMap((summary) => summary.passedOver);
  return [
    ...[...splits, ...taken, ...notes].map(printable),
    ...(unreadable.length > 0
      ? [`The size of ${unreadable.length} images can't be read: ${printable(unreadable[0]!)}, …`]
      : []),
    ...(passedOver.length > 0
      ? [
          `${passedOver.length} pictures of kinds that are not read: ${printable(endingsText(countEndings(passedOver)))}.`,
        ]
      : []),
  ];
}
