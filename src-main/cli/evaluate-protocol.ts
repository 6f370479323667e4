import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { localDevice } from '../../src-shared/device.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { UmciConfig } from '../../src-shared/pack.ts';
import type { LayoutName } from '../services/datasets/defect-category.ts';
import { readObjectNames } from '../services/evaluation/evaluation-files.ts';
import type { HeadCandidate } from '../training/leave-one-out.ts';
import type { ProductFeatures } from '../training/products.ts';
import type { ResultTable } from '../training/result-table.ts';
import { interruptible } from './interrupt.ts';
import { type PipelineOptions, packRoots, wholeNumber } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import {
  featureMessages,
  kernelList,
  lengthsOf,
  numberList,
  productsOf,
  protocolMessages,
} from './protocol-inputs.ts';
import { duration, printable, printLine, table } from './terminal.ts';

/** Options of `clipsam evaluate` that train heads, and measure them on products that were left out. */
export interface ProtocolOptions extends PipelineOptions {
  readonly leaveOneOut?: readonly string[];
  readonly ablation?: readonly string[];
  readonly sweep?: readonly string[];
  readonly folds?: number;
  readonly parts?: 'heads' | 'refinement' | 'all';
  readonly by?: 'dataset' | 'category';
  readonly inner?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly seed?: number;
  readonly tryHidden?: readonly number[];
  readonly tryKernels?: readonly (readonly number[])[];
  readonly cache?: string;
  readonly out?: string;
  readonly layout?: LayoutName;
  readonly objectNames?: string;
  readonly limit?: number;
}

const CACHE = 'training-cache';
/** Parts that products are put into, by default. */
const PARTS = 3;
/** Epochs that the longest training has, by default: the paper's on MVTec AD. */
const EPOCHS = 3;

export function withProtocolOptions(command: Command): Command {
  return command
    .option(
      '--leave-one-out <root...>',
      'train on all of these data sets but one, measure on that one, for each of them',
    )
    .option(
      '--ablation <root...>',
      "train heads without parts of UMCI, measure them on products left out, and MMR on and off: the paper's Table 2",
    )
    .option(
      '--sweep <root...>',
      "the same for hidden dimension and scale kernels, and θ, λ, points, masks and support of MMR: the paper's Table 3",
    )
    .option(
      '--folds <n>',
      'of --ablation and --sweep: parts that the products are put into (default: 3)',
      wholeNumber(2),
    )
    .addOption(
      new Option(
        '--parts <what>',
        'of --ablation and --sweep: heads, which are trained; refinement, on images with the head of the pack (default: all)',
      ).choices(['heads', 'refinement', 'all']),
    )
    .addOption(
      new Option('--by <what>', 'what is left out at a time (default: dataset)').choices([
        'dataset',
        'category',
      ]),
    )
    .option(
      '--inner <n>',
      'parts of the training products, left out in turn to choose by (default: 3)',
      wholeNumber(2),
    )
    .option('--steps <n>', 'steps of the longest training (default: three epochs)', wholeNumber(1))
    .option('--batch <n>', 'pictures per step (default: 8)', wholeNumber(1))
    .option('--seed <n>', 'number that all random choices follow from (default: 1)', wholeNumber(0))
    .option(
      '--try-hidden <list>',
      "hidden dimensions to choose from: 32,64 (default: the pack's)",
      numberList,
    )
    .option(
      '--try-kernels <list>',
      "pairs of scale kernels to choose from: 3:9,5:7 (default: the pack's)",
      kernelList,
    )
    .option(
      '--cache <folder>',
      'features, checkpoints and what was measured (default: training-cache; with --methods: in --out)',
    )
    .option('--out <folder>', 'write the tables (Markdown, CSV) and all figures (JSON) there');
}

/** Whether something is asked for that trains heads. */
export function asksForProtocol({ leaveOneOut, ablation, sweep }: ProtocolOptions): boolean {
  return (leaveOneOut ?? ablation ?? sweep) !== undefined;
}

/** Runs what was asked for, and prints its tables. @throws ClipSamError `input-invalid` for two things at a time */
export async function runProtocol(options: ProtocolOptions): Promise<void> {
  const { leaveOneOut, ablation, sweep } = options;
  if ([leaveOneOut, ablation, sweep].filter((roots) => roots !== undefined).length > 1) {
    throw new ClipSamError('input-invalid', 'Name one of --leave-one-out, --ablation and --sweep.');
  }
  const started = performance.now();
  const display = new ProgressDisplay();
  try {
    const ready = await prepare(leaveOneOut ?? ablation ?? sweep ?? [], options, display);
    if (leaveOneOut) await runLeaveOneOut(options, ready, display);
    else await runAblation(options, ready, display);
    printLine(
      `Measured in ${duration((performance.now() - started) / 1000)}; what was computed is kept in ${printable(ready.cache)}.`,
    );
  } finally {
    display.stop();
  }
}

