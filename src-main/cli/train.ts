import { join } from 'node:path';
import type { Command } from 'commander';
import type { TrainingProgress } from '../training/train-pack.ts';
import { interruptible } from './interrupt.ts';
import { wholeNumber } from './options.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { duration, percent, printable, printLine, table } from './terminal.ts';

interface TrainOptions {
  readonly plan: string;
  readonly data: string;
  readonly out: string;
  readonly cache?: string;
  readonly leaveOut?: readonly string[];
  readonly textFrom?: string;
  readonly headFrom?: string;
  readonly workers?: number;
  readonly threads?: number;
}

export function addTrain(program: Command): void {
  program
    .command('train')
    .summary('train a model pack')
    .description(
      'Trains the text tower and the UMCI head of a pack on frozen features, and writes the pack with its card and\n' +
        'log. The features and a checkpoint stay in the cache: the same command goes on where it stopped, and the\n' +
        'same plan on the same data gives the same weights.',
    )
    .requiredOption('--plan <file>', 'training plan (JSON)')
    .requiredOption('--data <folder>', 'folder that holds the category folders of the plan')
    .requiredOption('--out <folder>', 'folder of the new pack')
    .option('--cache <folder>', 'features and checkpoints (default: .cache in the new pack)')
    .option(
      '--leave-out <group...>',
      'category folders, "synthetic" or "synthetic/<kind>" to measure on instead of training on them',
    )
    .option('--text-from <folder>', 'take the text tower of this pack instead of training one')
    .option('--head-from <folder>', "start from the weights of this pack's head")
    .option('--workers <n>', 'threads that compute features', wholeNumber(1))
    .option('--threads <n>', 'CPU threads that train the head (default: one per core)', wholeNumber(1))
    .addHelpText(
      'after',
      `
Example:
  clipsam train --plan models/lite/training.json --data data/ --out models/lite --cache ~/.cache/clipsam-lite`,
    )
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const {
    plan,
    data,
    out,
    cache = join(out, '.cache'),
    leaveOut,
    textFrom,
    headFrom,
    workers,
    threads,
  } = options;
  // Loaded here: no other command needs the training code.
  const { trainPack } = await import('../training/train-pack.ts');
  const display = new ProgressDisplay();
  const started = performance.now();
  try {
    const log = await interruptible((signal) =>
      trainPack({
        planFile: plan,
        dataRoot: data,
        out,
        cache,
        ...(leaveOut && { leaveOut }),
        ...(textFrom && { textFrom }),
        ...(headFrom && { headFrom }),
        ...(workers && { workers }),
        ...(threads && { threads }),
        command: commandLine(options),
        signal,
        onProgress: trainingMessages(display),
      }),
    );
    display.stop();
    const headings = ['held out', 'pictures', 'pixel AUROC', 'AP', 'F1-max', 'image AUROC'];
    const rows = Object.entries(log.figures).map(([group, figures]) => [
      printable(group),
      String(figures.pictures),
      ...[figures.pixelAuroc, figures.pixelAp, figures.pixelF1Max, figures.imageAuroc].map(percent),
    ]);
    process.stdout.write(`${table([headings, ...rows])}\n`);
    printLine(`Pack written to ${out} in ${duration((performance.now() - started) / 1000)}.`);
  } finally {
    display.stop();
  }
}

/** The command as it goes into the pack's card: in an order that doesn't depend on how it was typed. */
function commandLine({ plan, data, out, leaveOut, textFrom, headFrom }: TrainOptions): string {
  const quoted = (text: string) => (/^[\w./:-]+$/.test(text) ? text : JSON.stringify(text));
  const rest = [
    ...(textFrom ? ['--text-from', textFrom] : []),
    ...(headFrom ? ['--head-from', headFrom] : []),
    ...(leaveOut ? ['--leave-out', ...leaveOut] : []),
  ];
  return ['clipsam', 'train', '--plan', plan, '--data', data, '--out', out, ...rest].map(quoted).join(' ');
}

function trainingMessages(display: ProgressDisplay): (progress: TrainingProgress) => void {
  let stage = '';
  let started = 0;
  let from = 0;
  return (progress) => {
    if (progress.kind === 'left-out') {
      display.say(`left out: ${printable(`${progress.view.id}: ${progress.message}`)}`);
      return;
    }
    const isFeatures = progress.kind === 'features';
    const done = isFeatures ? progress.done : progress.step;
    const total = isFeatures ? progress.total : progress.steps;
    if (progress.kind !== stage) {
      display.stop();
      printLine({ features: 'Features', text: 'Text tower', head: 'UMCI head' }[progress.kind]);
      stage = progress.kind;
      started = performance.now();
      from = done;
    }
    const loss = isFeatures ? '' : `loss ${progress.loss.toFixed(4)}  `;
    display.update(done, total, loss + paceSince(started, done - from, total - from));
  };
}
