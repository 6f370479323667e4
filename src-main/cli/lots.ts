import { type Command, InvalidArgumentError, Option } from 'commander';
import type { LotRequest } from '../../src-shared/contract/lots.ts';
import { inspectionLevelSchema } from '../../src-shared/sampling/code-letters.ts';
import { lotDispositionSchema } from '../../src-shared/sampling/lot.ts';
import { inspectionSeveritySchema } from '../../src-shared/sampling/master-tables.ts';
import { severitySchema } from '../../src-shared/verdict.ts';
import { beginLot } from '../services/lots/begin-lot.ts';
import { disposeLot } from '../services/lots/dispose-lot.ts';
import { lotBatch } from '../services/lots/lot-batch.ts';
import { lotDetails, lotPage } from '../services/lots/lot-state.ts';
import { planForLot } from '../services/lots/plan-lot.ts';
import { inWorkspace } from '../services/stats/in-workspace.ts';
import { describeLot, describeLots, describePlan } from './lots-text.ts';
import { DEFAULT_WORKSPACE, inspectorName, wholeNumber } from './options.ts';
import { printLine } from './terminal.ts';

interface Shared {
  readonly workspace: string;
  readonly json?: true;
}

interface PlanOptions extends Shared {
  readonly size: number;
  readonly aql: LotRequest['limits'];
  readonly c0?: true;
  readonly level: LotRequest['level'];
  readonly supplier: string;
  readonly part: string;
  readonly severity: LotRequest['severities'];
  readonly batch?: string;
}

interface BeginOptions extends PlanOptions {
  readonly batch: string;
  readonly lot: string;
  readonly reason: string;
  readonly resubmits?: number;
}

export function addLots(program: Command): void {
  const lots = program
    .command('lots')
    .summary('acceptance sampling: plans of ISO 2859-1, samples, decisions about lots')
    .description(
      'Judges lots by a random sample of the images of a batch, by the single sampling plans of ISO 2859-1:1999 or\n' +
        'with the acceptance number 0. Check the plans against your purchased edition of the standard.',
    );
  withPlanOptions(lots.command('plan'))
    .summary('sample size, Ac and Re for a lot; changes nothing')
    .option('-b, --batch <name|id>', 'the batch that it would be drawn from')
    .option('--part <number>', 'without a batch: the part number whose lots decide the severity', '')
    .addHelpText('after', '\nExample:\n  clipsam lots plan --size 6000 --aql critical=0,major=2.5,minor=4')
    .action(plan);
  withPlanOptions(lots.command('begin'))
    .summary('draw the sample of a lot')
    .requiredOption('-b, --batch <name|id>', 'the batch whose images are the lot, or a part of it')
    .option('--lot <number>', "the lot's number (default: the batch's)", '')
    .option('--reason <text>', 'why the severity is not the proposed one', '')
    .option('--resubmits <id>', 'the rejected lot that this inspects again', wholeNumber(1))
    .action(begin);
  withShared(lots.command('list'))
    .summary('the lots, newest first')
    .option('-b, --batch <name|id>', 'only those of this batch')
    .action(list);
  withShared(lots.command('show'))
    .summary('plan, sample, what was found, and every decision')
    .argument('<id>', 'of the lot', wholeNumber(1))
    .action(async (id: number, { workspace, json }: Shared) => {
      const lot = await inWorkspace(workspace, (opened) => lotDetails(opened, id));
      print(lot, json, describeLot(lot));
    });
  withShared(lots.command('dispose'))
    .summary('decide about a lot')
    .argument('<id>', 'of the lot', wholeNumber(1))
    .argument('<decision>', lotDispositionSchema.options.join(', '))
    .option('--comment <text>', 'the reason, where the sample does not say so by itself', '')
    .action(dispose);
}

async function plan({ batch, part, ...options }: PlanOptions): Promise<void> {
  const request = requestOf(options);
  const planned = await inWorkspace(options.workspace, async (workspace) =>
    planForLot(workspace, {
      ...request,
      batchId: batch === undefined ? null : (await lotBatch(workspace, batch)).id,
      partNumber: part,
    }),
  );
  print(planned, options.json, describePlan(planned));
}