type Ready = Awaited<ReturnType<typeof prepare>>;

async function runLeaveOneOut(
  options: ProtocolOptions,
  ready: Ready,
  display: ProgressDisplay,
): Promise<void> {
  // Loaded here: no other command needs the training code.
  const { leaveOneOut } = await import('../training/leave-one-out.ts');
  const { leaveOneOutParagraphs, leaveOneOutTables } = await import('../training/leave-one-out-report.ts');
  const result = await interruptible(async (signal) => {
    const data = await ready.features(signal);
    return leaveOneOut({
      ...{ parent: ready.parent, data, cache: ready.cache, signal },
      language: await ready.language(data, signal),
      by: options.by ?? 'dataset',
      candidates: ready.candidates,
      lengths: lengthsOf(options.steps ?? stepsOf(data, ready.protocol.batch)),
      inner: options.inner ?? PARTS,
      protocol: ready.protocol,
      ...(options.threads && { threads: options.threads }),
      onProgress: protocolMessages(display),
    });
  });
  display.stop();
  await deliver('leave-one-out', options, {
    ...{ json: result, tables: leaveOneOutTables(result) },
    paragraphs: leaveOneOutParagraphs(result, commandOf(options)),
  });
}

async function runAblation(options: ProtocolOptions, ready: Ready, display: ProgressDisplay): Promise<void> {
  const isSweep = options.sweep !== undefined;
  const { parts = 'all', threads, tryHidden, tryKernels } = options;
  const { parent, cache, protocol, data: products } = ready;
  const { ablate, ablationVariants, sweepVariants } = await import('../training/ablation.ts');
  const { refinementVariants, sweepRefinement } = await import('../training/refinement-sweep.ts');
  const report = await import('../training/ablation-report.ts');
  const { baseHead, layerScale } = await import('../training/head-config.ts');
  const base = baseHead(parent.pack);
  const settings = refinementVariants(parent.pack.defaultRecipe);
  const isAblated = ({ varies }: { readonly varies: string }) => varies === 'recipe' || varies === 'mmr';
  const { trained, refined } = await interruptible(async (signal) => {
    const common = { parent, cache, signal, ...(threads && { threads }) };
    const heads = async () => {
      const data = await ready.features(signal);
      return ablate({
        ...{ ...common, data, protocol, folds: options.folds ?? PARTS },
        language: await ready.language(data, signal),
        steps: options.steps ?? stepsOf(data, protocol.batch),
        variants: isSweep
          ? sweepVariants(base, tryHidden, tryKernels)
          : ablationVariants(base, parent.pack.vision.stages.length, layerScale(parent.pack)),
        onProgress: protocolMessages(display),
      });
    };
    const trained = parts === 'refinement' ? undefined : await heads();
    display.stop();
    const refined =
      parts === 'heads'
        ? []
        : await sweepRefinement({
            ...{ ...common, data: products, device: options.device },
            variants: isSweep
              ? settings.filter(({ varies }) => varies !== 'mmr')
              : settings.filter(isAblated),
            onProgress: ({ done, total, product }) =>
              display.update(done, total, `refining ${printable(product)}`),
            onLeftOut: (picture, message) => display.say(`left out: ${printable(`${picture}: ${message}`)}`),
          });
    return { trained, refined };
  });
  display.stop();
  const result = report.ablationReport(trained, refined);
  const name = isSweep ? 'sweep' : 'ablation';
  const [first, ...others] = report.ablationTables(result);
  await deliver(name, options, {
    ...{ json: result, tables: [first!, ...others] },
    paragraphs: report.ablationParagraphs(isSweep ? 'Sweep' : 'Ablation', result, commandOf(options)),
  });
  if (options.out !== undefined) await report.writeAblationCharts(options.out, result);
}

