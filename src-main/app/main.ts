import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, dialog, protocol } from 'electron';
import { openLog } from './log-file.ts';
import { nativeTexts } from './native-texts.ts';
import { PRIVILEGED_SCHEME } from './scheme.ts';
import { handedOverPaths, startArguments } from './start-arguments.ts';
import { alteredFiles } from './unpacked-files.ts';

// Electron's entry. What must happen before Electron is ready happens here; the rest is `desktop.ts`, which is loaded
// afterwards, so that an error in it (a library that is missing or of another system) can be shown.

// As deep below the program's folder as this file, bundled or not.
const programFolder = fileURLToPath(new URL('../../', import.meta.url));
const args = startArguments(process.argv.slice(1), process.cwd(), [
  fileURLToPath(import.meta.url),
  programFolder,
]);
const isFirst = app.requestSingleInstanceLock({ paths: args.paths });
if (isFirst) {
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([PRIVILEGED_SCHEME]);
  void start();
} else {
  app.exit(0);
}

async function start(): Promise<void> {
  const logFolder = join(app.getPath('userData'), 'logs');
  const log = openLog(join(logFolder, 'workstation.log'));
  process.on('uncaughtExceptionMonitor', (error) => log.error('A fault of the program.', error));
  process.on('unhandledRejection', (reason) => log.error('A fault of the program (promise).', reason));
  const paths = [...args.paths];
  let take = (given: readonly string[]): void => void paths.push(...given);
  app.on('second-instance', (_event, _argv, _folder, data) => take(handedOverPaths(data)));
  // macOS: files dropped on the program's icon.
  app.on('open-file', (event, path) => {
    event.preventDefault();
    take([path]);
  });
  await app.whenReady();
  const texts = nativeTexts(app.getLocale());
  try {
    // Before any of it is loaded.
    const altered = app.isPackaged ? await alteredFiles(programFolder) : [];
    if (altered.length > 0) throw new Error(`${texts.altered}\n\n${altered.join('\n')}`);
    const { openDesktop } = await import('./desktop.ts');
    const desktop = await openDesktop({
      paths,
      workspaceFolder: args.workspace ?? join(app.getPath('documents'), 'ClipSAM Workstation'),
      ...(args.device !== undefined && { device: args.device }),
      logFolder,
      log,
      programFolder,
    });
    take = (given) => desktop.take(given);
  } catch (error) {
    log.error('The program could not start.', error);
    const text = error instanceof Error ? error.message : String(error);
    dialog.showErrorBox(texts.notStarted, text);
    app.exit(1);
  }
}