async function begin({ batch, lot, reason, resubmits, ...options }: BeginOptions): Promise<void> {
  const begun = await inWorkspace(options.workspace, async (workspace) => {
    const { id } = await lotBatch(workspace, batch);
    const about = { lot, overrideReason: reason, resubmits: resubmits ?? null, inspector: inspectorName() };
    const state = await beginLot(workspace, { ...requestOf(options), batchId: id, ...about });
    return lotDetails(workspace, state.lot.id);
  });
  print(begun, options.json, describeLot(begun));
}

async function list({ workspace, json, batch }: Shared & { readonly batch?: string }): Promise<void> {
  const lots = await inWorkspace(workspace, async (opened) => {
    const batchId = batch === undefined ? null : (await lotBatch(opened, batch)).id;
    const all = [];
    for (let before: number | null = null; ; ) {
      const page = await lotPage(opened, { batchId, before, limit: 100 });
      all.push(...page.lots);
      before = page.next;
      if (before === null) return all;
    }
  });
  print(lots, json, describeLots(lots));
}

async function dispose(
  id: number,
  decision: string,
  { workspace, json, comment }: Shared & { readonly comment: string },
): Promise<void> {
  const disposition = oneOf('the decision', lotDispositionSchema.options)(decision);
  const lot = await inWorkspace(workspace, (opened) =>
    disposeLot(opened, { id, disposition, comment: comment.trim(), inspector: inspectorName() }),
  );
  print(lot, json, describeLot(lot));
}

function withShared(command: Command): Command {
  return command
    .option('-w, --workspace <folder>', 'where the batches are', DEFAULT_WORKSPACE)
    .option('--json', 'everything as JSON on standard output');
}

function withPlanOptions(command: Command): Command {
  return withShared(command)
    .requiredOption('--size <items>', 'items of the lot; each image stands for one', wholeNumber(2))
    .requiredOption(
      '--aql <list>',
      'AQL of each class, such as critical=0,major=2.5,minor=4; 0: none is accepted in the sample',
      byClass('an AQL', Number),
    )
    .option('--c0', 'plans that accept none; --aql then gives the rejectable quality in percent')
    .addOption(
      new Option('--level <level>', 'inspection level').choices(inspectionLevelSchema.options).default('II'),
    )
    .option('--supplier <name>', 'whose lots they are: severity is switched for each', '')
    .option(
      '--severity <list>',
      'where it is not to be the proposed one, such as major=tightened',
      byClass('a severity', oneOf('a severity', inspectionSeveritySchema.options)),
      {},
    );
}

function requestOf(options: Omit<PlanOptions, 'batch' | 'part'>): Omit<LotRequest, 'batchId' | 'partNumber'> {
  const { size, aql, c0, level, supplier, severity } = options;
  const standard = c0 ? 'zero-acceptance' : 'iso-2859-1';
  return { size, limits: aql, standard, level, supplier: supplier.trim(), severities: severity };
}

/** Reads `class=value,class=value`. */
function byClass<Value>(what: string, read: (text: string) => Value) {
  return (text: string): Partial<Record<'critical' | 'major' | 'minor', Value>> => {
    const entries = text.split(',').map((part) => {
      const [name = '', value = ''] = part.split('=').map((side) => side.trim());
      const severity = severitySchema.safeParse(name);
      const parsed = read(value);
      if (!severity.success || value === '' || Number.isNaN(parsed)) {
        throw new InvalidArgumentError(`Give ${what} for critical, major or minor, such as major=…`);
      }
      return [severity.data, parsed] as const;
    });
    return Object.fromEntries(entries);
  };
}

function oneOf<Choice extends string>(what: string, choices: readonly Choice[]) {
  return (text: string): Choice => {
    const choice = choices.find((one) => one === text);
    if (choice === undefined) throw new InvalidArgumentError(`${what} is one of ${choices.join(', ')}.`);
    return choice;
  };
}

function print(value: unknown, asJson: true | undefined, text: string): void {
  if (asJson) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  else {
    process.stdout.write(`${text}\n`);
    printLine('Check the plan against your purchased edition of ISO 2859-1.');
  }
}
