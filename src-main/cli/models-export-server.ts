import { resolve } from 'node:path';
import { Argument, type Command, Option } from 'commander';
import {
  type ExportedRepository,
  exportRepository,
  type RepositoryEvent,
} from '../services/model-repository/export-repository.ts';
import type { TritonBackend, TritonPlace } from '../services/model-repository/triton-config.ts';
import { interruptible } from './interrupt.ts';
import { type ModelsOptions, PACK_ROOT, WORKSPACE } from './models-options.ts';
import { packRoots, wholeNumber } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine } from './terminal.ts';

interface ExportServerOptions extends ModelsOptions {
  readonly pack: string;
  readonly outputs: 'fp32' | 'fp16';
  readonly backend: TritonBackend;
  readonly on: TritonPlace;
  readonly instances: number;
  readonly threads?: number;
  readonly batch?: number;
}

/** Pictures that a GPU joins, where nothing else is said: more of them wait longer than they save. */
const GPU_BATCH = 8;

export function addExportServer(models: Command): void {
  models
    .command('export-server')
    .summary('write a pack as models of an inference server')
    .description(
      'Writes a model repository for Triton Inference Server: one model per graph of a pack (vision, text, SAM), which takes\n' +
        'pictures as they are, 3 bytes a pixel, with hashes and a README that says how it is served. The folder appears when\n' +
        'all of it is there; after an interruption the same command goes on. A folder with the same pack and options gets\n' +
        'what is missing or damaged in it; anything else in it is refused.',
    )
    .addArgument(new Argument('<server>', 'kind of server').choices(['triton']))
    .argument('<folder>', 'folder to write, or one that is empty')
    .option('--pack <name|folder>', 'pack; see `clipsam models list`', 'lite')
    .addOption(
      new Option('--outputs <precision>', 'precision in which tokens and embeddings leave the server')
        .choices(['fp32', 'fp16'])
        .default('fp32'),
    )
    .addOption(
      new Option('--backend <name>', "Triton's backend; python needs ONNX Runtime for Python there")
        .choices(['onnxruntime', 'python'])
        .default('onnxruntime'),
    )
    .addOption(
      new Option('--on <device>', 'where the models compute; auto: on GPUs, where there are some')
        .choices(['auto', 'gpu', 'cpu'])
        .default('auto'),
    )
    .option('--instances <n>', 'copies of each model side by side, per GPU', wholeNumber(1), 1)
    .option('--threads <n>', "threads of each on a CPU (default: the engine's choice)", wholeNumber(1))
    .option(
      '--batch <n>',
      `requests that are joined at most, where a graph can; joined answers may differ in their last digits; 1: none (default: ${GPU_BATCH}, with --on cpu 1)`,
      wholeNumber(1),
    )
    .option(...WORKSPACE)
    .option(...PACK_ROOT)
    .addHelpText(
      'after',
      `
Examples:
  clipsam models export-server triton repository
  clipsam models export-server triton /srv/models --pack clip-l14-336-sam-h --outputs fp16 --on gpu

Exit codes: 0 the repository is whole, 2 wrong usage, or the folder holds something else, 1 other errors, 130 interrupted.`,
    )
    .action(async (_server: string, folder: string, options: ExportServerOptions) => {
      const { pack, outputs, backend, on: place, instances, threads, batch } = options;
      const display = new ProgressDisplay();
      try {
        const exported = await interruptible((signal) =>
          exportRepository(pack, resolve(folder), {
            roots: packRoots(options),
            half: outputs === 'fp16',
            backend,
            place,
            instances,
            threads,
            batch: batch ?? (place === 'cpu' ? 1 : GPU_BATCH),
            signal,
            onEvent: (event) => tell(event, display),
          }),
        );
        display.stop();
        summarise(exported);
      } finally {
        display.stop();
      }
    });
}

function tell(event: RepositoryEvent, display: ProgressDisplay): void {
  if (event.kind === 'checking') {
    display.say('Checking the pack.');
    return;
  }
  const { graph, done, count } = event;
  display.update(done, count, event.kind === 'preparing' ? `${graph}: run once, and written` : graph);
}

function summarise({ folder, models, written }: ExportedRepository): void {
  for (const { name, unbatched } of models) {
    printLine(unbatched === undefined ? name : `${name} (requests are not joined: ${unbatched})`);
  }
  printLine(
    written === 0
      ? 'All of it was there already, whole.'
      : `${models.length} models. README.md in the folder says how to serve them.`,
  );
  process.stdout.write(`${printable(folder)}\n`);
}
