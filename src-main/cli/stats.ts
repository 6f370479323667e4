import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import { PLAIN_CSV } from '../../src-shared/export-formats.ts';
import {
  type StatsFilter,
  type Subgroup,
  statsFilterSchema,
} from '../../src-shared/statistics/stats-filter.ts';
import { dashboard } from '../services/stats/dashboard.ts';
import { dashboardJson, exportStats } from '../services/stats/export-stats.ts';
import { inWorkspace } from '../services/stats/in-workspace.ts';
import { mendTotals, wrongTotals } from '../services/stats/totals-care.ts';
import { EXIT } from './exit-code.ts';
import { DEFAULT_WORKSPACE, inspectorName, wholeNumber } from './options.ts';
import { describeStats } from './stats-text.ts';
import { printable, printLine } from './terminal.ts';

interface StatsOptions {
  readonly workspace: string;
  readonly part?: string;
  readonly lot?: string;
  readonly recipe?: string;
  readonly inspector?: string;
  readonly batch?: number;
  readonly from?: string;
  readonly to?: string;
  readonly by: Subgroup;
  readonly json?: true;
  readonly csv?: string;
  readonly force?: true;
  readonly check?: true;
  readonly rebuild?: true;
}

export function addStats(program: Command): void {
  program
    .command('stats')
    .summary('verdicts, yield, Pareto, p-chart and agreement over many batches')
    .description(
      'Statistics over all batches that were not deleted, archived ones too. Of each the newest run counts in which an\n' +
        "image was inspected. An image is good when the inspector accepts it or, without an inspector's verdict, the model.",
    )
    .option('-w, --workspace <folder>', 'where the results are', DEFAULT_WORKSPACE)
    .option('--part <number>', 'only batches of this part number')
    .option('--lot <lot>', 'only batches of this lot')
    .option('--recipe <name>', 'only runs with this recipe, whatever its revision')
    .option('--inspector <name>', 'only images whose verdict is by this inspector')
    .option('-b, --batch <id>', 'only this batch', wholeNumber(1))
    .option('--from <day>', 'only images inspected on this day (2026-11-30, UTC) or later', day)
    .option('--to <day>', 'only images inspected on this day or before', day)
    .addOption(new Option('--by <what>', 'points of the p-chart').choices(['lot', 'day']).default('lot'))
    .option('--json', 'everything as JSON on standard output')
    .option('--csv <folder>', 'the tables as CSV files into this folder')
    .option('--force', 'replace files of the same names there')
    .option('--check', 'compare the running totals with a full count instead')
    .option('--rebuild', 'make the running totals anew instead')
    .addHelpText(
      'after',
      `
Examples:
  clipsam stats
  clipsam stats --part 4711 --from 2026-11-01 --by day
  clipsam stats --lot L7 --csv lot7-statistics/

Exit codes: 0 done, 3 --check found wrong totals, 2 wrong usage or files in the way, 1 other errors.`,
    )
    .action(async (options: StatsOptions) => {
      process.exitCode = await stats(options);
    });
}

async function stats(options: StatsOptions): Promise<number> {
  const { workspace: folder, by, csv, force, check, rebuild } = options;
  if (check) return checked(folder);
  if (rebuild) {
    await mendTotals(folder);
    printLine('The running totals were made anew.');
    return EXIT.done;
  }
  const filter = filterOf(options);
  await inWorkspace(folder, async (workspace) => {
    if (csv !== undefined) {
      const where = { folder: resolve(csv), inspector: inspectorName(), ...(force && { force }) };
      const { files } = await exportStats(workspace, {
        filter,
        by,
        formats: ['csv'],
        csv: PLAIN_CSV,
        ...where,
      });
      for (const file of files) process.stdout.write(`${file}\n`);
      return;
    }
    process.stdout.write(
      options.json
        ? await dashboardJson(workspace, filter, by)
        : `${describeStats(await dashboard(workspace, filter, by))}\n`,
    );
  });
  return EXIT.done;
}

async function checked(folder: string): Promise<number> {
  const wrong = await wrongTotals(folder);
  for (const { table, missing, extra } of wrong) {
    printLine(`${printable(table)}: ${missing} rows are missing or wrong, ${extra} should not be there.`);
  }
  printLine(
    wrong.length === 0
      ? 'The running totals are what a full count gives.'
      : 'The running totals are wrong. `clipsam stats --rebuild` makes them anew from results and verdicts.',
  );
  return wrong.length === 0 ? EXIT.done : EXIT.someFailed;
}

function filterOf({ part, lot, recipe, inspector, batch, from, to }: StatsOptions): StatsFilter {
  const wanted = { partNumber: part, lot, recipe, inspector, batchId: batch, from, to };
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const parsed = statsFilterSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ClipSamError('input-invalid', `--${issue!.path.join('.')}: ${issue!.message}.`);
}

function day(text: string): string {
  if (!statsFilterSchema.safeParse({ from: text }).success) {
    throw new InvalidArgumentError('It must be a day such as 2026-11-30.');
  }
  return text;
}
