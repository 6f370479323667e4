import type { Command } from 'commander';
import { resetForgottenPin } from '../services/people/people.ts';
import { DEFAULT_WORKSPACE, inspectorName } from './options.ts';
import { printLine } from './terminal.ts';

export function addPeople(program: Command): void {
  program
    .command('people')
    .summary('a new PIN for who forgot theirs')
    .description('People who sign in to a workspace. They are added and removed on the Models screen.')
    .command('reset-pin')
    .summary("give somebody's sign-in a new PIN")
    .description(
      'Gives somebody a new random PIN and prints it; the history says so. For the last engineer, whom nobody\n' +
        'else can give one: whoever may write to the workspace folder may do this.',
    )
    .argument('<name>', 'as it is in the list of people')
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .action(async (name: string, { workspace }: { readonly workspace: string }) => {
      const pin = await resetForgottenPin(workspace, name, inspectorName());
      printLine('The new PIN:');
      process.stdout.write(`${pin}\n`);
    });
}