/** What every training on products left out begins with. */
async function prepare(roots: readonly string[], options: ProtocolOptions, display: ProgressDisplay) {
  const { loadPack } = await import('../training/train-head.ts');
  const { productFeatures } = await import('../training/products.ts');
  const { objectLanguage } = await import('../training/object-language.ts');
  const { PAPER_SETTINGS } = await import('../training/head-settings.ts');
  const { baseHead } = await import('../training/head-config.ts');
  const { threads } = options;
  const cache = resolve(options.cache ?? CACHE);
  const names = options.objectNames === undefined ? {} : await readObjectNames(options.objectNames);
  const data = await productsOf(roots, names, options.limit, {
    layout: options.layout,
    onNote: (note) => display.say(printable(note)),
  });
  display.say('Checking the files of the pack.');
  const parent = await loadPack(options.pack ?? 'lite', packRoots(options));
  const protocol = {
    batch: options.batch ?? PAPER_SETTINGS.batch,
    learningRate: PAPER_SETTINGS.learningRate,
    seed: options.seed ?? PAPER_SETTINGS.seed,
  };
  const device = localDevice(options.device, 'Training');
  return {
    ...{ parent, cache, protocol, data },
    candidates: candidatesOf(baseHead(parent.pack), options),
    features: (signal: AbortSignal) =>
      productFeatures(parent, data, {
        ...{ cache, signal, seed: protocol.seed },
        ...(threads && { threads }),
        ...(device !== 'auto' && { device }),
        onProgress: featureMessages(display),
        onLeftOut: (picture, message) => display.say(`left out: ${printable(`${picture}: ${message}`)}`),
      }),
    language: ({ products }: ProductFeatures, signal: AbortSignal) =>
      objectLanguage(
        parent,
        products.map(({ object }) => object),
        { signal, ...(threads && { threads }) },
      ),
  };
}

/** Every combination of what is to be tried; the pack's own head where nothing is. */
function candidatesOf(base: UmciConfig, { tryHidden, tryKernels }: ProtocolOptions): HeadCandidate[] {
  return (tryHidden ?? [base.hiddenDim]).flatMap((hiddenDim) =>
    (tryKernels ?? [base.scaleKernels]).map((scaleKernels): HeadCandidate => {
      const umci = { ...base, hiddenDim, scaleKernels: [...scaleKernels] };
      return { name: `UMCI d ${hiddenDim}, kernels ${scaleKernels.join(' ')}`, head: { kind: 'umci', umci } };
    }),
  );
}

/** Steps that some epochs of all products take. */
function stepsOf({ products }: ProductFeatures, batch: number): number {
  const pictures = products.reduce((sum, { records }) => sum + records.length, 0);
  return Math.max(1, Math.ceil((EPOCHS * pictures) / batch));
}

/** Prints the tables, and writes them where a folder is named. */
async function deliver(
  name: string,
  { out }: ProtocolOptions,
  results: {
    readonly json: unknown;
    readonly tables: readonly [ResultTable, ...ResultTable[]];
    readonly paragraphs: readonly string[];
  },
): Promise<void> {
  const { resultText, writeResults } = await import('../training/result-table.ts');
  for (const { title, headings, rows } of results.tables) {
    const cells = rows.map((row) => row.map((cell) => printable(resultText(cell))));
    process.stdout.write(`${title}\n${table([headings, ...cells])}\n\n`);
  }
  if (out === undefined) return;
  await writeResults(out, name, results);
  printLine(`Tables and figures are in ${printable(resolve(out))}.`);
}

/** The command as it goes into what is written. */
function commandOf(options: ProtocolOptions): string {
  const {
    leaveOneOut,
    ablation,
    sweep,
    folds,
    parts,
    pack,
    by,
    inner,
    steps,
    batch,
    seed,
    tryHidden,
    tryKernels,
    layout,
    limit,
  } = options;
  const flags: readonly (readonly [string, string | number | undefined])[] = [
    ['--leave-one-out', leaveOneOut?.join(' ')],
    ['--ablation', ablation?.join(' ')],
    ['--sweep', sweep?.join(' ')],
    ['--folds', folds],
    ['--parts', parts],
    ['--pack', pack],
    ['--by', by],
    ['--inner', inner],
    ['--steps', steps],
    ['--batch', batch],
    ['--seed', seed],
    ['--try-hidden', tryHidden?.join()],
    ['--try-kernels', tryKernels?.map((pair) => pair.join(':')).join()],
    ['--layout', layout],
    ['--limit', limit],
  ];
  const given = flags.flatMap(([flag, value]) => (value === undefined ? [] : [flag, String(value)]));
  return ['clipsam', 'evaluate', ...given].join(' ');
}
