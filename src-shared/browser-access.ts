/** How a window in a browser shows that it was let in; `src-main/serve` checks it. */

/** In the address that is opened: `/?open=<code>`, gone from it at once. */
export const CODE_PARAMETER = 'open';
/** Gives a session for `Authorization: Code <code>`, or for the token of one, `Authorization: Bearer <token>`. */
export const SESSION_PATH = '/session';
/** Of pictures' and maps' addresses. */
export const MEDIA_KEY_PARAMETER = 'key';
/** The WebSocket's subprotocol. */
export const RPC_PROTOCOL = 'clipsam';

/** What a WebSocket is opened with: browsers let a script set no other header. */
export function rpcProtocols(token: string): string[] {
  return [RPC_PROTOCOL, `${RPC_PROTOCOL}.${token}`];
}

/** The token among a WebSocket's subprotocols; undefined when there is none. */
export function tokenOf(protocols: string | undefined): string | undefined {
  const start = `${RPC_PROTOCOL}.`;
  const offered = protocols?.split(',').map((one) => one.trim());
  return offered?.find((one) => one.startsWith(start))?.slice(start.length);
}
