import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { type DesktopBridge, PORT_MESSAGE } from '../../src-shared/desktop-bridge.ts';
import { CHANNELS } from './channels.ts';

// Runs in the page's process before the page, in a world of its own: the page sees `window.clipsam` and nothing else.

declare const window: {
  postMessage(message: unknown, origin: string, moved: readonly unknown[]): void;
};
declare const location: { readonly origin: string };

let listener: ((paths: readonly string[]) => void) | undefined;
const waiting: string[] = [];

const bridge: DesktopBridge = {
  platform: process.platform,
  connect: () => ipcRenderer.send(CHANNELS.connect),
  chooseFolders: () => ipcRenderer.invoke(CHANNELS.choose, 'folders'),
  chooseFiles: () => ipcRenderer.invoke(CHANNELS.choose, 'files'),
  choosePack: async (kind) => {
    const [path] = await ipcRenderer.invoke(CHANNELS.choose, kind === 'folder' ? 'pack-folder' : 'pack-file');
    return path;
  },
  // Empty for files that a script made.
  pathsOf: (files) => files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== ''),
  showInFolder: (path) => ipcRenderer.invoke(CHANNELS.showInFolder, path),
  onPathsGiven(given) {
    listener = given;
    if (waiting.length > 0) given(waiting.splice(0));
  },
};

ipcRenderer.on(CHANNELS.connect, ({ ports }) => window.postMessage(PORT_MESSAGE, location.origin, ports));
ipcRenderer.on(CHANNELS.pathsGiven, (_event, paths: readonly string[]) => {
  if (listener) listener(paths);
  else waiting.push(...paths);
});
contextBridge.exposeInMainWorld('clipsam', bridge);
