import { join } from 'node:path';
import { RPCHandler } from '@orpc/server/message-port';
import {
  app,
  type BrowserWindow,
  dialog,
  Menu,
  type MessagePortMain,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  session,
  shell,
} from 'electron';
import type { DeviceRequest } from '../../src-shared/device.ts';
import { createMediaHandler } from '../api/media.ts';
import { createRouter } from '../api/router.ts';
import { openWorkstation, type Workstation, type WorkstationOptions } from '../api/workstation.ts';
import { isInsideFolders } from '../files/confined-file.ts';
import { unpackedPath } from '../files/unpacked-path.ts';
import { CHANNELS } from './channels.ts';
import { lockDown } from './lockdown.ts';
import type { Log } from './log-file.ts';
import { type Question, recoverDatabase } from './lost-database.ts';
import { ask, openMainWindow } from './main-window.ts';
import { menuTemplate } from './menu.ts';
import { type NativeTexts, nativeTexts } from './native-texts.ts';
import { answerPage } from './page-messages.ts';
import { type RunsAtWork, watchRuns } from './run-watch.ts';
import { quitSafely } from './safe-quit.ts';
import { SCHEME, schemeHandler } from './scheme.ts';
import { inferenceModule, utilityProcessHost } from './utility-process-host.ts';
import { readWindowState, saveWindowState, type WindowState } from './window-state.ts';

export interface DesktopOptions {
  readonly workspaceFolder: string;
  readonly device?: DeviceRequest;
  readonly logFolder: string;
  readonly log: Log;
  /** Holds `out`, `models` and `resources`. */
  readonly programFolder: string;
  /** Files and folders that the page is told of once it is there; more may be added until then. */
  readonly paths: string[];
}

export interface Desktop {
  /** Shows the window, and the page what there is to import. */
  take(paths: readonly string[]): void;
}

/**
 * Opens the workstation in a window.
 * @throws ClipSamError what opening the workspace says
 */
export async function openDesktop(options: DesktopOptions): Promise<Desktop> {
  const { workspaceFolder, device, log, programFolder, paths: waiting } = options;
  const texts = nativeTexts(app.getLocale());
  const workstation = await openOrRecover(texts, {
    workspaceFolder,
    shell: 'electron',
    host: utilityProcessHost(inferenceModule(), log),
    samplesFolder: unpackedPath(join(programFolder, 'resources', 'samples')),
    log: (error) => log.error('A fault of the program.', error),
    ...(device !== undefined && { device }),
  });
  log.info(`ClipSAM Workstation ${workstation.info.version}, workspace ${workspaceFolder}.`);
  app.on('child-process-gone', (_event, { type, reason, exitCode, name }) => {
    log.error(`A process is gone: ${name ?? type}, ${reason}, exit code ${exitCode}.`);
  });

  lockDown(app, session.defaultSession, log);
  serveScheme(workstation, options);
  const statePath = join(app.getPath('userData'), 'window.json');
  let state: WindowState | undefined;
  const window = openMainWindow({
    preload: join(programFolder, 'out', 'app', 'preload.cjs'),
    icon: join(programFolder, 'resources', 'build', 'icons', '512x512.png'),
    savedState: await readWindowState(statePath),
    texts,
    log,
    onState: (changed) => {
      state = changed;
    },
    onCloseRequest: () => app.quit(),
  });
  setMenu(window, texts, options);

  const connect = routerConnector(workstation);
  let isConnected = false;
  answerPage({
    texts,
    log,
    window: () => window,
    mayShow: (path) =>
      isInsideFolders(path, [workstation.info.workspaceFolder, ...workstation.exportFolders]),
    onConnect(port) {
      connect(port);
      isConnected = true;
      if (waiting.length > 0) window.webContents.send(CHANNELS.pathsGiven, waiting.splice(0));
    },
  });
  void watchRuns(eventsOf(workstation), showRuns(window));

  quitInOrder(window, workstation, {
    texts,
    log,
    save: async () => void (state && (await saveWindowState(statePath, state))),
  });

  return {
    take(paths) {
      if (window.isDestroyed()) return;
      if (window.isMinimized()) window.restore();
      window.show();
      window.focus();
      if (paths.length === 0) return;
      if (isConnected) window.webContents.send(CHANNELS.pathsGiven, paths);
      else waiting.push(...paths);
    },
  };
}

