import { isAbsolute } from 'node:path';
import {
  type BrowserWindow,
  dialog,
  ipcMain,
  MessageChannelMain,
  type MessagePortMain,
  type OpenDialogOptions,
  shell,
  type WebContents,
  type WebFrameMain,
} from 'electron';
import { IMAGE_EXTENSIONS } from '../files/image-names.ts';
import { CHANNELS } from './channels.ts';
import type { Log } from './log-file.ts';
import type { NativeTexts } from './native-texts.ts';
import { isOwnAddress } from './scheme.ts';

interface Sender {
  readonly sender: WebContents;
  readonly senderFrame: WebFrameMain | null;
}

export interface PageMessagesOptions {
  readonly texts: NativeTexts;
  readonly log: Log;
  readonly window: () => BrowserWindow | undefined;
  /** True for what the page may have shown in the file manager. */
  readonly mayShow: (path: string) => Promise<boolean>;
  /** There is a new connection to the page, its port not started yet. */
  readonly onConnect: (port: MessagePortMain) => void;
}

/** Answers the preload script. Only the main frame of our own window is heard, and only while it shows our page. */
export function answerPage(options: PageMessagesOptions): void {
  const { texts, log, mayShow, onConnect } = options;
  const own = (event: Sender, channel: string): BrowserWindow | undefined => {
    const window = options.window();
    if (window && isOwnPage(event, window)) return window;
    log.warn(`${channel} came from ${event.senderFrame?.url ?? 'a frame that is gone'}: refused.`);
    return undefined;
  };

  const allFiles = { name: texts.allFiles, extensions: ['*'] };
  const choices: Readonly<Record<string, OpenDialogOptions>> = {
    folders: { title: texts.chooseFolders, properties: ['openDirectory', 'multiSelections'] },
    files: {
      title: texts.chooseFiles,
      properties: ['openFile', 'multiSelections'],
      filters: [
        { name: texts.images, extensions: IMAGE_EXTENSIONS.map((dotted) => dotted.slice(1)) },
        allFiles,
      ],
    },
    'pack-folder': { title: texts.choosePack, properties: ['openDirectory'] },
    'pack-file': {
      title: texts.choosePack,
      properties: ['openFile'],
      filters: [{ name: texts.packs, extensions: ['zip', 'json'] }, allFiles],
    },
  };

  ipcMain.on(CHANNELS.connect, (event) => {
    if (!own(event, CHANNELS.connect)) return;
    const { port1, port2 } = new MessageChannelMain();
    onConnect(port1);
    event.senderFrame?.postMessage(CHANNELS.connect, null, [port2]);
  });

  ipcMain.handle(CHANNELS.choose, async (event, what: unknown) => {
    const window = own(event, CHANNELS.choose);
    const options = typeof what === 'string' && Object.hasOwn(choices, what) ? choices[what] : undefined;
    if (!window || !options) return [];
    return (await dialog.showOpenDialog(window, options)).filePaths;
  });

  ipcMain.handle(CHANNELS.showInFolder, async (event, path: unknown) => {
    if (!own(event, CHANNELS.showInFolder) || typeof path !== 'string' || !isAbsolute(path)) return;
    // Shown, never opened: opening would start programs.
    if (await mayShow(path)) shell.showItemInFolder(path);
    else log.warn(`The page wanted ${path} shown, which is neither in the workspace nor an export.`);
  });
}

function isOwnPage({ sender, senderFrame }: Sender, window: BrowserWindow): boolean {
  return (
    !window.isDestroyed() &&
    sender.id === window.webContents.id &&
    senderFrame !== null &&
    senderFrame.parent === null &&
    isOwnAddress(senderFrame.url)
  );
}
