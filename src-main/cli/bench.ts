import { type Command, Option } from 'commander';
import type { Measured } from '../services/evaluation/bench-context.ts';
import { benchTwin, TWINS, type TwinFigures, type TwinName } from '../services/evaluation/bench-twin.ts';
import {
  benchmark,
  MEASUREMENTS,
  type MeasurementName,
  USUAL_MEASUREMENTS,
} from '../services/evaluation/benchmark.ts';
import { chooseRecipe } from '../services/runs/recipe-pipeline.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { measureManyClients } from './many-clients.ts';
import { type PipelineOptions, recipeChoice, wholeNumber, withPipelineOptions } from './options.ts';
import { pipelineMessages } from './pipeline-messages.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { bytes, printable, printLine } from './terminal.ts';

interface BenchOptions extends PipelineOptions {
  readonly data?: readonly string[];
  readonly batch: number;
  readonly images: number;
  readonly only?: readonly (MeasurementName | typeof MANY_CLIENTS.name)[];
  readonly twin?: TwinName;
  readonly runs: number;
  readonly json?: true;
}

/** It speaks to a serving process, which the other measurements know nothing of. */
const MANY_CLIENTS = {
  name: 'many-clients',
  description: '20 clients × 200 verdicts while images are inspected and the serving process is killed',
} as const;

export function addBench(program: Command): void {
  const all = [...MEASUREMENTS, MANY_CLIENTS];
  const names = all.map(({ name }) => name);
  const command = program
    .command('bench')
    .summary('measure speed and memory')
    .description(
      `Measures on generated images, or on your own:\n${all.map(({ name, description }) => `  ${name}: ${description}`).join('\n')}`,
    )
    .addOption(
      new Option(
        '--only <name...>',
        'measurements to run (default: all but report, metrics and many-clients)',
      ).choices(names),
    )
    .option('--batch <n>', 'images of the end-to-end measurement', wholeNumber(1), 50)
    .option('--images <n>', 'images of the memory measurement', wholeNumber(31), 300)
    .option('--data <path...>', 'images and folders to use instead of generated ones')
    .addOption(
      new Option(
        '--twin <pack>',
        'a pack of this size with random weights, instead of the measurements',
      ).choices(Object.keys(TWINS)),
    )
    .option('--runs <n>', 'timed runs of each model of a twin', wholeNumber(1), 3)
    .option('--json', 'figures as JSON on standard output');
  withPipelineOptions(command)
    .addHelpText(
      'after',
      '\nWith --twin the graphs of a full-size pack are made in the temporary folder (4 GB for clip-l14-336-sam-h) and\n' +
        'measured: load time, memory, time of a good image (CLIP) and a defective one (CLIP and SAM), beside the encoder of\n' +
        '`lite`. Figures of computing only: random weights say nothing of quality. Ctrl-C is heard between two model runs.',
    )
    .addHelpText('after', '\nExit codes: 0 all bars met, 3 a bar missed, 2 wrong usage, 1 other errors.')
    .action(async (options: BenchOptions) => {
      process.exitCode = options.twin ? await twin(options.twin, options) : await bench(options);
    });
}

async function bench(options: BenchOptions): Promise<number> {
  const { device, threads, batch, images, only = USUAL_MEASUREMENTS } = options;
  const chosen = await chooseRecipe(recipeChoice(options));
  const display = new ProgressDisplay();
  const onPipeline = pipelineMessages((line) => display.say(line));
  const all: Measured[] = [];
  let started = 0;
  try {
    await interruptible(async (signal) => {
      const show = (measured: Measured) => {
        display.stop();
        all.push(measured);
        if (!options.json) process.stdout.write(`${describe(measured)}\n`);
      };
      const own = only.filter((name) => name !== MANY_CLIENTS.name);
      const results = benchmark(own, {
        chosen,
        device,
        ...(threads && { threads }),
        ...(options.data && { images: options.data }),
        batchImages: batch,
        memoryImages: images,
        signal,
        onEvent(event) {
          if (event.kind === 'started') started = performance.now();
          if (event.kind === 'image') {
            display.update(event.done, event.total, paceSince(started, event.done, event.total));
          }
          if (event.kind === 'ready' || event.kind === 'died' || event.kind === 'retry') onPipeline(event);
        },
      });
      for await (const measured of results) show(measured);
      if (own.length < only.length) {
        const { packRoot } = options;
        const serve = ['--device', device, ...(packRoot === undefined ? [] : ['--pack-root', packRoot])];
        show(await measureManyClients({ chosen, clients: 20, verdicts: 200, serve, signal }));
      }
    });
  } finally {
    display.stop();
  }
  if (options.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
  return all.every(({ passed }) => passed) ? EXIT.done : EXIT.someFailed;
}

async function twin(name: TwinName, { device, threads, runs, json }: BenchOptions): Promise<number> {
  const figures = await interruptible((signal) =>
    benchTwin(TWINS[name], {
      device,
      ...(threads && { threads }),
      runs,
      signal,
      onStep: (step) => printLine(`${step} …`),
    }),
  );
  process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : `${describeTwin(name, figures)}\n`);
  return EXIT.done;
}

function describeTwin(name: TwinName, figures: TwinFigures): string {
  const { device, clipBytes, samBytes, goodPeakBytes, defectivePeakBytes } = figures;
  const seconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
  const ratio = (value: number) => `${value.toFixed(1)} × lite's encoder`;
  return [
    `${name}: its graphs at full size with random weights, on ${device.running}; nothing is said of quality`,
    ...(device.fallbackReason === undefined
      ? []
      : [`  why ${device.running}: ${printable(device.fallbackReason)}`]),
    `  weights: CLIP ${bytes(clipBytes)}, SAM's encoder ${bytes(samBytes)}`,
    `  load: CLIP ${seconds(figures.clipLoadSeconds)}, SAM's encoder ${seconds(figures.samLoadSeconds)}`,
    `  good image (CLIP): ${seconds(figures.goodSeconds)}, ${ratio(figures.goodToLite)}`,
    `  defective image (CLIP, SAM's encoder and decoder): ${seconds(figures.defectiveSeconds)}, ${ratio(figures.defectiveToLite)}`,
    `  peak memory: good ${bytes(goodPeakBytes)}, defective ${bytes(defectivePeakBytes)}; ${bytes(figures.startBytes)} before the models`,
    `  lite's encoder: ${seconds(figures.liteSeconds)}`,
  ].join('\n');
}

function describe({ name, figures, bar, passed }: Measured): string {
  const lines = Object.entries(figures).map(
    ([key, value]) => `  ${key}: ${Number.isInteger(value) ? value : value.toFixed(value < 10 ? 3 : 1)}`,
  );
  return [`${name}`, ...lines, `  ${passed ? 'met' : 'MISSED'}: ${bar}`].join('\n');
}
