import { CODE_PARAMETER, MEDIA_KEY_PARAMETER, SESSION_PATH } from '../../src-shared/browser-access.ts';
import { mediaPaths as paths } from '../../src-shared/media-urls.ts';

/** Kept for the tabs of this address and its port, also over a reload; it is worth nothing after the program's end. */
const TOKEN = 'clipsam-access';

/** The workstation is there and does not let this browser in. */
export class NotLetIn extends Error {}

let mediaKey: string | null = null;
let code: string | null = null;

/**
 * Shows the code of the address that was opened, or the token that an earlier one gave.
 * @returns the token
 * @throws NotLetIn
 */
export async function enter(): Promise<string> {
  code = takeCode() ?? code;
  const kept = localStorage.getItem(TOKEN);
  const session = (await ask('Code', code)) ?? (await ask('Bearer', kept));
  code = null;
  if (!session) throw new NotLetIn();
  localStorage.setItem(TOKEN, session.token);
  mediaKey = session.media;
  return session.token;
}

/** Calls back when another tab was let in. @returns ends that */
export function onOtherTab(listener: () => void): () => void {
  const heard = ({ key }: StorageEvent) => key === TOKEN && listener();
  window.addEventListener('storage', heard);
  return () => window.removeEventListener('storage', heard);
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

async function ask(kind: 'Code' | 'Bearer', secret: string | null) {
  if (secret === null) return null;
  const response = await fetch(SESSION_PATH, { headers: { authorization: `${kind} ${secret}` } });
  if (response.status === 401) return null;
  if (!response.ok) throw new Error(`The workstation answers with ${response.status}.`);
  return (await response.json()) as { readonly token: string; readonly media: string };
}