/** Every way to quit closes the workstation first. @param options.save comes last */
function quitInOrder(
  window: BrowserWindow,
  workstation: Workstation,
  options: { readonly texts: NativeTexts; readonly log: Log; readonly save: () => Promise<void> },
): void {
  const { texts, log, save } = options;
  const confirm = async () => {
    const answer = await ask(window, {
      type: 'question',
      message: texts.busy,
      detail: texts.busyDetail,
      buttons: [texts.keepWorking, texts.quitAnyway],
    });
    return answer === 1;
  };
  const close = async () => {
    await workstation.close();
    await save();
  };
  const quitNow = quitSafely({ app, log, isBusy: workstation.isBusy, confirm, close });
  app.on('window-all-closed', () => void quitNow());
  powerMonitor.on('shutdown', () => void quitNow());
  window.on('session-end', () => void quitNow());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void quitNow());
}

function serveScheme(workstation: Workstation, { programFolder, log }: DesktopOptions): void {
  protocol.handle(
    SCHEME,
    schemeHandler({
      rendererFolder: join(programFolder, 'out', 'renderer'),
      media: createMediaHandler(workstation),
      onError: (error) => log.error('A request could not be answered.', error),
    }),
  );
}

function setMenu(window: BrowserWindow, texts: NativeTexts, options: DesktopOptions): void {
  const { logFolder, workspaceFolder } = options;
  const template = menuTemplate(
    texts,
    {
      openLogs: () => void shell.openPath(logFolder),
      openNotices: () => void shell.openPath(join(process.resourcesPath, 'third-party-notices.txt')),
      openWorkspace: () => void shell.openPath(workspaceFolder),
      reload: () => window.webContents.reload(),
    },
    { platform: process.platform, isPackaged: app.isPackaged },
  );
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

/** Opens the workstation; where the workspace's database is lost, once more after it was put back. */
async function openOrRecover(texts: NativeTexts, options: WorkstationOptions): Promise<Workstation> {
  try {
    return await openWorkstation(options);
  } catch (error) {
    const askFirst = async ({ message, detail, buttons }: Question) => {
      const last = buttons.length - 1;
      const box = { message, detail, buttons: [...buttons], cancelId: last, defaultId: last };
      return (await dialog.showMessageBox({ type: 'warning', ...box })).response;
    };
    if (!(await recoverDatabase(error, texts, askFirst))) throw error;
    return openWorkstation(options);
  }
}

/** The router over a port. There is one page, so a new port replaces the one before. */
function routerConnector(workstation: Workstation): (port: MessagePortMain) => void {
  const handler = new RPCHandler(createRouter(workstation));
  let current: MessagePortMain | undefined;
  return (port) => {
    current?.close();
    current = port;
    handler.upgrade(port, { context: { connection: { token: null } } });
    port.start();
  };
}

async function* eventsOf({ hub }: Workstation) {
  const subscription = hub.subscribe();
  for (let event = await subscription.next(); event; event = await subscription.next()) yield event;
}

/** Keeps the machine awake while a run is at work, and shows how far it is in the task bar. */
function showRuns(window: BrowserWindow): (atWork: RunsAtWork) => void {
  let blocker: number | undefined;
  return ({ runs, share }) => {
    if (runs > 0) blocker ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (blocker !== undefined) {
      powerSaveBlocker.stop(blocker);
      blocker = undefined;
    }
    if (!window.isDestroyed()) window.setProgressBar(runs > 0 ? share : -1);
  };
}
