import type { Command } from 'commander';
import { openElectronWindow } from './electron-window.ts';
import { type ServeCommandOptions, serve, withServeOptions } from './serve.ts';
import { printable, printLine } from './terminal.ts';

interface StartOptions extends ServeCommandOptions {
  readonly browser?: true;
}

export function addStart(program: Command): void {
  const command = program
    .command('start')
    .summary('open the workstation (npm start)')
    .description(
      'Opens the workstation in a window of its own, through Electron; where that cannot be had, in the browser.',
    )
    .option('--browser', 'open it in the browser in any case');
  withServeOptions(command).action(async (options: StartOptions) => {
    process.exitCode = await start(options);
  });
}

async function start({ browser, ...options }: StartOptions): Promise<number> {
  if (browser) return serve(options);
  const outcome = await openElectronWindow(
    ['--workspace', options.workspace, '--device', options.device],
    printLine,
  );
  if (outcome.kind === 'closed') return outcome.code;
  printLine(`No window of its own (${printable(outcome.reason)}): the workstation opens in the browser.`);
  return serve(options);
}
