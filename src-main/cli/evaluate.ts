import { join } from 'node:path';
import type { Command } from 'commander';
import { countEndings, endingsText } from '../../src-shared/endings.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { readAreaFile } from '../services/areas/area-file.ts';
import type { LayoutName } from '../services/datasets/defect-category.ts';
import { type EvaluateEvent, evaluate } from '../services/evaluation/evaluate.ts';
import type { Evaluation, EvaluationFigures } from '../services/evaluation/evaluation-figures.ts';
import { checkFiguresFile, readObjectNames, writeFigures } from '../services/evaluation/evaluation-files.ts';
import type { MethodsEvaluation } from '../services/evaluation/methods/method-figures.ts';
import type { OpinionEvaluation } from '../services/evaluation/opinion-figures.ts';
import { chooseRecipe, openPipeline } from '../services/runs/recipe-pipeline.ts';
import {
  METHODS_HELP,
  type MethodOptions,
  measureMethods,
  withGalleryMethod,
  withMethodOptions,
} from './evaluate-methods.ts';
import { type EvaluatedImage, measureOpinions } from './evaluate-opinions.ts';
import {
  asksForProtocol,
  type ProtocolOptions,
  runProtocol,
  withProtocolOptions,
} from './evaluate-protocol.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { drawnOpinionList, type OpinionOptions, withOpinionOptions } from './opinion-options.ts';
import {
  layoutOption,
  type PipelineOptions,
  recipeChoice,
  wholeNumber,
  withPipelineOptions,
} from './options.ts';
import { pipelineMessages } from './pipeline-messages.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { duration, percent, printable, printLine, table } from './terminal.ts';

interface EvaluateOptions extends PipelineOptions, OpinionOptions, ProtocolOptions, MethodOptions {
  readonly seeds?: number;
  readonly roi?: string;
  readonly json?: string;
  readonly layout?: LayoutName;
  readonly objectNames?: string;
  readonly limit?: number;
}

export function addEvaluate(program: Command): void {
  const command = program
    .command('evaluate')
    .summary('measure on images whose defects are known')
    .description(
      'Measures a pack and recipe on the test images of data with known defects: MVTec AD, VisA, BTAD, MTD, KolektorSDD,\n' +
        'KolektorSDD2, Real-IAD and MPDD as they are published, whatever has such a layout, or plain folders of images and\n' +
        'masks. The root is a category, or holds categories or data sets; `clipsam datasets` says what is there.',
    )
    .argument('[root]', 'folder with the data; --leave-one-out names several instead')
    .addOption(layoutOption())
    .option('--json <file>', 'write all figures to a file (keys: README of src-main/cli)')
    .option('--object-names <file>', 'JSON object: category folder → object name in the prompts')
    .option('--limit <n>', 'images per category at most, evenly spread', wholeNumber(1))
    .option(
      '--roi <file>',
      'where to look, as in `clipsam inspect`; figures are of the whole images all the same',
    )
    .option('--seeds <n>', 'draws of references and crowd, with --opinions (default: 3)', wholeNumber(1));
  withOpinionOptions(command, {
    name: 'list',
    text: 'second opinions: language,consensus,references:4, the number being how many good images are drawn',
    parse: drawnOpinionList,
  });
  withPipelineOptions(withMethodOptions(withProtocolOptions(command)))
    .addHelpText(
      'after',
      `
Example:
  clipsam evaluate data/mvtec_ad --json figures.json
  clipsam evaluate data/mvtec_ad --opinions language,consensus,references:4 --seeds 3
  clipsam evaluate --leave-one-out data/VisA data/mvtec_ad data/mpdd --pack clip-b16-mobilesam --out figures/
  clipsam evaluate data/mvtec_ad --methods clipsam,april-gan,references-4 --out compared
  clipsam evaluate data/mvtec_ad --gallery pictures

With --opinions, references are drawn from good training images, or from good test images and then left out, and the
crowd from the images that are measured; figures are mean ± deviation over the draws.
${METHODS_HELP}
The table shows percent, final map first, coarse map in brackets. "+region": share of good and of
defective images in which at least one region was found.
Exit codes: 0 all measured, 2 wrong usage, 3 some images failed, 1 other errors, 130 interrupted.`,
    )
    .action(async (root: string | undefined, options: EvaluateOptions) => {
      process.exitCode = await measure(root, options);
    });
}

/** The options that say nothing without second opinions. */
const WITH_OPINIONS = ['fine', 'align'] as const;
/** The options of what takes long and writes several files. */
const FOR_FOLDERS = ['out', 'cache', 'seed'] as const;

/** @throws ClipSamError `input-invalid` for options that say nothing, or contradict each other */
function checkOptions(options: EvaluateOptions): void {
  const { opinions, methods } = options;
  const refuse = (name: string, without: string) => {
    throw new ClipSamError('input-invalid', `--${name} says nothing without ${without}.`);
  };
  if (opinions && methods) {
    throw new ClipSamError(
      'input-invalid',
      '--opinions measures over several draws, --methods side by side in one. Leave one of them out.',
    );
  }
  for (const name of WITH_OPINIONS) {
    if (options[name] !== undefined && !opinions && !methods) refuse(name, '--opinions or --methods');
  }
  if (options.seeds !== undefined && !opinions) refuse('seeds', '--opinions');
  if (options.resamples !== undefined && !methods) refuse('resamples', '--methods');
  for (const name of FOR_FOLDERS) {
    if (options[name] !== undefined && !methods) refuse(name, '--methods or --leave-one-out');
  }
}

/** The figures, and their tables. */
interface Measured {
  readonly evaluation: Evaluation | OpinionEvaluation | MethodsEvaluation;
  readonly tables: string;
}

