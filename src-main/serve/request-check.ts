import type { IncomingMessage } from 'node:http';
import { MEDIA_KEY_PARAMETER, tokenOf } from '../../src-shared/browser-access.ts';
import type { Access } from './access.ts';

/** Why a request is not answered. The message says what to do. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 413 | 415 | 421;
  readonly message: string;
}

/** Where the workstation is, as requests name it. */
export interface Place {
  readonly scheme: 'http' | 'https';
  /** Whether a `Host` is the workstation's. */
  isOwnHost(host: string): boolean;
  /** What who came by another name is told. */
  readonly advice: string;
  /** Whether a request with effects, and with a body, is expected at a path. */
  takes?(method: string, path: string): boolean;
}

/** What the checks are made against on this machine: where it is, and who is let in. */
export interface Gate {
  readonly place: Place;
  readonly access: Access;
}

/** The workstation on a port of this machine. */
export function loopbackPlace(port: number): Place {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
  return {
    scheme: 'http',
    isOwnHost: (host) => own.includes(host),
    advice:
      `Use http://127.0.0.1:${port} or http://localhost:${port}; ` +
      `over SSH, forward the same port number: ssh -L ${port}:127.0.0.1:${port} <machine>`,
  };
}

/** Everything that the workstation serves has such a path: no `%`, no `\`, no control characters, nothing empty. */
const PATH = /^\/(?:[\w.~@-]+(?:\/[\w.~@-]+)*)?$/;

/**
 * Checks that hold for every request, whoever sends it. `Host` must be the workstation's own name, or a page that
 * rebinds its own name to our address could talk to us; a page of another origin gets nothing at all; nothing but GET and
 * HEAD without a body is asked for over HTTP, but where the place takes more, and then only by a page that says it is ours.
 */
export function checkRequest(request: IncomingMessage, place: Place): Refusal | undefined {
  const { method = '', headers, headersDistinct, url = '' } = request;
  const hosts = headersDistinct.host ?? [];
  if (hosts.length !== 1 || !place.isOwnHost(hosts[0]!.toLowerCase())) {
    return { status: 421, message: `This is not the address of the workstation. ${place.advice}` };
  }
  const path = url.split('?', 1)[0]!;
  const isTaken = place.takes?.(method, path) ?? false;
  if (!isTaken) {
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, message: 'Only GET is served here.' };
    if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
      return { status: 413, message: 'No request here has a body.' };
    }
  }
  if (!PATH.test(path) || /\/\.{1,2}(?:\/|$)/.test(path)) {
    return { status: 400, message: 'There is no such path.' };
  }
  const { origin } = headers;
  if (origin === undefined ? isTaken : origin !== `${place.scheme}://${headers.host}`) {
    return { status: 403, message: "Another page's requests are not answered." };
  }
  const site = headers['sec-fetch-site'];
  const isNavigation = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isNavigation) {
    return { status: 403, message: "Another page's requests are not answered." };
  }
  return undefined;
}

/** What who was not let in is told. */
export const NOT_LET_IN: Refusal = {
  status: 401,
  message:
    'Open the newest address that `clipsam serve` (or `npm start`) printed in its terminal. Each lets one browser in, once.',
};

/** What a request for a session shows: a code to begin with, or the token of the session that goes on. */
export function hasSession({ headers }: IncomingMessage, { access }: Gate): boolean {
  const [, kind, secret = ''] = /^(Code|Bearer) ([\w-]+)$/.exec(headers.authorization ?? '') ?? [];
  if (kind === 'Code') return access.redeem(secret);
  return kind === 'Bearer' && access.hasToken(secret);
}

/** The token that a request shows; undefined: none. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  return /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '')?.[1];
}

/** Checks the key in the address of a picture or a map. */
export function checkMedia(url: string, { access }: Gate): Refusal | undefined {
  const key = new URL(url).searchParams.get(MEDIA_KEY_PARAMETER);
  return access.hasMediaKey(key) ? undefined : NOT_LET_IN;
}

/**
 * Checks of a WebSocket's upgrade: browsers always send its origin, and its origin must be ours.
 * @param notLetIn why who asks is not let in, if they are not
 */
export function checkUpgrade(
  request: IncomingMessage,
  place: Place,
  notLetIn?: Refusal,
): Refusal | undefined {
  const refusal = checkRequest(request, place);
  if (refusal) return refusal;
  if (notLetIn) return notLetIn;
  if (request.url !== '/rpc') return { status: 400, message: 'WebSockets are served under /rpc.' };
  if (request.headers.origin === undefined) {
    return { status: 403, message: 'A WebSocket needs the Origin header.' };
  }
  return undefined;
}

/** Why the token that an upgrade shows opens nothing, if it does not. */
export function checkToken({ headers }: IncomingMessage, { access }: Gate): Refusal | undefined {
  return access.hasToken(tokenOf(headers['sec-websocket-protocol'])) ? undefined : NOT_LET_IN;
}
