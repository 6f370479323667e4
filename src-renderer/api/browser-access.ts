import {
  CODE_PARAMETER,
  MEDIA_KEY_PARAMETER,
  networkSessionSchema,
  RPC_PROTOCOL,
  rpcProtocols,
  SESSION_PATH,
  SIGN_IN_PATH,
  SIGN_OUT_PATH,
  WAY_IN_HEADER,
} from '../../src-shared/browser-access.ts';
import { downloadPath } from '../../src-shared/download.ts';
import { errorRecordSchema } from '../../src-shared/error-record.ts';
import { fromErrorRecord } from '../../src-shared/errors.ts';
import { mediaPaths as paths } from '../../src-shared/media-urls.ts';
import type { Inspector } from '../../src-shared/roles.ts';

/** Kept for the tabs of this address and its port, also over a reload; it is worth nothing after the program's end. */
const TOKEN = 'clipsam-access';
/** When somebody signed in over a network in any tab of this browser; who that is lies in a cookie. */
const SIGNED_IN = 'clipsam-signed-in';

/** Milliseconds that a workstation has to say who is let in. */
const ANSWER = 20_000;

/** The workstation is there and does not let this browser in. */
export class NotLetIn extends Error {}

/** The workstation is in a network, and nobody is signed in with this browser. */
export class NotSignedIn extends Error {}

/** How this browser was let in. */
export interface Entry {
  /** What a WebSocket is opened with. */
  readonly protocols: readonly string[];
  /** Who is signed in, over a network; null on this machine, where signing in is the window's own affair. */
  readonly inspector: Inspector | null;
}

let mediaKey: string | null = null;
let code: string | null = null;

/**
 * Shows the code of the address that was opened, or the token that an earlier one gave; over a network a cookie that no script
 * sees says who it is.
 * @throws NotLetIn
 * @throws NotSignedIn
 */
export async function enter(): Promise<Entry> {
  code = takeCode() ?? code;
  const kept = localStorage.getItem(TOKEN);
  const entry = (code !== null && (await ask(`Code ${code}`))) || (await ask(kept && `Bearer ${kept}`));
  code = null;
  if (!entry) throw new NotLetIn();
  return entry;
}

/** Calls back when another tab was let in. @returns ends that */
export function onOtherTab(listener: () => void): () => void {
  const heard = ({ key }: StorageEvent) => (key === TOKEN || key === SIGNED_IN) && listener();
  window.addEventListener('storage', heard);
  return () => window.removeEventListener('storage', heard);
}

/**
 * Signs in over a network, for all tabs of this browser.
 * @throws ClipSamError as the workstation said
 */
export async function signInOverNetwork(name: string, pin: string): Promise<void> {
  const response = await post(SIGN_IN_PATH, { name, pin });
  if (!response.ok) throw await refusalOf(response);
  localStorage.setItem(SIGNED_IN, String(Date.now()));
}

/** Signs out over a network, in all tabs of this browser; the workstation then closes their connections. */
export async function signOutOverNetwork(): Promise<void> {
  const response = await post(SIGN_OUT_PATH, {});
  if (!response.ok) throw await refusalOf(response);
}

/** What a request with effects carries besides its cookie, on this machine: no cookie is used there. */
export function authorisation(): Record<string, string> {
  const token = localStorage.getItem(TOKEN);
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** Addresses of pictures and maps, with what a browser needs to get them. */
export const authorisedMediaUrls: typeof paths = {
  thumbnail: (...args) => withKey(paths.thumbnail(...args)),
  seenThumbnail: (...args) => withKey(paths.seenThumbnail(...args)),
  memory: (...args) => withKey(paths.memory(...args)),
  tile: (...args) => withKey(paths.tile(...args)),
  map: (...args) => withKey(paths.map(...args)),
  report: (...args) => withKey(paths.report(...args)),
  reportPreview: (...args) => withKey(paths.reportPreview(...args)),
  truth: (...args) => withKey(paths.truth(...args)),
};

/** Address of a file that was made for this browser. */
export function authorisedDownload(id: string): string {
  return withKey(downloadPath(id));
}

function withKey(path: string): string {
  return mediaKey === null
    ? path
    : `${path}${path.includes('?') ? '&' : '?'}${MEDIA_KEY_PARAMETER}=${mediaKey}`;
}

/** The code leaves the address, before anybody sees or keeps it. */
function takeCode(): string | null {
  const url = new URL(location.href);
  const given = url.searchParams.get(CODE_PARAMETER);
  if (given === null) return null;
  url.searchParams.delete(CODE_PARAMETER);
  history.replaceState(history.state, '', url);
  return given;
}

/** @returns null where what is shown opens nothing */
async function ask(authorization: string | null): Promise<Entry | null> {
  const response = await fetch(SESSION_PATH, {
    ...(authorization !== null && { headers: { authorization } }),
    signal: AbortSignal.timeout(ANSWER),
  });
  const isNetwork = response.headers.get(WAY_IN_HEADER) === 'sign-in';
  if (response.status === 401) {
    if (isNetwork) throw new NotSignedIn();
    return null;
  }
  if (!response.ok) throw new Error(`The workstation answers with ${response.status}.`);
  if (isNetwork) {
    const { inspector } = networkSessionSchema.parse(await response.json());
    return { protocols: [RPC_PROTOCOL], inspector };
  }
  const session = (await response.json()) as { readonly token: string; readonly media: string };
  localStorage.setItem(TOKEN, session.token);
  mediaKey = session.media;
  return { protocols: rpcProtocols(session.token), inspector: null };
}

function post(path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function refusalOf(response: Response): Promise<Error> {
  const { success, data } = errorRecordSchema.safeParse(await response.json().catch(() => null));
  return success ? fromErrorRecord(data) : new Error(`The workstation answers with ${response.status}.`);
}
