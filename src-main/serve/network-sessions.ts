import type { IncomingMessage } from 'node:http';
import type { Inspector } from '../../src-shared/roles.ts';
import type { Workstation } from '../api/workstation.ts';

/**
 * The cookie that carries a session. `__Host-`: browsers take it only over TLS, for this host alone and all its paths
 * (RFC 6265bis, 4.1.3.2).
 */
const SESSION_COOKIE = '__Host-clipsam';
const FLAGS = 'Path=/; Secure; HttpOnly; SameSite=Strict';

export interface NetworkSession {
  readonly token: string;
  readonly inspector: Inspector;
}

/** Who is signed in over a network, by the cookie that their browser has. It is gone when the browser is closed. */
export class NetworkSessions {
  readonly #people: Workstation['people'];
  readonly #onEnd: (token: string) => void;
  readonly #tokens = new Set<string>();

  /** @param onEnd hears of every session that is over: signed out, idle, or of somebody with another role or PIN */
  constructor(people: Workstation['people'], onEnd: (token: string) => void) {
    this.#people = people;
    this.#onEnd = onEnd;
  }

  /** @throws ClipSamError as `People.signInByName` */
  async signIn(name: string, pin: string): Promise<NetworkSession> {
    const session = await this.#people.signInByName(name, pin);
    this.#tokens.add(session.token);
    return session;
  }

  /** Whose request it is; null where nobody is signed in with its cookie. */
  async of(request: IncomingMessage): Promise<NetworkSession | null> {
    const token = cookieOf(request);
    // A token of another shell of the same workspace opens nothing here.
    if (token === null || !this.#tokens.has(token)) return null;
    const inspector = await this.#people.who(token);
    if (inspector) return { token, inspector };
    this.#end(token);
    return null;
  }

  async signOut(request: IncomingMessage): Promise<void> {
    const token = cookieOf(request);
    if (token === null || !this.#tokens.has(token)) return;
    await this.#people.signOut(token);
    this.#end(token);
  }

  /** Ends what is over. */
  async check(): Promise<void> {
    for (const token of [...this.#tokens]) if (!(await this.#people.who(token))) this.#end(token);
  }

  #end(token: string): void {
    if (this.#tokens.delete(token)) this.#onEnd(token);
  }
}

/** For `Set-Cookie`: the cookie with a session, until the browser closes. */
export function sessionCookie(token: string): string {
  return `${SESSION_COOKIE}=${token}; ${FLAGS}`;
}

/** For `Set-Cookie`: takes the cookie away. */
export const NO_SESSION_COOKIE = `${SESSION_COOKIE}=; ${FLAGS}; Max-Age=0`;

function cookieOf({ headers }: IncomingMessage): string | null {
  const start = `${SESSION_COOKIE}=`;
  const ours = (headers.cookie ?? '').split(';').map((one) => one.trim());
  const found = ours.filter((one) => one.startsWith(start));
  // Two of them: one is not ours.
  return found.length === 1 ? found[0]!.slice(start.length) : null;
}
