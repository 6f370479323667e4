import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { parse, serialize } from 'hono/utils/cookie';

/** Who has it may do everything: 256 random bits, new with every start, in letters that addresses may hold. */
export function newAccessToken(): string {
  return randomBytes(32).toString('base64url');
}

/** True when both are the same; the time it takes tells nothing about either. */
export function isSameToken(given: string | null | undefined, token: string): boolean {
  return timingSafeEqual(digest(given ?? ''), digest(token));
}

/** Cookies are shared by all ports of a host: the port keeps two workstations on one machine apart. */
function cookieName(port: number): string {
  return `clipsam-${port}`;
}

/** Value of `Set-Cookie`: no script may read it, no other site's page may send it, and it ends with the browser. */
export function accessCookie(port: number, token: string): string {
  return serialize(cookieName(port), token, { httpOnly: true, sameSite: 'Strict', path: '/' });
}

/** True when a `Cookie` header carries the token. */
export function carriesToken(cookies: string | undefined, port: number, token: string): boolean {
  const name = cookieName(port);
  return isSameToken(parse(cookies ?? '', name)[name], token);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
