import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { SIGN_IN_PATH, SIGN_OUT_PATH, type SignIn, signInSchema } from '../../src-shared/browser-access.ts';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import { parseJson } from '../../src-shared/parse-json.ts';
import type { ShellApp } from './http-server.ts';
import type { NetworkGate } from './network-gate.ts';
import { type NetworkLimits, tooMany } from './network-limits.ts';
import { type NetworkSessions, NO_SESSION_COOKIE, sessionCookie } from './network-sessions.ts';

export interface SignInOptions {
  readonly gate: NetworkGate;
  readonly sessions: NetworkSessions;
  readonly limits: NetworkLimits;
}

/** The ways in and out: `POST` of name and PIN in JSON for a cookie, and its end. Errors are error records in JSON. */
export function addSignIn(app: ShellApp, { gate, sessions, limits }: SignInOptions): void {
  let checking = 0;
  const isTooLong = (c: Context) =>
    answer(c, 413, new ClipSamError('input-invalid', 'Name and PIN are too long.'));
  app.post(SIGN_IN_PATH, bodyLimit({ maxSize: limits.signInBytes, onError: isTooLong }), async (c) => {
    // A form of another page can't send this type without asking first.
    if (!/^application\/json(;|$)/i.test(c.req.header('content-type') ?? '')) {
      return answer(c, 415, new ClipSamError('input-invalid', 'Name and PIN come as JSON.'));
    }
    const wait = gate.countSignIn(c.env.incoming);
    if (wait > 0) return refuseFor(c, tooMany(wait));
    if (checking >= limits.signInsAtOnce) return refuseFor(c, tooMany(BUSY_SECONDS));
    checking++;
    try {
      const { name, pin } = signInOf(await c.req.text());
      const { token, inspector } = await sessions.signIn(name, pin);
      c.header('set-cookie', sessionCookie(token));
      return c.json({ inspector });
    } catch (error) {
      if (error instanceof ClipSamError) return refuseFor(c, error);
      throw error;
    } finally {
      checking--;
    }
  });
  app.post(SIGN_OUT_PATH, bodyLimit({ maxSize: limits.signInBytes, onError: isTooLong }), async (c) => {
    await sessions.signOut(c.env.incoming);
    c.header('set-cookie', NO_SESSION_COOKIE);
    return c.json({});
  });
}

/** Seconds until there is room for another sign-in, roughly. */
const BUSY_SECONDS = 5;

/** Answers with an error as programs and the window read it; who may try again later is told when. */
export function refuseFor(c: Context, error: ClipSamError): Response {
  const { code, details } = error;
  const seconds = details && 'seconds' in details ? Number(details.seconds) : undefined;
  if (seconds !== undefined) c.header('retry-after', String(seconds));
  const status = seconds !== undefined ? 429 : code === 'input-invalid' ? 400 : 401;
  return answer(c, status, error);
}

function answer(c: Context, status: 400 | 401 | 413 | 415 | 429, error: ClipSamError): Response {
  return c.json(toErrorRecord(error), status);
}

function signInOf(text: string): SignIn {
  let given: unknown;
  try {
    given = parseJson(text);
  } catch (cause) {
    throw new ClipSamError('input-invalid', 'Name and PIN come as JSON.', { cause });
  }
  const { success, data } = signInSchema.safeParse(given);
  if (success) return data;
  throw new ClipSamError('input-invalid', 'Give a name and a PIN of at least four characters.');
}
