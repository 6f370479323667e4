import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { findCategories } from '../services/defect-dataset.ts';
import { exportBatch } from '../services/export-batch.ts';
import { inspectPaths } from '../services/inspect-paths.ts';
import { chooseRecipe } from '../services/recipe-pipeline.ts';
import { conclude, inspectMessages } from './inspect.ts';
import { interruptible } from './interrupt.ts';
import { authorName, type PipelineOptions, recipeChoice, withPipelineOptions } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { say } from './terminal.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SAMPLES = join(ROOT, 'resources', 'samples');
const OUT = join(ROOT, 'out', 'demo');

interface DemoOptions extends PipelineOptions {
  readonly out: string;
  readonly open: boolean;
}

export function addDemo(program: Command): void {
  const command = program
    .command('demo')
    .summary('inspect the bundled samples and show the result (npm start)')
    .description('Inspects the bundled samples and writes a browsable result.')
    .option('--out <folder>', 'where results and pages go', OUT)
    .option('--no-open', 'do not open the result in the browser');
  withPipelineOptions(command).action(async (options: DemoOptions) => {
    process.exitCode = await demo(options);
  });
}

async function demo({ open, out, ...options }: DemoOptions): Promise<number> {
  const chosen = await chooseRecipe(recipeChoice(options));
  const categories = await findCategories(SAMPLES);
  const display = new ProgressDisplay();
  const workspaceFolder = join(out, 'workspace');
  const started = performance.now();
  try {
    const { device, threads } = options;
    const summary = await interruptible((signal) =>
      inspectPaths({
        chosen,
        workspaceFolder,
        paths: categories.flatMap(({ images }) => images.map(({ path }) => path)),
        name: 'Bundled samples',
        device,
        ...(threads && { threads }),
        author: authorName(),
        signal,
        onEvent: inspectMessages(display, false),
      }),
    );
    display.stop();
    const code = conclude(summary, (performance.now() - started) / 1000);
    if (summary.status !== 'done') return code;
    const batch = String(summary.batchId);
    const { files } = await exportBatch({ workspaceFolder, batch, formats: ['html'], folder: out });
    const page = files[0]!.path;
    say(`\nResult: ${page}`);
    if (open) openInBrowser(page);
    return code;
  } finally {
    display.stop();
  }
}

/** Where there is a screen and a browser; elsewhere nothing happens. */
function openInBrowser(page: string): void {
  const { CI, DISPLAY, WAYLAND_DISPLAY } = process.env;
  if (CI) return;
  const url = pathToFileURL(page).href;
  const commands: Partial<Record<NodeJS.Platform, [string, ...string[]]>> = {
    darwin: ['open', url],
    win32: ['rundll32', 'url.dll,FileProtocolHandler', url],
    ...(DISPLAY || WAYLAND_DISPLAY ? { linux: ['xdg-open', url] } : {}),
  };
  const [command, ...args] = commands[process.platform] ?? [];
  if (!command) return;
  spawn(command, args, { detached: true, stdio: 'ignore' })
    .on('error', () => {})
    .unref();
}
