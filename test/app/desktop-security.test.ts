import { once } from 'node:events';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CHANNELS } from '../../src-main/app/channels.ts';
import { lockDown } from '../../src-main/app/lockdown.ts';
import { describeInChromium, launchChromium } from '../e2e/chromium.ts';
import { until } from '../until.ts';
import { dataFolder, removeFolder, type StartedDesktop, startDesktop } from './desktop.ts';
import { double, ipcMain, session } from './electron-double.ts';

vi.mock('electron', () => import('./electron-double.ts'));

describeInChromium('the window of the desktop shell', () => {
  let folder: string;
  let desktop: StartedDesktop;

  beforeAll(async () => {
    double.browser = await launchChromium();
    folder = await dataFolder();
    desktop = await startDesktop({ folder });
  });
  afterAll(async () => {
    await desktop?.stop();
    await double.browser?.close();
    await removeFolder(folder);
  });
  beforeEach(() => {
    double.opened = [];
    double.denied = [];
    double.boxes = [];
  });

  it('is sandboxed, isolated and without Node.js', () => {
    expect(double.sandboxed).toBe(true);
    expect(desktop.window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
    });
    expect(double.schemes).toEqual([
      {
        scheme: 'clipsam',
        privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
      },
    ]);
  });

  describe('the page', () => {
    it('sees the bridge and nothing else of what lies behind', async () => {
      const seen = await desktop.page.evaluate(`[
        Object.keys(clipsam).sort(),
        ['require', 'process', 'module', 'exports', 'electron', 'Buffer', 'ipcRenderer', '__toMain', '__fromMain']
          .filter((name) => name in globalThis),
        Object.isFrozen(clipsam),
      ]`);
      const functions = [
        'chooseFiles',
        'chooseFolders',
        'choosePack',
        'connect',
        'onPathsGiven',
        'pathsOf',
        'showInFolder',
      ];
      expect(seen).toEqual([[...functions, 'platform'].sort(), [], true]);
    });

    it('cannot put other functions in the place of the bridge', async () => {
      await desktop.page.evaluate(`{
        try { clipsam.connect = () => 'mine'; } catch {}
        try { window.clipsam = { connect: () => 'mine' }; } catch {}
        Promise.prototype.then.call(Promise.resolve(), () => {});
      }`);
      expect(await desktop.page.evaluate('String(clipsam.connect)')).not.toContain('mine');
    });

    it('runs no script but its own', async () => {
      await desktop.page.evaluate(`{
        globalThis.blocked = [];
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => blocked.push(effectiveDirective));
        const add = (name, properties) => document.body.append(Object.assign(document.createElement(name), properties));
        add('script', { textContent: 'globalThis.injected = 1' });
        add('script', { src: 'data:text/javascript,globalThis.injected = 2' });
        add('script', { src: 'https://example.com/x.js' });
        add('img', { src: 'https://example.com/x.png' });
        add('iframe', { src: 'https://example.com/' });
        add('iframe', { srcdoc: '<script>parent.injected = 3</script>' });
        add('object', { data: 'https://example.com/x' });
        add('base', { href: 'https://example.com/' });
        add('a', { href: 'javascript:globalThis.injected = 4', id: 'hostile' });
        document.getElementById('hostile').click();
        const button = document.createElement('button');
        button.setAttribute('onclick', 'globalThis.injected = 5');
        document.body.append(button);
        button.click();
        fetch('https://example.com/').catch(() => {});
        try { new Worker('https://example.com/worker.js'); } catch {}
      }`);
      await expect
        .poll(() => desktop.page.evaluate('blocked'))
        .toEqual(
          expect.arrayContaining([
            'base-uri',
            'connect-src',
            'frame-src',
            'img-src',
            'object-src',
            'script-src-attr',
            'script-src-elem',
          ]),
        );
      expect(await desktop.page.evaluate('globalThis.injected')).toBeUndefined();
    });

    it('gets files of the window and of nothing else', async () => {
      const attacks = [
        '/package.json',
        '/../package.json',
        '/..%2fpackage.json',
        '/%2e%2e/%2e%2e/package.json',
        '/%2e%2e%2fapp%2fmain.js',
        '/..%252fapp%252fmain.js',
        '/..%5capp%5cmain.js',
        '/assets/..%2f..%2fapp%2fmain.js',
        '/%2fetc/passwd',
        '//etc/passwd',
        '/index.html%00',
        '/media/../../package.json',
        '/media/thumbnail/..%2f..%2fworkspace.sqlite',
        '/media/thumbnail/1/../../../etc/passwd',
        '/media/',
        '/media/thumbnail/999999',
      ];
      const answers = (await desktop.page.evaluate(
        `Promise.all(${JSON.stringify(attacks)}.map(async (path) => {
          const response = await fetch(location.origin + path);
          return [path, response.status, (await response.text()).slice(0, 200)];
        }))`,
      )) as [string, number, string][];
      expect(answers).toHaveLength(attacks.length);
      for (const [path, status, text] of answers) {
        expect([400, 404], path).toContain(status);
        expect(text, path).not.toMatch(/root:|clipsam-workstation|import /);
      }
      expect(await desktop.page.evaluate("fetch('/index.html').then(({ status }) => status)")).toBe(200);
      const written = await desktop.page.evaluate(
        "fetch('/index.html', { method: 'PUT', body: 'mine' }).then(({ status }) => status)",
      );
      expect(written).toBe(405);
    });
  });

  describe('navigation', () => {
    const goTo = async (address: string) => {
      const asked = once(desktop.window.webContents, 'will-navigate');
      await desktop.page.evaluate(`void (location.href = ${JSON.stringify(address)})`);
      const [event] = await asked;
      expect(event).toMatchObject({ url: address, defaultPrevented: true });
      expect(desktop.window.frame.url).toMatch(/^clipsam:\/\/workstation\//);
      expect(await desktop.page.evaluate('typeof clipsam')).toBe('object');
    };

    it.each(['https://example.com/', 'http://arxiv.org/', 'https://arxiv.org.example.com/'])(
      'to %s does not happen',
      async (address) => {
        await goTo(address);
        expect(double.opened).toEqual([]);
      },
    );

    it('to a site that our texts link to opens the browser', async () => {
      await goTo('https://arxiv.org/abs/2401.12665');
      expect(double.opened).toEqual(['https://arxiv.org/abs/2401.12665']);
    });

    it.each([
      'https://user@arxiv.org/',
      'https://arxiv.org:8443/',
      'file:///etc/passwd',
      'clipsam://elsewhere/',
      'javascript:alert(1)',
      'smb://host/share',
      'no address',
    ])('to %s is no matter for the browser either', (url) => {
      for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
        const event = { url, preventDefault: vi.fn() };
        desktop.window.webContents.emit(name, event);
        expect(event.preventDefault).toHaveBeenCalledOnce();
      }
      expect(desktop.window.webContents.windowOpenHandler!({ url })).toEqual({ action: 'deny' });
      expect(double.opened).toEqual([]);
    });

    it('to a window of its own is denied', async () => {
      await desktop.page.evaluate("void open('https://example.com/')");
      await until(() => double.denied.length > 0);
      expect(double.denied).toEqual([{ url: 'https://example.com/', answer: 'deny' }]);
      await desktop.page.evaluate("void open('https://arxiv.org/abs/2304.02643')");
      await until(() => double.denied.length > 1);
      expect(double.denied[1]!.answer).toBe('deny');
      expect(double.opened).toEqual(['https://arxiv.org/abs/2304.02643']);
    });
  });

  it('gets no permission, no network and no webview', () => {
    const { permissionRequest, permissionCheck, devicePermission, onBeforeRequest } = session.defaultSession;
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'hid',
    ]) {
      const answer = vi.fn();
      permissionRequest!(desktop.window.webContents, permission, answer);
      expect(answer).toHaveBeenCalledExactlyOnceWith(false);
      expect(permissionCheck!(desktop.window.webContents, permission, 'clipsam://workstation')).toBe(false);
    }
    expect(devicePermission!({ deviceType: 'usb' })).toBe(false);
    const isCancelled = (url: string) => {
      const answer = vi.fn();
      onBeforeRequest!({ url }, answer);
      return answer.mock.calls[0]![0].cancel as boolean;
    };
    for (const url of [
      'https://example.com/',
      'http://127.0.0.1:80/',
      'ws://a/',
      'file:///etc/passwd',
      'ftp://a/',
    ]) {
      expect(isCancelled(url), url).toBe(true);
    }
    expect(isCancelled('clipsam://workstation.example.com/')).toBe(true);
    expect(isCancelled('clipsam://workstation/media/thumbnail/1')).toBe(false);
    const event = { preventDefault: vi.fn() };
    desktop.window.webContents.emit('will-attach-webview', event);
    expect(event.preventDefault).toHaveBeenCalledOnce();
  });

  describe('messages', () => {
    const own = () => ({ sender: desktop.window.webContents, senderFrame: desktop.window.frame });
    const frame = (url: string, parent: unknown = null) => ({ url, parent, postMessage: vi.fn() });

    it.each([
      ['another window', () => ({ ...own(), sender: { id: 4711 } })],
      [
        'a frame in the page',
        () => ({ ...own(), senderFrame: frame('clipsam://workstation/', own().senderFrame) }),
      ],
      ['another page in our window', () => ({ ...own(), senderFrame: frame('https://example.com/') })],
      [
        'another host of our scheme',
        () => ({ ...own(), senderFrame: frame('clipsam://workstation.example.com/') }),
      ],
      ['a page that is blank', () => ({ ...own(), senderFrame: frame('about:blank') })],
      ['a frame that is gone', () => ({ ...own(), senderFrame: null })],
    ])('of %s are refused', async (_whose, forge) => {
      const event = forge();
      double.chosenPaths = ['/secret'];
      ipcMain.emit(CHANNELS.connect, event);
      expect(await ipcMain.handlers.get(CHANNELS.choose)!(event, 'folders')).toEqual([]);
      await ipcMain.handlers.get(CHANNELS.showInFolder)!(event, '/etc');
      expect(double.opened).toEqual([]);
      const { senderFrame } = event as {
        senderFrame: { postMessage?: { mock?: { calls: unknown[] } } } | null;
      };
      expect(senderFrame?.postMessage?.mock?.calls ?? []).toEqual([]);
    });

    it('of our page with arguments that make no sense do nothing', async () => {
      double.chosenPaths = ['/secret'];
      for (const what of ['drives', 'toString', undefined, { folders: true }]) {
        expect(await ipcMain.handlers.get(CHANNELS.choose)!(own(), what)).toEqual([]);
      }
      for (const path of ['relative/path', '../..', 7, undefined]) {
        await ipcMain.handlers.get(CHANNELS.showInFolder)!(own(), path);
      }
      expect(double.opened).toEqual([]);
    });
  });

  it('gets the paths that a dialog gave, and those of dropped files', async () => {
    double.chosenPaths = ['/images/a', '/images/b'];
    expect(await desktop.page.evaluate('clipsam.chooseFolders()')).toEqual(['/images/a', '/images/b']);
    expect(await desktop.page.evaluate('clipsam.chooseFiles()')).toEqual(['/images/a', '/images/b']);
    expect(await desktop.page.evaluate("clipsam.choosePack('file')")).toBe('/images/a');
    double.chosenPaths = [];
    expect(await desktop.page.evaluate("clipsam.choosePack('folder')")).toBeUndefined();
    const madeByScript = "clipsam.pathsOf([new File(['x'], 'made.png')])";
    expect(await desktop.page.evaluate(madeByScript)).toEqual([]);
  });

  it('has only the workspace and exports shown in the file manager', async () => {
    const workspace = join(folder, 'documents', 'ClipSAM Workstation');
    const elsewhere = join(folder, 'elsewhere');
    await mkdir(join(elsewhere, 'lot'), { recursive: true });
    await symlink('/etc', join(workspace, 'link'));
    const show = (path: string) => desktop.page.evaluate(`clipsam.showInFolder(${JSON.stringify(path)})`);
    const hidden = [
      '/etc',
      '/etc/passwd',
      folder,
      elsewhere,
      join(workspace, 'link'),
      join(workspace, 'absent'),
    ];
    for (const path of [...hidden, `${workspace}/../elsewhere`]) await show(path);
    expect(double.opened).toEqual([]);
    const inWorkspace = [workspace, join(workspace, 'workspace.sqlite')];
    for (const path of inWorkspace) await show(path);
    expect(double.opened).toEqual(inWorkspace);
  });

  it.each([
    ['blob:clipsam://workstation/1', 'p-chart.svg', false],
    ['blob:clipsam://workstation/1', 'p-chart.html', true],
    ['blob:https://example.org/1', 'p-chart.svg', true],
    ['clipsam://workstation/media/truth/1', 'truth.png', true],
  ])('downloads charts that its page has made, and nothing else: %s as %s', (url, name, isRefused) => {
    const event = { preventDefault: vi.fn() };
    session.defaultSession.emit('will-download', event, { getURL: () => url, getFilename: () => name });
    expect(event.preventDefault).toHaveBeenCalledTimes(isRefused ? 1 : 0);
  });

  it('finds no way past the session to the network', () => {
    expect(desktop.window.webContents.webRtcPolicy).toBe('disable_non_proxied_udp');
  });

  it.each([
    [false, false],
    [true, true],
  ])('packaged: %s, it is refused developer tools and extensions: %s', (isPackaged, isRefused) => {
    const onBeforeRequest = vi.fn();
    const given = {
      on: () => {},
      setPermissionRequestHandler: () => {},
      setPermissionCheckHandler: () => {},
      setDevicePermissionHandler: () => {},
      webRequest: { onBeforeRequest },
    };
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    lockDown({ isPackaged, on: () => {} } as never, given as never, log);
    for (const url of ['devtools://devtools/bundled/inspector.html', 'chrome-extension://abc/page.html']) {
      const answer = vi.fn();
      onBeforeRequest.mock.calls[0]![0]({ url }, answer);
      expect(answer).toHaveBeenCalledExactlyOnceWith({ cancel: isRefused });
    }
  });

  it('has no say in what is outside: nothing left the machine in all this', () => {
    const foreign = desktop.window.loads.filter(
      (url) => !/^(clipsam:\/\/workstation\/|blob:|data:)/.test(url),
    );
    expect(foreign).toEqual([]);
  });
});
