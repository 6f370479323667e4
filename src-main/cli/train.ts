import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { deviceSchema } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { TrainingProgress } from '../training/train-pack.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, layoutOption, wholeNumber } from './options.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { duration, percent, printable, printLine, table } from './terminal.ts';
import { type TrainHeadOptions, trainHeadOf } from './train-head.ts';
import { trainMethodWeightsOf } from './train-method.ts';

interface TrainOptions extends TrainHeadOptions {
  readonly head?: 'umci' | 'linear' | 'sdp-plus' | 'projection';
  readonly plan?: string;
  readonly data?: string;
  readonly leaveOut?: readonly string[];
  readonly textFrom?: string;
  readonly headFrom?: string;
  readonly workers?: number;
}

/** Options with what a plan needs. */
type PlanOptions = TrainOptions & { readonly plan: string; readonly data: string; readonly out: string };

export function addTrain(program: Command): void {
  program
    .command('train')
    .summary('train a model pack, or a head for one')
    .description(
      'With --pack: trains the UMCI head on the frozen towers of a pack that is there, by the protocol of the ClipSAM\n' +
        'paper, and makes a pack of it that stands beside its parent. With --plan: trains text tower and head of a pack\n' +
        'as its plan says. Features of the pictures and a checkpoint stay in the cache: the same command goes on where it\n' +
        'stopped, and the same data gives the same weights.',
    )
    .option('--pack <name|folder>', 'pack whose towers are taken; see `clipsam models list`')
    .option('--train <root>', 'data to learn from, its test images with their masks; see `clipsam datasets`')
    .addOption(
      new Option(
        '--head <kind>',
        "umci: a head, and a pack of it; linear: APRIL-GAN's layers, sdp-plus: SDP+'s, projection: one for a tower without,\n" +
          'each beside the unchanged head in a version of the pack, for the methods that take them',
      ).choices(['umci', 'linear', 'sdp-plus', 'projection']),
    )
    .option('--validate <root>', 'other data, measured afterwards; nothing of it is used for training')
    .addOption(layoutOption('--layout', 'how the data of --train lies there, instead of what it looks like'))
    .addOption(layoutOption('--validate-layout', 'the same of the data of --validate'))
    .option('--object-names <file>', 'JSON object: category folder → object name in the prompts')
    .option('--epochs <n>', 'times that every picture is seen (default: 15 on VisA, else 3)', wholeNumber(1))
    .option('--mosaics', 'learn from mosaics of four pictures too (default: not on VisA)')
    .option('--no-mosaics', 'pictures as they are, nothing else')
    .option('--hidden-dim <n>', 'channels of the head (default: 256)', wholeNumber(4))
    .option('--batch <n>', 'pictures per step (default: 8)', wholeNumber(1))
    .option('--seed <n>', 'number that all random choices follow from (default: 1)', wholeNumber(0))
    .option('--id <id>', "id of the new pack (default: the parent's, and the data's name)")
    .option('--title <text>', 'title of the new pack')
    .option('--pack-version <version>', 'version of the new pack (default: 1)')
    .addOption(new Option('--device <device>', 'what runs the vision tower').choices(deviceSchema.options))
    .option('-w, --workspace <folder>', 'workspace whose own model packs count too', DEFAULT_WORKSPACE)
    .option('--pack-root <folder>', 'folder of model packs, instead of those that come with the program')
    .option(
      '--plan <file>',
      'training plan (JSON), instead of --pack; with both and another --head than umci: its pictures are learned from',
    )
    .option('--data <folder>', 'folder that holds the category folders of the plan')
    .option('--out <folder>', 'folder of the new pack; needed with --plan, else it goes where packs are')
    .option(
      '--cache <folder>',
      'features and checkpoints (default: training-cache; with --plan .cache in the new pack)',
    )
    .option(
      '--leave-out <group...>',
      'of a plan: category folders, "synthetic" or "synthetic/<kind>" to measure on, not to train on',
    )
    .option('--text-from <folder>', 'with --plan: take the text tower of this pack instead of training one')
    .option('--head-from <folder>', "with --plan: start from the weights of this pack's head")
    .option('--workers <n>', 'with --plan: threads that compute features', wholeNumber(1))
    .option('--threads <n>', 'CPU threads (default: one per core)', wholeNumber(1))
    .addHelpText(
      'after',
      `
Examples:
  clipsam train --pack clip-l14-336-sam-h --train data/VisA --validate data/mvtec_anomaly_detection
  clipsam train --plan models/lite/training.json --data data/ --out models/lite --cache ~/.cache/clipsam-lite
  clipsam train --pack clip-l14-336-sam-h --head linear --train data/VisA`,
    )
    .action(train);
}

async function train(options: TrainOptions): Promise<void> {
  const { pack, plan, data, out, head = 'umci' } = options;
  const refuse = (message: string) => new ClipSamError('input-invalid', message);
  if (head !== 'umci') {
    if (pack === undefined) throw refuse('Name the pack whose towers are taken with --pack.');
    await trainMethodWeightsOf(pack, head === 'linear' ? 'april-gan' : head, options);
    return;
  }
  if ((pack === undefined) === (plan === undefined)) {
    throw refuse('Name either --pack, to train a head on its towers, or --plan.');
  }
  if (pack !== undefined) {
    if (options.train === undefined) throw refuse('Name the data to learn from with --train.');
    await trainHeadOf(pack, options.train, options);
    return;
  }
  if (plan === undefined || data === undefined || out === undefined) {
    throw refuse('A plan needs --data and --out.');
  }
  await trainPlan({ ...options, plan, data, out });
}

async function trainPlan(options: PlanOptions): Promise<void> {
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
    const headings = ['steps', 'held out', 'pictures', 'pixel AUROC', 'AP', 'F1-max', 'image AUROC'];
    const rows = (log.lengths ?? []).flatMap(({ steps, figures: all }) =>
      Object.entries(all).map(([group, figures]) => [
        String(steps),
        printable(group),
        String(figures.pictures),
        ...[figures.pixelAuroc, figures.pixelAp, figures.pixelF1Max, figures.imageAuroc].map(percent),
      ]),
    );
    process.stdout.write(`${table([headings, ...rows], 2)}\n`);
    printLine(`Pack written to ${out} in ${duration((performance.now() - started) / 1000)}.`);
  } finally {
    display.stop();
  }
}

/** The command as it goes into the pack's card: in an order that doesn't depend on how it was typed. */
function commandLine({ plan, data, out, leaveOut, textFrom, headFrom }: PlanOptions): string {
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
