import { type Command, InvalidArgumentError } from 'commander';
import type { DeviceRequest } from '../../src-shared/device.ts';
import { ensureBuilt, RENDERER } from '../serve/built-parts.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { type Listening, type ListenOptions, listeningOf, withListenOptions } from './listen-options.ts';
import { openBrowser } from './open-browser.ts';
import { DEFAULT_WORKSPACE, deviceOption, loopbackPacksOption } from './options.ts';
import { printLine } from './terminal.ts';

/** "CSAM" on a telephone's keys. The same each time, for bookmarks and SSH tunnels. */
const DEFAULT_PORT = 2726;
/** Milliseconds that a browser may take to start: its address stands in its command line. */
const OPENING = 2 * 60_000;

export interface ServeCommandOptions {
  readonly workspace: string;
  readonly port: number;
  readonly open: boolean;
  readonly device: DeviceRequest;
  readonly packRoot?: string;
  readonly loopbackPacks?: boolean;
}

export function addServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('open the workstation in a browser')
    .description(
      'Serves the workstation to browsers on this machine, under an address that lets one browser in, once; when it\n' +
        'was used, the next one is printed. Nothing else is let in, and no other machine can reach it.\n' +
        'With --listen it serves a network instead, over TLS: everybody signs in with name and PIN, for reading too.',
    );
  withListenOptions(withServeOptions(command))
    .addHelpText(
      'after',
      `
Examples:
  clipsam serve                         the workspace in this folder
  clipsam serve -w lot7 --no-open       prints the address only
  ssh -L ${DEFAULT_PORT}:127.0.0.1:${DEFAULT_PORT} gpu-box clipsam serve --no-open
                                        on a machine without a screen; open the address here
  clipsam serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem
                                        for inspectors at other machines, who open https://<name>:8443

Ctrl-C stops it; runs at work are interrupted and can be resumed.`,
    )
    .action(async (options: ServeCommandOptions & ListenOptions) => {
      const listening = listeningOf(options);
      process.exitCode = await (listening ? serveNetwork(options, listening) : serve(options));
    });
}

export function withServeOptions(command: Command): Command {
  return command
    .option('-w, --workspace <folder>', 'where results are kept; made when missing', DEFAULT_WORKSPACE)
    .option(
      '-p, --port <n>',
      `0: any free one (default: ${DEFAULT_PORT}, or any when that is taken)`,
      portNumber,
    )
    .option('--no-open', 'do not open the browser')
    .addOption(deviceOption())
    .option('--pack-root <folder>', 'folder of model packs, instead of those that come with the program')
    .addOption(loopbackPacksOption());
}

/** Serves this machine until Ctrl-C. */
export async function serve(options: ServeCommandOptions): Promise<number> {
  const { port, open } = options;
  // Other commands don't wait for the server's libraries to load.
  const { serveWorkstation } = await import('../serve/serve-workstation.ts');
  const rendererFolder = await ensureBuilt(RENDERER, printLine);
  return interruptible(async (signal) => {
    const shell = await serveWorkstation({ ...workspaceOf(options), rendererFolder, port });
    const print = () => void process.stdout.write(`${shell.address({ onUsed: print })}\n`);
    print();
    printLine('The workstation is open at this address, for one browser on this machine. Ctrl-C stops it.');
    if (open) await openBrowser(shell.address({ lifetime: OPENING }));
    return until(signal, shell);
  });
}

/** Serves a network until Ctrl-C; SIGHUP reads the certificate again. */
async function serveNetwork(options: ServeCommandOptions, listening: Listening): Promise<number> {
  const { serveToNetwork } = await import('../serve/serve-workstation.ts');
  const rendererFolder = await ensureBuilt(RENDERER, printLine);
  return interruptible(async (signal) => {
    const shell = await serveToNetwork({
      ...workspaceOf(options),
      ...listening,
      rendererFolder,
      say: printLine,
    });
    process.stdout.write(`${shell.address}\n`);
    printLine('The workstation is open at this address for everybody who signs in. Ctrl-C stops it.');
    const renew = () => void shell.renewTls();
    process.on('SIGHUP', renew);
    try {
      return await until(signal, shell);
    } finally {
      process.off('SIGHUP', renew);
    }
  });
}

function workspaceOf({ workspace, device, packRoot, loopbackPacks = false }: ServeCommandOptions) {
  return {
    workspaceFolder: workspace,
    device,
    loopbackPacks,
    ...(packRoot !== undefined && { packsRoot: packRoot }),
  };
}

async function until(
  signal: AbortSignal,
  shell: { close(): Promise<{ readonly interrupted: boolean }> },
): Promise<number> {
  if (!signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  }
  const { interrupted } = await shell.close();
  printLine(
    interrupted
      ? 'Stopped. The run at work was interrupted; "Resume" goes on from there, and nothing stored is lost.'
      : 'Stopped.',
  );
  return EXIT.done;
}

function portNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65535) {
    throw new InvalidArgumentError('It must be a whole number from 0 to 65535.');
  }
  return value;
}
