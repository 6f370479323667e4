import { type Command, InvalidArgumentError } from 'commander';
import { EXPORT_FORMATS, type ExportFormat } from '../../src-shared/export-formats.ts';
import { exportBatch } from '../services/export-batch.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE } from './options.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { printable, say } from './terminal.ts';

interface ExportOptions {
  readonly workspace: string;
  readonly batch?: string;
  readonly format: readonly ExportFormat[];
  readonly out: string;
}

export function addExport(program: Command): void {
  program
    .command('export')
    .summary('write results as CSV, JSON, COCO, masks or HTML')
    .description(
      "Writes a batch's newest results, with what inspectors said about them, for people and other programs.",
    )
    .option('-w, --workspace <folder>', 'where the results are', DEFAULT_WORKSPACE)
    .option('-b, --batch <name|id>', 'batch to export (default: the newest)')
    .requiredOption(
      '-f, --format <list>',
      `one or more of ${EXPORT_FORMATS.join(', ')}, with commas`,
      parseFormats,
    )
    .requiredOption('--out <folder>', 'where the files go; made when missing')
    .addHelpText(
      'after',
      `
Examples:
  clipsam export --format html --out report/
  clipsam export -w lot7 --format csv,coco,masks --out lot7-results/

Exit codes: 0 written, 2 wrong usage or no such batch, 1 other errors, 130 interrupted.`,
    )
    .action(run);
}

async function run({ workspace, batch, format, out }: ExportOptions): Promise<void> {
  const display = new ProgressDisplay();
  let started = performance.now();
  try {
    const { batch: exported, files } = await interruptible((signal) =>
      exportBatch({
        workspaceFolder: workspace,
        ...(batch !== undefined && { batch }),
        formats: format,
        folder: out,
        signal,
        onEvent(event) {
          if (event.done === 1) started = performance.now();
          display.update(
            event.done,
            event.total,
            `${event.format}  ${paceSince(started, event.done, event.total)}`,
          );
        },
      }),
    );
    display.stop();
    say(`Batch ${exported.id} "${printable(exported.name)}":`);
    for (const file of files) process.stdout.write(`${file.format.padEnd(5)}  ${file.path}\n`);
  } finally {
    display.stop();
  }
}

function parseFormats(text: string): ExportFormat[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    const format = EXPORT_FORMATS.find((known) => known === name);
    if (!format) throw new InvalidArgumentError(`"${name}" is not one of ${EXPORT_FORMATS.join(', ')}.`);
    return format;
  });
}
