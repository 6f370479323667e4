import { type App, type Session, shell, type WebContents } from 'electron';
import type { Log } from './log-file.ts';
import { isOwnAddress } from './scheme.ts';

/** Sites that our own texts link to; their pages open in the user's browser. */
const LINKED_SITES: ReadonlySet<string> = new Set(['arxiv.org', 'github.com']);

/** Nothing that runs in a window leaves our own address, opens windows, gets a permission, or downloads a file, but for
 * what a chart shows. */
export function lockDown(app: App, session: Session, log: Log): void {
  app.on('web-contents-created', (_event, contents) => confine(contents, log));
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    log.warn(`The permission "${permission}" was asked for and denied.`);
    answer(false);
  });
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  // Exports are written by the workstation, where the user says. What a chart shows is made in the page: the system's
  // dialog asks where to.
  session.on('will-download', (event, item) => {
    if (isOwnBlob(item.getURL()) && /\.(?:svg|png|csv)$/.test(item.getFilename())) return;
    event.preventDefault();
    log.warn(`A page tried to download ${item.getURL()}.`);
  });
  // The window needs no network, and no file but those that our scheme serves.
  const { isPackaged } = app;
  session.webRequest.onBeforeRequest(({ url }, answer) => answer({ cancel: !isLoadable(url, isPackaged) }));
}

function confine(contents: WebContents, log: Log): void {
  const stay = (event: { readonly url: string; preventDefault(): void }) => {
    if (isOwnAddress(event.url)) return;
    event.preventDefault();
    log.warn(`A page tried to go to ${event.url}.`);
    openIfLinked(event.url);
  };
  contents.on('will-navigate', stay);
  contents.on('will-frame-navigate', stay);
  contents.on('will-redirect', stay);
  contents.on('will-attach-webview', (event) => event.preventDefault());
  // WebRTC goes past the session's requests: it finds no way to the network, nor this machine's addresses.
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp');
  contents.setWindowOpenHandler(({ url }) => {
    openIfLinked(url);
    return { action: 'deny' };
  });
}

function openIfLinked(address: string): void {
  const url = URL.parse(address);
  if (
    url?.protocol === 'https:' &&
    url.port === '' &&
    url.username === '' &&
    LINKED_SITES.has(url.hostname)
  ) {
    void shell.openExternal(url.href);
  }
}

/** True of what a page at our own address holds in memory. */
function isOwnBlob(address: string): boolean {
  return address.startsWith('blob:') && isOwnAddress(address.slice('blob:'.length));
}

function isLoadable(address: string, isPackaged: boolean): boolean {
  if (isOwnAddress(address) || /^(blob|data):/.test(address)) return true;
  return !isPackaged && /^(devtools|chrome-extension):/.test(address);
}
