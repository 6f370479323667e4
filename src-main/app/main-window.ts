import { app, BrowserWindow, dialog, type MessageBoxOptions, nativeTheme, screen } from 'electron';
import type { Log } from './log-file.ts';
import type { NativeTexts } from './native-texts.ts';
import { START_PAGE } from './scheme.ts';
import { fittingState, MINIMAL_SIZE, type WindowState } from './window-state.ts';

export interface MainWindowOptions {
  readonly preload: string;
  readonly icon: string;
  /** What was saved, unchecked. */
  readonly savedState: unknown;
  readonly texts: NativeTexts;
  readonly log: Log;
  readonly onState: (state: WindowState) => void;
  /** The user wants it closed; it stays until it is destroyed. */
  readonly onCloseRequest: () => void;
}

const DARK = '#141517';
const LIGHT = '#ffffff';

/** The window, loading our page. It recovers from a page that crashes or hangs. */
export function openMainWindow(options: MainWindowOptions): BrowserWindow {
  const { preload, icon, savedState, onState, onCloseRequest } = options;
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const areas = [primary, ...others].map(({ workArea }) => workArea);
  const { bounds, maximised } = fittingState(savedState, areas);
  const window = new BrowserWindow({
    ...bounds,
    minWidth: MINIMAL_SIZE.width,
    minHeight: MINIMAL_SIZE.height,
    show: false,
    icon,
    title: 'ClipSAM Workstation',
    backgroundColor: nativeTheme.shouldUseDarkColors ? DARK : LIGHT,
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      navigateOnDragDrop: false,
      // Chromium's would fetch dictionaries.
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  if (maximised) window.maximize();
  window.once('ready-to-show', () => window.show());
  const tellState = () => onState({ bounds: window.getNormalBounds(), maximised: window.isMaximized() });
  for (const change of ['resize', 'move', 'maximize', 'unmaximize'] as const) {
    // One listener for all: the overloads of `on` take one name each.
    window.on(change as 'resize', tellState);
  }
  window.on('close', (event) => {
    event.preventDefault();
    onCloseRequest();
  });
  recover(window, options);
  void load(window, options);
  return window;
}

/** Asks over the window. @returns the index of the button; 0, the first one, also when the question was closed */
export async function ask(
  window: BrowserWindow,
  question: Pick<MessageBoxOptions, 'type' | 'message' | 'detail' | 'buttons' | 'signal'>,
): Promise<number> {
  const { response } = await dialog.showMessageBox(window, { ...question, defaultId: 0, cancelId: 0 });
  return response;
}

async function load(window: BrowserWindow, { log, texts }: MainWindowOptions): Promise<void> {
  try {
    await window.loadURL(START_PAGE);
  } catch (error) {
    log.error('The page could not be loaded.', error);
    if (!window.isDestroyed()) dialog.showErrorBox(texts.notStarted, String(error));
  }
}

function recover(window: BrowserWindow, options: MainWindowOptions): void {
  const { log, texts } = options;
  const { webContents } = window;
  let asking: AbortController | undefined;
  let isBeingReplaced = false;

  webContents.on('render-process-gone', async (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return;
    log.error(`The window's process is gone: ${reason}, exit code ${exitCode}.`);
    asking?.abort();
    if (isBeingReplaced) {
      isBeingReplaced = false;
      return load(window, options);
    }
    const answer = await ask(window, {
      type: 'error',
      message: texts.windowCrashed,
      detail: texts.windowCrashedDetail,
      buttons: [texts.openAgain, texts.quit],
    });
    if (answer === 1) app.quit();
    else if (!window.isDestroyed()) await load(window, options);
  });

  window.on('unresponsive', async () => {
    if (asking) return;
    log.warn('The window does not respond.');
    asking = new AbortController();
    const answer = await ask(window, {
      type: 'warning',
      message: texts.notResponding,
      detail: texts.notRespondingDetail,
      buttons: [texts.wait, texts.reload],
      signal: asking.signal,
    });
    asking = undefined;
    if (answer !== 1 || window.isDestroyed()) return;
    // A page that hangs would never answer a request to reload.
    isBeingReplaced = true;
    webContents.forcefullyCrashRenderer();
  });
  window.on('responsive', () => {
    log.info('The window responds again.');
    asking?.abort();
  });
}
