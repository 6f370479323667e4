import { randomBytes } from 'node:crypto';
import { SIGNS_OF_LIFE_EVERY } from '../../../src-shared/roles.ts';
import { getInspector, type StoredInspector } from '../../store/people.ts';
import type { Workspace } from '../../store/workspace.ts';

/** Two clocks, in milliseconds. */
export interface Clocks {
  /** Only ever grows; may stand still while the machine sleeps. */
  readonly steady: () => number;
  /** Goes on while the machine sleeps; may be set. */
  readonly wall: () => number;
}

export interface SessionsOptions {
  readonly workspace: Workspace;
  readonly clocks: Clocks;
  /** Minutes after which a session that nobody uses is over; null: never. */
  readonly idleMinutes: () => Promise<number | null>;
  /** Hears whose session ended because nobody was there. */
  readonly onIdle: (inspector: StoredInspector) => Promise<void>;
}

interface Session {
  readonly inspector: StoredInspector;
  readonly seen: { readonly steady: number; readonly wall: number };
}

/**
 * Who is signed in. A session ends with the program; with its inspector's role or PIN, by whatever program that was
 * changed; and when nobody was there for as many minutes as the workspace allows: neither setting the clock back nor
 * letting the machine sleep makes it last longer.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  /** By token. */
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** @returns the token */
  begin(inspector: StoredInspector): string {
    const token = randomBytes(24).toString('base64url');
    this.#keep(token, inspector);
    return token;
  }

  /** Goes on as the inspector is now. */
  renew(token: string, inspector: StoredInspector): void {
    if (this.#sessions.has(token)) this.#keep(token, inspector);
  }

  /** @returns whose it was */
  end(token: string): StoredInspector | undefined {
    const inspector = this.#sessions.get(token)?.inspector;
    this.#sessions.delete(token);
    return inspector;
  }

  /**
   * Whose session it is; null when it is over or never was.
   * @param isAlive somebody is there: the minutes begin anew
   */
  async inspectorOf(token: string | null, isAlive = false): Promise<StoredInspector | null> {
    const session = token === null ? undefined : this.#sessions.get(token);
    if (token === null || !session) return null;
    if (await this.#isIdle(session)) {
      if (this.#sessions.delete(token)) await this.#options.onIdle(session.inspector);
      return null;
    }
    const now = await getInspector(this.#options.workspace, session.inspector.id);
    if (now?.epoch !== session.inspector.epoch) {
      this.#sessions.delete(token);
      return null;
    }
    if (isAlive) this.renew(token, session.inspector);
    return session.inspector;
  }

  async #isIdle({ seen }: Session): Promise<boolean> {
    const minutes = await this.#options.idleMinutes();
    if (minutes === null) return false;
    const { steady, wall } = this.#options.clocks;
    const quiet = Math.max(steady() - seen.steady, wall() - seen.wall);
    return quiet >= minutes * 60_000 + SIGNS_OF_LIFE_EVERY;
  }

  #keep(token: string, inspector: StoredInspector): void {
    const { steady, wall } = this.#options.clocks;
    this.#sessions.set(token, { inspector, seen: { steady: steady(), wall: wall() } });
  }
}
