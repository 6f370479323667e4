import { z } from 'zod';
import { inspectorNameSchema } from './field-schemas.ts';
import { inspectorSchema, pinSchema } from './roles.ts';

// How a window in a browser shows that it was let in; `src-main/serve` checks it.

/** In the address that is opened: `/?open=<code>`, gone from it at once. */
export const CODE_PARAMETER = 'open';
/** Gives a session for `Authorization: Code <code>`, or for the token of one, `Authorization: Bearer <token>`. */
export const SESSION_PATH = '/session';
/**
 * Over a network: `POST` with {@link SignIn} in JSON signs in and sets a cookie, and `GET` of {@link SESSION_PATH} tells who is
 * signed in with it ({@link networkSessionSchema}); 401 means nobody is, with the header {@link WAY_IN_HEADER}.
 */
export const SIGN_IN_PATH = '/sign-in';
/** `POST` signs out and takes the cookie away. */
export const SIGN_OUT_PATH = '/sign-out';
/** How one gets in, in answers of {@link SESSION_PATH}: `code` or `sign-in`. */
export const WAY_IN_HEADER = 'x-clipsam-way-in';
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

export const signInSchema = z.strictObject({ name: inspectorNameSchema, pin: pinSchema });
export type SignIn = z.infer<typeof signInSchema>;

export const networkSessionSchema = z.object({ inspector: inspectorSchema });
