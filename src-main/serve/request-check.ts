import type { IncomingMessage } from 'node:http';
import { MEDIA_KEY_PARAMETER, tokenOf } from '../../src-shared/browser-access.ts';
import type { Access } from './access.ts';

/** Why a request is not answered. The message says what to do. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 405 | 413 | 421;
  readonly message: string;
}

/** What the checks are made against: the port that is listened on, and who is let in. */
export interface Gate {
  readonly port: number;
  readonly access: Access;
}

/** Everything that the workstation serves has such a path: no `%`, no `\`, no control characters, nothing empty. */
const PATH = /^\/(?:[\w.~@-]+(?:\/[\w.~@-]+)*)?$/;

/**
 * Checks that hold for every request, whoever sends it. `Host` must be this machine's own name, or a page that
 * rebinds its own name to 127.0.0.1 could talk to us; a page of another origin gets nothing at all; nothing but GET and
 * HEAD without a body is ever asked for over HTTP.
 */
export function checkRequest(request: IncomingMessage, { port }: Gate): Refusal | undefined {
  const { method, headers, headersDistinct, url = '' } = request;
  const hosts = headersDistinct.host ?? [];
  if (hosts.length !== 1 || !ownHosts(port).includes(hosts[0]!.toLowerCase())) {
    return {
      status: 421,
      message:
        `This is not the address of the workstation. Use http://127.0.0.1:${port} or http://localhost:${port}; ` +
        `over SSH, forward the same port number: ssh -L ${port}:127.0.0.1:${port} <machine>`,
    };
  }
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, message: 'Only GET is served here.' };
  if (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0) {
    return { status: 413, message: 'No request here has a body.' };
  }
  const path = url.split('?', 1)[0]!;
  if (!PATH.test(path) || /\/\.{1,2}(?:\/|$)/.test(path)) {
    return { status: 400, message: 'There is no such path.' };
  }
  const { origin } = headers;
  if (origin !== undefined && origin !== `http://${headers.host}`) {
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

/** Checks the key in the address of a picture or a map. */
export function checkMedia(url: string, { access }: Gate): Refusal | undefined {
  const key = new URL(url).searchParams.get(MEDIA_KEY_PARAMETER);
  return access.hasMediaKey(key) ? undefined : NOT_LET_IN;
}

/** Checks of a WebSocket's upgrade: browsers always send its origin, and its origin must be ours. */
export function checkUpgrade(request: IncomingMessage, gate: Gate): Refusal | undefined {
  const refusal = checkRequest(request, gate);
  if (refusal) return refusal;
  const token = tokenOf(request.headers['sec-websocket-protocol']);
  if (!gate.access.hasToken(token)) return NOT_LET_IN;
  if (request.url !== '/rpc') return { status: 400, message: 'WebSockets are served under /rpc.' };
  if (request.headers.origin === undefined) {
    return { status: 403, message: 'A WebSocket needs the Origin header.' };
  }
  return undefined;
}

function ownHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}
