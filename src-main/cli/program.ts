import { Command, CommanderError } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { addAudit } from './audit.ts';
import { addBackup, addRestore } from './backup.ts';
import { addBench } from './bench.ts';
import { addDatasets } from './datasets.ts';
import { addDevices } from './devices.ts';
import { addDoctor } from './doctor.ts';
import { addEvaluate } from './evaluate.ts';
import { EXIT, exitCodeOf } from './exit-code.ts';
import { addExport } from './export.ts';
import { addInspect } from './inspect.ts';
import { addLots } from './lots.ts';
import { addMerge } from './merge.ts';
import { addModels } from './models.ts';
import { addPeople } from './people.ts';
import { addRecipe } from './recipe.ts';
import { addReferencesCommand } from './references.ts';
import { addReport } from './report.ts';
import { addSamples } from './samples.ts';
import { addServe } from './serve.ts';
import { addSign } from './sign.ts';
import { addStart } from './start.ts';
import { addStats } from './stats.ts';
import { addSync } from './sync.ts';
import { printable, printLine } from './terminal.ts';
import { addTrain } from './train.ts';
import { addWatch } from './watch.ts';
import { addWorkspace } from './workspace.ts';

/**
 * Runs one command line in this process, which may run several, one after another.
 * @param args what follows the program's name
 * @returns the exit code; what went wrong was said on standard error
 */
export async function clipsam(args: readonly string[]): Promise<number> {
  const program = describeProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? EXIT.done);
  } catch (error) {
    return explain(error, Boolean(program.opts<{ verbose?: true }>().verbose || process.env.DEBUG));
  }
}

function describeProgram(): Command {
  const program = new Command('clipsam')
    .description(
      'Finds defects on products that it was never trained on: CLIP says where, SAM draws the outline.\n' +
        'Every command has its own --help with examples.',
    )
    .version(SOFTWARE_VERSION)
    .option('--verbose', 'show the technical causes of errors (also: DEBUG=1)')
    .addHelpText(
      'after',
      `
Start with:
  clipsam serve
  clipsam inspect photos/ --object "metal nut"
  clipsam export --format html --out report/

Exit codes:
  0 all done, 2 wrong usage, 3 some images failed (the rest was done), a pack is not whole or
  a bar of bench was missed, 4 audit verify found changes, 75 not now: something else is at work or has to be done first,
  1 other errors, 130 interrupted with Ctrl-C`,
    )
    .showHelpAfterError('(add --help for help)')
    .exitOverride();

  addServe(program);
  addInspect(program);
  addWatch(program);
  addMerge(program);
  addRecipe(program);
  addExport(program);
  addStats(program);
  addLots(program);
  addSync(program);
  addEvaluate(program);
  addDatasets(program);
  addTrain(program);
  addModels(program);
  addDevices(program);
  addReferencesCommand(program);
  addReport(program);
  addPeople(program);
  addSign(program);
  addAudit(program);
  addWorkspace(program);
  addBackup(program);
  addRestore(program);
  addDoctor(program);
  addSamples(program);
  addBench(program);
  addStart(program);
  return program;
}

/** Says what went wrong; the exit code. */
function explain(error: unknown, isVerbose: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  const isKnown = error instanceof ClipSamError;
  const message = error instanceof Error ? error.message : String(error);
  if (isKnown && error.code === 'cancelled') {
    printLine('Stopped.');
    return EXIT.interrupted;
  }
  printLine(`Error: ${printable(message)}${isKnown ? ` (${error.code})` : ''}`);
  if (isVerbose) {
    for (let cause: unknown = isKnown ? error.cause : error; cause; cause = (cause as Error).cause) {
      printLine(`  caused by: ${cause instanceof Error ? cause.stack : String(cause)}`);
    }
  } else if (!isKnown) {
    printLine('This is a fault of the program. Add --verbose to see where it happened.');
  }
  return isKnown ? exitCodeOf(error.code) : EXIT.error;
}