async function measure(root: string | undefined, given: EvaluateOptions): Promise<number> {
  const options = withGalleryMethod(given);
  const isProtocol = asksForProtocol(options);
  if (isProtocol === (root !== undefined)) {
    throw new ClipSamError(
      'input-invalid',
      'Name either a folder with data, or the data sets of --leave-one-out.',
    );
  }
  if (root !== undefined) return run(root, options);
  if (options.methods) {
    throw new ClipSamError(
      'input-invalid',
      `--${options.gallery === undefined ? 'methods' : 'gallery'} measures a folder with data: leave --leave-one-out out.`,
    );
  }
  await runProtocol(options);
  return EXIT.done;
}

async function run(root: string, options: EvaluateOptions): Promise<number> {
  checkOptions(options);
  const { device, threads, limit, opinions, methods } = options;
  const objectNames = options.objectNames === undefined ? {} : await readObjectNames(options.objectNames);
  const area = options.roi === undefined ? undefined : await readAreaFile(options.roi);
  // Checked now, not after an hour of measuring.
  if (options.json !== undefined) await checkFiguresFile(options.json);
  const chosen = await chooseRecipe(recipeChoice(options));
  const display = new ProgressDisplay();
  const onPipeline = pipelineMessages((line) => display.say(line));
  const inference = await openPipeline(chosen, { device, ...(threads && { threads }), onEvent: onPipeline });
  try {
    const started = performance.now();
    const onImage = (event: EvaluatedImage) => {
      display.update(event.done, event.total, paceSince(started, event.done, event.total));
      if (event.error) display.say(`failed: ${printable(`${event.path}: ${event.error.message}`)}`);
    };
    const onNote = (done: number, total: number, note: string) =>
      display.update(done, total, printable(note));
    const common = {
      inference,
      objectNames,
      layout: options.layout,
      ...(area && { area }),
      ...(limit && { limit }),
    };
    const { evaluation, tables } = await interruptible<Measured>(async (signal) => {
      if (methods) return measureMethods(root, { ...options, ...common, methods, chosen, signal, display });
      if (opinions)
        return measureOpinions(root, { ...options, ...common, opinions, chosen, signal, onImage, onNote });
      const onProgress = (event: EvaluateEvent) => event.kind === 'image' && onImage(event);
      const measured = await evaluate(root, { ...common, recipe: chosen.recipe, signal, onProgress });
      return { evaluation: measured, tables: figuresTable(measured) };
    });
    display.stop();
    process.stdout.write(`${tables}\n`);
    if (options.json !== undefined) await writeFigures(options.json, evaluation);
    const written = [options.json, options.out].filter((place) => place !== undefined).join(' and ');
    if (options.gallery !== undefined) printLine(`Gallery: ${join(options.gallery, 'index.html')}`);
    printLine(`Measured in ${duration(evaluation.seconds)}${written ? `; figures in ${written}` : ''}.`);
    const { passedOver, notes } = evaluation;
    for (const note of notes) printLine(printable(note));
    for (const line of maskNotes(evaluation)) printLine(line);
    if (passedOver.length > 0) {
      const kinds = printable(endingsText(countEndings(passedOver)));
      printLine(`${passedOver.length} pictures of kinds that are not read are in no figure: ${kinds}.`);
    }
    if (evaluation.failures.length === 0) return EXIT.done;
    printLine(`${evaluation.failures.length} images failed and are in no figure.`);
    return EXIT.someFailed;
  } finally {
    display.stop();
    await inference.close();
  }
}

/** Masks with more than two values: each is taken for a defect, which the data may not mean. */
function maskNotes({ categories }: Pick<Measured['evaluation'], 'categories'>): string[] {
  return categories
    .filter(({ maskValues }) => maskValues.length > 2)
    .map(({ dataset, category, maskValues }) => {
      const more = maskValues.length > NAMED_VALUES ? ` and ${maskValues.length - NAMED_VALUES} more` : '';
      const values = maskValues.slice(0, NAMED_VALUES).join(', ');
      return printable(`${dataset}/${category}: its masks hold ${values}${more}; all but 0 count as defect.`);
    });
}

const NAMED_VALUES = 12;

const HEADINGS = [
  'category',
  'good',
  'defective',
  'AUROC',
  'AP',
  'F1-max',
  'PRO',
  'image AUROC',
  'AP',
  'F1-max',
  'good +region',
  'defective +region',
];

function figuresTable(evaluation: Evaluation): string {
  const { categories, datasets, mean, datasetMean } = evaluation;
  const rows = categories.map((category) => [
    `${category.dataset}/${category.category}`,
    String(category.good),
    String(category.defective),
    ...cells(category),
  ]);
  const means = (datasets.length > 1 ? datasets : []).map((dataset) => [
    `mean of ${dataset.dataset}`,
    '',
    '',
    ...cells(dataset),
  ]);
  return table([
    HEADINGS,
    ...rows,
    ...means,
    ...(categories.length > 1 ? [['mean of the categories', '', '', ...cells(mean)]] : []),
    ...(datasets.length > 1 ? [['mean of the data sets', '', '', ...cells(datasetMean)]] : []),
  ]);
}

function cells({ coarse, final, image, ...shares }: EvaluationFigures): string[] {
  const both = (key: 'auroc' | 'ap' | 'f1Max' | 'pro') => `${percent(final[key])} (${percent(coarse[key])})`;
  return [
    both('auroc'),
    both('ap'),
    both('f1Max'),
    both('pro'),
    percent(image.auroc),
    percent(image.ap),
    percent(image.f1Max),
    percent(shares.goodWithRegion),
    percent(shares.defectiveWithRegion),
  ];
}
