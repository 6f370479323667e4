import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a browser that was let in gets, for as long as the program runs. */
export interface BrowserSession {
  /** Who has it may do everything: 256 random bits. Scripts send it; a cookie would go to every port of this host. */
  readonly token: string;
  /** Stands in addresses of pictures and maps, which no script asks for, and opens nothing else. */
  readonly media: string;
}

export interface OpeningCodeOptions {
  /** Milliseconds; default: as long as the program runs. */
  readonly lifetime?: number;
  /** It let somebody in. */
  readonly onUsed?: () => void;
}

/**
 * Who is let in. An address may be seen by others, in the command line of the browser that is started with it: it
 * carries a code that lets one browser in, once. What that browser gets for it is in no address of a page.
 */
export class Access {
  readonly session: BrowserSession = { token: newSecret(), media: newSecret() };
  readonly #now: () => number;
  /** By hash. */
  readonly #codes = new Map<string, { readonly until: number; readonly onUsed: (() => void) | undefined }>();

  /** @param now milliseconds that only ever grow */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** A code that lets one browser in. */
  newCode({ lifetime = Number.POSITIVE_INFINITY, onUsed }: OpeningCodeOptions = {}): string {
    const code = newSecret();
    this.#codes.set(digest(code).toString('hex'), { until: this.#now() + lifetime, onUsed });
    return code;
  }

  /** True for the first one who comes with it in time. */
  redeem(code: string): boolean {
    const key = digest(code).toString('hex');
    const known = this.#codes.get(key);
    this.#codes.delete(key);
    if (!known || this.#now() >= known.until) return false;
    known.onUsed?.();
    return true;
  }

  hasToken(given: string | null | undefined): boolean {
    return isSame(given, this.session.token);
  }

  hasMediaKey(given: string | null | undefined): boolean {
    return isSame(given, this.session.media);
  }
}

/** 256 random bits in letters that addresses and headers may hold. */
function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** The time it takes tells nothing about either. */
function isSame(given: string | null | undefined, secret: string): boolean {
  return timingSafeEqual(digest(given ?? ''), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
