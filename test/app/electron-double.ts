import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, CDPSession, Page, Route } from 'playwright';

// A stand-in for the module `electron`, as far as the shell uses it: the real main and preload code run against a
// page of a real Chromium. What is real: the page and its content security policy, the preload script's isolated
// world, message ports in the page, processes that utilityProcess starts, a renderer that crashes. What is played:
// the scheme (pages come under http://workstation.localhost, requests are handed to the real handler), the context
// bridge, the message plumbing, dialogs, menus, displays, the single-instance lock. It proves nothing about
// Electron itself: sandbox, privileges of the scheme, fuses, the archive, native dialogs.

const ORIGIN = 'http://workstation.localhost';
const OWN = 'clipsam://workstation';
const toPage = (url: string) => url.replace(OWN, ORIGIN);
const fromPage = (url: string) => url.replace(ORIGIN, OWN);

class PreventableEvent {
  defaultPrevented = false;
  preventDefault() {
    this.defaultPrevented = true;
  }
}

class MessagePortDouble extends EventEmitter {
  other: MessagePortDouble | undefined;
  #queue: unknown[] | undefined = [];
  postMessage(data: unknown) {
    const copy = structuredClone(data);
    setImmediate(() => this.other?.receive(copy));
  }
  receive(data: unknown) {
    if (this.#queue) this.#queue.push(data);
    else this.emit('message', { data, ports: [] });
  }
  start() {
    const queue = this.#queue ?? [];
    this.#queue = undefined;
    for (const data of queue) this.emit('message', { data, ports: [] });
  }
  close() {
    const { other } = this;
    this.other = undefined;
    if (!other) return;
    other.other = undefined;
    setImmediate(() => {
      this.emit('close');
      other.emit('close');
    });
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortDouble();
  readonly port2 = new MessagePortDouble();
  constructor() {
    this.port1.other = this.port2;
    this.port2.other = this.port1;
  }
}

export interface FrameDouble {
  readonly url: string;
  readonly parent: FrameDouble | null;
  postMessage(channel: string, message: unknown, ports?: readonly MessagePortDouble[]): void;
}

type WindowOpenHandler = (details: { url: string }) => { action: string };

export class WebContentsDouble extends EventEmitter {
  readonly id = ++double.lastId;
  readonly #window: BrowserWindow;
  windowOpenHandler: WindowOpenHandler | undefined;
  webRtcPolicy = 'default';
  constructor(window: BrowserWindow) {
    super();
    this.#window = window;
  }
  get mainFrame(): FrameDouble {
    return this.#window.frame;
  }
  setWindowOpenHandler(handler: WindowOpenHandler) {
    this.windowOpenHandler = handler;
  }
  setWebRTCIPHandlingPolicy(policy: string) {
    this.webRtcPolicy = policy;
  }
  send(channel: string, ...args: unknown[]) {
    this.#window.deliver({ channel, args });
  }
  reload() {
    void this.#window.page?.reload();
  }
  forcefullyCrashRenderer() {
    void this.#window.crash();
  }
}

/** One browser window with one page. */
export class BrowserWindow extends EventEmitter {
  readonly options: Record<string, unknown> & { readonly webPreferences: Record<string, unknown> };
  readonly webContents: WebContentsDouble;
  readonly calls: string[] = [];
  readonly progress: number[] = [];
  readonly ports = new Map<number, MessagePortDouble>();
  page: Page | undefined;
  /** Addresses that were loaded, or would have been but for the session's own check. */
  readonly loads: string[] = [];
  /** The page that is shown has spoken over a port of its own. */
  hasLine = false;
  #context: BrowserContext | undefined;
  #cdp: CDPSession | undefined;
  #preloadWorld: number | undefined;
  #destroyed = false;
  #loading: string | undefined;
  #url = '';
  #hasCrashed = false;

  constructor(options: BrowserWindow['options']) {
    super();
    this.options = options;
    this.webContents = new WebContentsDouble(this);
    double.windows.push(this);
    app.emit('web-contents-created', {}, this.webContents);
  }

  get frame(): FrameDouble {
    return {
      url: fromPage(this.#url),
      parent: null,
      postMessage: (channel, message, ports = []) => this.deliver({ channel, args: [message] }, ports),
    };
  }

  async loadURL(url: string): Promise<void> {
    await this.#open();
    this.#loading = toPage(url);
    await this.page!.goto(this.#loading);
    this.emit('ready-to-show');
  }

  async #open(): Promise<void> {
    if (this.page && !this.#hasCrashed) return;
    await this.#context?.close();
    this.#hasCrashed = false;
    this.hasLine = false;
    const context = await double.browser!.newContext({ viewport: { width: 1280, height: 800 } });
    this.#context = context;
    await context.route('**/*', (route) => this.#answer(route));
    const page = await context.newPage();
    this.page = page;
    page.on('crash', () => {
      this.#hasCrashed = true;
      this.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 11 });
    });
    context.on('page', (popup) => {
      double.popups++;
      void popup.waitForEvent('close', { timeout: 2000 }).catch(() => popup.close());
    });
    const cdp = await context.newCDPSession(page);
    this.#cdp = cdp;
    const { preload, contextIsolation } = this.options.webPreferences;
    const world = contextIsolation === true ? { worldName: 'preload' } : {};
    const { frameTree } = await cdp.send('Page.getFrameTree');
    // In the order of the messages of the page, which `page.url()` is not.
    cdp.on('Page.frameNavigated', ({ frame }) => {
      if (frame.id !== frameTree.frame.id) return;
      this.hasLine = false;
      this.#url = frame.url + (frame.urlFragment ?? '');
    });
    cdp.on('Runtime.executionContextCreated', ({ context: { id, name, auxData } }) => {
      if (name === 'preload' && auxData?.frameId === frameTree.frame.id) this.#preloadWorld = id;
    });
    cdp.on('Runtime.bindingCalled', ({ payload }) => this.#hear(JSON.parse(payload)));
    await cdp.send('Page.enable');
    await cdp.send('Runtime.enable');
    await cdp.send('Runtime.addBinding', {
      name: '__toMain',
      ...(contextIsolation === true && { executionContextName: 'preload' }),
    });
    const code = await readFile(preload as string, 'utf8');
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${mainWorld.toString()})()` });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', {
      source: `if (window === window.top) (${preloadWorld.toString()})((require, exports, module, process) => {${code}\n}, ${JSON.stringify(double.droppedFiles)})`,
      ...world,
    });
  }

  /** Hands a message (and ports) to the preload script. */
  deliver(message: object, ports: readonly MessagePortDouble[] = []): void {
    const ids = ports.map((port) => {
      const id = ++double.lastId;
      this.ports.set(id, port);
      port.on('message', ({ data }) => this.#evaluate({ port: id, data: encode(data) }));
      port.on('close', () => this.#evaluate({ port: id, closed: true }));
      port.start();
      return id;
    });
    this.#evaluate({ ...message, ports: ids });
  }

  #evaluate(message: object): void {
    const expression = `__fromMain(${JSON.stringify(message)})`;
    if (this.#preloadWorld === undefined || this.#destroyed) return;
    void this.#cdp!.send('Runtime.evaluate', { expression, contextId: this.#preloadWorld }).catch(() => {});
  }

  #hear(said: { kind: string; channel: string; args: unknown[]; id: number; data: unknown }): void {
    const event = { sender: this.webContents, senderFrame: this.frame };
    if (said.kind === 'send') ipcMain.emit(said.channel, event, ...said.args);
    else if (said.kind === 'port') {
      this.hasLine = true;
      this.ports.get(said.id)?.postMessage(decode(said.data));
    } else {
      void (async () => {
        const result = await ipcMain.handlers.get(said.channel)?.(event, ...said.args);
        this.#evaluate({ reply: said.id, result });
      })();
    }
  }

  async #answer(route: Route): Promise<void> {
    const request = route.request();
    const url = fromPage(request.url());
    if (request.isNavigationRequest() && pageOf(request) !== this.page) {
      double.denied.push({ url, answer: this.webContents.windowOpenHandler?.({ url })?.action ?? 'allow' });
      return route.abort('aborted');
    }
    if (request.isNavigationRequest() && request.url() !== this.#loading) {
      const event = Object.assign(new PreventableEvent(), { url });
      this.webContents.emit('will-navigate', event);
      if (event.defaultPrevented) return route.abort('aborted');
    }
    this.loads.push(url);
    const cancelled = await new Promise<boolean>((resolve) => {
      const check = session.defaultSession.onBeforeRequest;
      if (check) check({ url }, ({ cancel }) => resolve(cancel));
      else resolve(false);
    });
    if (cancelled) return route.abort('blockedbyclient');
    const handler = protocol.handlers.get(new URL(url).protocol.slice(0, -1));
    if (!handler) return route.abort('failed');
    const answer = await handler(new Request(url, { method: request.method(), headers: request.headers() }));
    const body = Buffer.from(await answer.arrayBuffer());
    await route
      .fulfill({ status: answer.status, headers: Object.fromEntries(answer.headers), body })
      .catch(() => {});
  }

  /** Ends the page's process, as a fault in Chromium does. */
  async crash(): Promise<void> {
    const crashed = new Promise((resolve) => this.webContents.once('render-process-gone', resolve));
    // Nobody is left to answer it.
    this.#cdp!.send('Page.crash').catch(() => {});
    await crashed;
  }

  close() {
    const event = new PreventableEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }
  destroy() {
    this.#destroyed = true;
    void this.#context?.close();
  }
  async settled(): Promise<void> {
    this.#destroyed = true;
    await this.#context?.close();
  }
  isDestroyed = () => this.#destroyed;
  isMinimized = () => double.minimised;
  isMaximized = () => this.calls.includes('maximize');
  getNormalBounds = () => double.bounds;
  maximize = () => void this.calls.push('maximize');
  restore = () => void this.calls.push('restore');
  show = () => void this.calls.push('show');
  focus = () => void this.calls.push('focus');
  setProgressBar = (share: number) => void this.progress.push(share);
}

/** The page that a request belongs to; undefined for a popup that is only being made. */
function pageOf(request: ReturnType<Route['request']>): Page | undefined {
  try {
    return request.frame().page();
  } catch {
    return undefined;
  }
}

// In the page, beside it: the page's own world, where the context bridge puts what it is given.
function mainWorld(): void {
  const page = globalThis as unknown as {
    document: EventTarget;
    CustomEvent: typeof CustomEvent;
  } & Record<string, unknown>;
  let last = 0;
  const waiting = new Map<number, (value: unknown) => void>();
  const callbacks = new Map<number, (...args: unknown[]) => void>();
  const tell = (name: string, detail: unknown) =>
    page.document.dispatchEvent(new page.CustomEvent(name, { detail }));
  const detailOf = (event: Event) => (event as CustomEvent).detail;
  page.document.addEventListener('double:answer', (event) => {
    const { id, value } = detailOf(event);
    waiting.get(id)?.(value);
  });
  page.document.addEventListener('double:callback', (event) => {
    const { id, args } = detailOf(event);
    callbacks.get(id)?.(...args);
  });
  page.document.addEventListener('double:expose', (event) => {
    const { name, constants, functions } = detailOf(event);
    const api: Record<string, unknown> = { ...constants };
    for (const key of functions as string[]) {
      api[key] = (...given: unknown[]) => {
        const id = ++last;
        const args = given.map((arg) => {
          if (typeof arg !== 'function') return { value: arg };
          callbacks.set(id, arg as () => void);
          return { callback: id };
        });
        let answer: { value?: unknown; later?: boolean } | undefined;
        const { promise, resolve } = Promise.withResolvers<unknown>();
        waiting.set(id, (value) => {
          answer = value as typeof answer;
        });
        // Synchronous: the answer is there when the event has been heard.
        tell('double:call', { id, name: key, args });
        if (!answer?.later) return answer?.value;
        waiting.set(id, (value) => resolve((value as { value: unknown }).value));
        return promise;
      };
    }
    Object.defineProperty(page, name, { value: Object.freeze(api) });
  });
}

// In the preload script's world: the part of `electron` that a sandboxed preload script may require.
function preloadWorld(
  run: (require: unknown, exports: object, module: object, process: object) => void,
  droppedFiles: Readonly<Record<string, string>>,
): void {
  interface Port {
    onmessage: ((event: { readonly data: unknown }) => void) | null;
    postMessage(data: unknown): void;
    close(): void;
  }
  type Listener = (event: { ports: Port[] }, ...args: unknown[]) => void;
  const world = globalThis as unknown as {
    document: EventTarget;
    CustomEvent: typeof CustomEvent;
    __toMain(payload: string): void;
    __fromMain(message: Record<string, unknown>): void;
  };
  let last = 0;
  const listeners = new Map<string, Listener>();
  const replies = new Map<number, (result: unknown) => void>();
  const ports = new Map<number, Port>();
  const say = (message: object) => world.__toMain(JSON.stringify(message));
  const pack = (data: unknown) => {
    if (typeof data === 'string') return { text: data };
    const bytes = data instanceof ArrayBuffer ? new Uint8Array(data) : (data as Uint8Array);
    return { bytes: [...bytes] };
  };
  const unpack = (data: { text?: string; bytes?: number[] }) => data.text ?? new Uint8Array(data.bytes!);
  world.__fromMain = (message) => {
    const { port, data, closed, reply, result, channel, args } = message as {
      port?: number;
      data: { text?: string; bytes?: number[] };
      closed?: boolean;
      reply?: number;
      result: unknown;
      channel: string;
      args: unknown[];
    };
    if (port !== undefined) {
      if (closed) ports.get(port)?.close();
      else ports.get(port)?.postMessage(unpack(data));
    } else if (reply !== undefined) replies.get(reply)?.(result);
    else {
      const moved = (message.ports as number[]).map((id) => {
        const { port1, port2 } = new MessageChannel() as unknown as { port1: Port; port2: Port };
        ports.set(id, port1);
        port1.onmessage = (event) => say({ kind: 'port', id, data: pack(event.data) });
        return port2;
      });
      listeners.get(channel)?.({ ports: moved }, ...args);
    }
  };
  const tell = (name: string, detail: unknown) =>
    world.document.dispatchEvent(new world.CustomEvent(name, { detail }));
  const electron = {
    ipcRenderer: {
      on: (channel: string, listener: Listener) => void listeners.set(channel, listener),
      send: (channel: string, ...args: unknown[]) => say({ kind: 'send', channel, args }),
      invoke(channel: string, ...args: unknown[]) {
        const id = ++last;
        const { promise, resolve } = Promise.withResolvers<unknown>();
        replies.set(id, resolve);
        say({ kind: 'invoke', channel, args, id });
        return promise;
      },
    },
    webUtils: { getPathForFile: (file: File) => droppedFiles[file.name] ?? '' },
    contextBridge: {
      exposeInMainWorld(name: string, api: Record<string, unknown>) {
        world.document.addEventListener('double:call', (event) => {
          const { id, name: key, args } = (event as CustomEvent).detail;
          const given = (args as { value: unknown; callback?: number }[]).map(({ value, callback }) =>
            callback === undefined
              ? value
              : (...called: unknown[]) => tell('double:callback', { id: callback, args: called }),
          );
          const value = (api[key] as (...args: unknown[]) => unknown)(...given);
          if (!(value instanceof Promise)) return tell('double:answer', { id, value: { value } });
          tell('double:answer', { id, value: { later: true } });
          void value.then((result) => tell('double:answer', { id, value: { value: result } }));
        });
        const entries = Object.entries(api);
        tell('double:expose', {
          name,
          constants: Object.fromEntries(entries.filter(([, value]) => typeof value !== 'function')),
          functions: entries.filter(([, value]) => typeof value === 'function').map(([key]) => key),
        });
      },
    },
  };
  const require = (name: string) => {
    if (name !== 'electron') throw new Error(`module not found: ${name}`);
    return electron;
  };
  const module = { exports: {} };
  run(require, module.exports, module, { platform: 'linux' });
}

function encode(data: unknown) {
  return typeof data === 'string' ? { text: data } : { bytes: [...new Uint8Array(data as ArrayBuffer)] };
}
function decode(data: unknown) {
  const { text, bytes } = data as { text?: string; bytes?: number[] };
  return text ?? new Uint8Array(bytes!).buffer;
}

class AppDouble extends EventEmitter {
  isPackaged = false;
  requestSingleInstanceLock(data: unknown) {
    double.handedOver = data;
    return double.isFirstInstance;
  }
  enableSandbox() {
    double.sandboxed = true;
  }
  whenReady = () => Promise.resolve();
  getLocale = () => double.locale;
  getPath = (name: string) => `${double.folder}/${name}`;
  quit() {
    this.emit('before-quit', new PreventableEvent());
  }
  exit(code: number) {
    double.exitCodes.push(code);
    double.onExit?.();
  }
}

class UtilityProcessDouble extends EventEmitter {
  readonly #child: ChildProcess;
  constructor(module: string, { env, stdio }: { env: NodeJS.ProcessEnv; stdio: ['ignore', 'pipe', 'pipe'] }) {
    super();
    this.#child = fork(module, {
      env,
      execArgv: ['--import', fileURLToPath(new URL('./utility-process-runtime.mjs', import.meta.url))],
      serialization: 'advanced',
      stdio: [...stdio, 'ipc'],
    });
    this.#child.on('message', (message) => this.emit('message', message));
    this.#child.on('exit', (code, signal) => this.emit('exit', code ?? (signal === 'SIGKILL' ? 9 : 1)));
    double.utilityProcesses.push({ module, env, process: this });
  }
  get pid() {
    return this.#child.pid;
  }
  get stdout() {
    return this.#child.stdout;
  }
  get stderr() {
    return this.#child.stderr;
  }
  postMessage(message: unknown) {
    if (this.#child.connected) this.#child.send(message as object, () => {});
  }
  kill() {
    return this.#child.kill();
  }
}

/** What the test arranges and sees. */
export const double = {
  lastId: 0,
  browser: undefined as Browser | undefined,
  folder: tmpdir(),
  locale: 'en-GB',
  isFirstInstance: true,
  minimised: false,
  bounds: { x: 10, y: 20, width: 1200, height: 800 },
  displays: [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
  /** Name of a dropped file → where it lies. */
  droppedFiles: {} as Record<string, string>,
  /** Indices of the buttons that message boxes are answered with; without one they stay open. */
  answers: [] as number[],
  chosenPaths: [] as string[],
  handedOver: undefined as unknown,
  sandboxed: false,
  windows: [] as BrowserWindow[],
  boxes: [] as { message: string; buttons?: string[]; signal?: AbortSignal }[],
  errorBoxes: [] as [string, string][],
  opened: [] as string[],
  denied: [] as { url: string; answer: string }[],
  popups: 0,
  menu: [] as { label?: string; submenu?: unknown }[],
  blockers: new Set<number>(),
  blocked: 0,
  schemes: [] as unknown[],
  exitCodes: [] as number[],
  onExit: undefined as (() => void) | undefined,
  utilityProcesses: [] as { module: string; env: NodeJS.ProcessEnv; process: UtilityProcessDouble }[],
};
const initial = { ...double };

/** A new start of the program: nothing of the one before is left. */
export function restart(): void {
  Object.assign(double, initial, {
    windows: [],
    boxes: [],
    errorBoxes: [],
    opened: [],
    denied: [],
    answers: [],
    chosenPaths: [],
    droppedFiles: {},
    blockers: new Set(),
    exitCodes: [],
    utilityProcesses: [],
    schemes: [],
    browser: double.browser,
    lastId: double.lastId,
  });
  for (const emitter of [app, ipcMain, powerMonitor, session.defaultSession]) emitter.removeAllListeners();
  ipcMain.handlers.clear();
  protocol.handlers.clear();
}

export const app = new AppDouble();
export const ipcMain = Object.assign(new EventEmitter(), {
  handlers: new Map<string, (event: unknown, ...args: unknown[]) => unknown>(),
  handle(channel: string, handler: (event: unknown, ...args: unknown[]) => unknown) {
    this.handlers.set(channel, handler);
  },
});
export const protocol = {
  handlers: new Map<string, (request: Request) => Promise<Response>>(),
  registerSchemesAsPrivileged: (schemes: unknown[]) => void double.schemes.push(...schemes),
  handle(scheme: string, handler: (request: Request) => Promise<Response>) {
    this.handlers.set(scheme, handler);
  },
};
type Check = (details: { url: string }, answer: (response: { cancel: boolean }) => void) => void;
export const session = {
  defaultSession: Object.assign(new EventEmitter(), {
    permissionRequest: undefined as
      | ((c: unknown, p: string, answer: (ok: boolean) => void) => void)
      | undefined,
    permissionCheck: undefined as ((...args: unknown[]) => boolean) | undefined,
    devicePermission: undefined as ((...args: unknown[]) => boolean) | undefined,
    onBeforeRequest: undefined as Check | undefined,
    setPermissionRequestHandler(handler: never) {
      this.permissionRequest = handler;
    },
    setPermissionCheckHandler(handler: never) {
      this.permissionCheck = handler;
    },
    setDevicePermissionHandler(handler: never) {
      this.devicePermission = handler;
    },
    webRequest: {
      onBeforeRequest(check: Check) {
        session.defaultSession.onBeforeRequest = check;
      },
    },
  }),
};
export const dialog = {
  showErrorBox: (title: string, text: string) => void double.errorBoxes.push([title, text]),
  /** The window may be left out. */
  showMessageBox(...args: unknown[]) {
    const options = args.at(-1) as (typeof double.boxes)[number];
    double.boxes.push(options);
    const { promise, resolve } = Promise.withResolvers<{ response: number }>();
    const answer = double.answers.shift();
    if (answer !== undefined) resolve({ response: answer });
    options.signal?.addEventListener('abort', () => resolve({ response: 0 }));
    return promise;
  },
  showOpenDialog: async () => ({ filePaths: double.chosenPaths }),
};
export const shell = {
  openExternal: async (url: string) => void double.opened.push(url),
  openPath: async (path: string) => void double.opened.push(path),
  showItemInFolder: (path: string) => void double.opened.push(path),
};
export const Menu = {
  buildFromTemplate: (template: typeof double.menu) => template,
  setApplicationMenu: (menu: typeof double.menu) => {
    double.menu = menu;
  },
};
export const powerMonitor = new EventEmitter();
export const powerSaveBlocker = {
  start() {
    const id = ++double.lastId;
    double.blockers.add(id);
    double.blocked++;
    return id;
  },
  stop: (id: number) => double.blockers.delete(id),
};
export const nativeTheme = { shouldUseDarkColors: true };
export const screen = {
  getPrimaryDisplay: () => double.displays[0],
  getAllDisplays: () => double.displays,
};
export const utilityProcess = {
  fork: (module: string, _args: string[], options: never) => new UtilityProcessDouble(module, options),
};
