import http from 'node:http';
import { failure } from '../../src-shared/errors.ts';
import { isDownload } from '../../src-shared/pack.ts';

/** How servers are reached. */
export interface WebAccess {
  /** Another base address for the files of one server, with the same paths. */
  readonly mirror?: { readonly of: string; readonly base: string } | undefined;
  /** Sent to this origin (`https://server:port`) alone, whatever leads elsewhere. */
  readonly token?: { readonly value: string; readonly origin: string } | undefined;
  /** The variables HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Default: no proxy. */
  readonly proxy?: ProxyVariables | undefined;
}

/** As environments have them, in capitals or small letters. */
export type ProxyVariables = Readonly<Partial<Record<string, string>>>;

/** A failure after which another try may succeed. */
export class PassingFailure extends Error {
  /** Bytes came before it failed. */
  readonly gotFurther: boolean;
  /** Seconds that the server asks to wait. */
  readonly retryAfter: number | undefined;

  constructor(
    message: string,
    options: { readonly cause?: unknown; readonly gotFurther?: boolean; readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.gotFurther = options.gotFurther ?? false;
    this.retryAfter = options.retryAfter;
  }
}

/** What a server says of the file that it leads to: see Hugging Face's `x-linked-etag` and `x-linked-size`. */
export interface LinkedFile {
  readonly sha256: string | undefined;
  readonly bytes: number | undefined;
}

/** HTTP statuses after which another try may succeed. */
const PASSING: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
const MOST_REDIRECTS = 5;

/** Where a file is asked for: at the mirror, if there is one for its server. */
export function addressAt(url: string, { mirror }: WebAccess): string {
  if (!mirror || !url.startsWith(withSlash(mirror.of))) return url;
  return withSlash(mirror.base) + url.slice(withSlash(mirror.of).length);
}

/**
 * Asks for a file as it lies on the server, following redirects.
 * @returns the answer, and what the servers on the way said of the file
 * @throws PassingFailure; ClipSamError `download-failed`, `input-invalid` when the proxy's address is none
 */
export async function requestFile(
  url: string,
  headers: Readonly<Record<string, string>>,
  access: WebAccess,
  signal: AbortSignal,
): Promise<{ readonly response: Response; readonly linked: LinkedFile }> {
  chooseProxy(access.proxy);
  const start = addressAt(url, access);
  let address = start;
  let linked: LinkedFile = { sha256: undefined, bytes: undefined };
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const { token } = access;
    const isForToken = token !== undefined && new URL(address).origin === token.origin;
    const response = await fetch(address, {
      // Compressed on the way, a range would be one of other bytes.
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(isForToken && { authorization: `Bearer ${token.value}` }),
      },
      redirect: 'manual',
      signal,
    }).catch((cause: unknown) => {
      throw new PassingFailure(reasonOfFetch(cause), { cause });
    });
    // Only the server that was asked knows what was asked for.
    if (hops === 0) linked = linkedFile(response.headers);
    if (!REDIRECTS.includes(response.status)) return { response, linked };
    await response.body?.cancel();
    address = redirected(address, response.headers.get('location'));
  }
  throw failure(
    'server-redirects',
    { address: start },
    `${start} leads on more than ${MOST_REDIRECTS} times. Ask for the file's final address.`,
  );
}

/**
 * Where a redirect leads.
 * @throws ClipSamError `download-failed` when that is no address to download from, or less safe than the one before
 */
export function redirected(from: string, location: string | null): string {
  const to = location === null ? null : URL.parse(location, from);
  const isLessSafe = from.startsWith('https:') && to?.protocol !== 'https:';
  if (to && !isLessSafe && isDownload(to.href)) return to.href;
  throw failure(
    'server-redirects',
    { address: from },
    `${from} leads on to ${to?.href ?? 'nowhere'}, which is not allowed: only https is. Ask for the file's final address.`,
  );
}

/** The error for an answer that is not the file. */
export async function refusal(address: string, response: Response): Promise<Error> {
  await response.body?.cancel();
  const { status } = response;
  if (PASSING.includes(status)) {
    const retryAfter = secondsToWait(response.headers.get('retry-after'), Date.now());
    return new PassingFailure(`its answer is ${status}`, { ...(retryAfter !== undefined && { retryAfter }) });
  }
  if (status === 401 || status === 403) {
    return failure(
      'server-denies',
      { address, status },
      `${address} is not for everybody: the server's answer is ${status}. If you have an account there, set HF_TOKEN to a token of it, and accept the model's conditions on its page.`,
    );
  }
  return failure(
    'server-refused',
    { address, status },
    `${address} cannot be downloaded: the server's answer is ${status}. Check the address, or ask who runs the server.`,
  );
}

/**
 * What `Retry-After` asks for.
 * @param now milliseconds since 1970
 * @returns seconds; undefined when it says nothing that can be understood
 */
export function secondsToWait(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000);
}

/** Node's `fetch` says only "fetch failed"; its cause says why. */
export function reasonOfFetch(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const told = cause instanceof Error ? cause : error;
  if (told instanceof Error && told.name === 'AbortError') return 'no answer in time';
  return told instanceof Error ? told.message : String(told);
}

function linkedFile(headers: Headers): LinkedFile {
  const tag = headers.get('x-linked-etag')?.replaceAll('"', '').toLowerCase();
  const size = headers.get('x-linked-size');
  return {
    // Of small files it is another kind of hash.
    sha256: tag !== undefined && /^[0-9a-f]{64}$/.test(tag) ? tag : undefined,
    bytes: size !== null && /^\d+$/.test(size) ? Number(size) : undefined,
  };
}

function withSlash(base: string): string {
  return base.endsWith('/') ? base : `${base}/`;
}

/** Of which proxy `fetch` was told last. */
let told = '{}';

/** Node has one `fetch` for the whole program, and so one proxy. */
function chooseProxy(proxy: ProxyVariables = {}): void {
  const named = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => {
    const value = proxy[name.toLowerCase()] ?? proxy[name];
    return value ? [[name, value] as const] : [];
  });
  const asked = JSON.stringify(Object.fromEntries(named));
  if (asked === told) return;
  try {
    http.setGlobalProxyFromEnv(Object.fromEntries(named));
  } catch (cause) {
    const address = named.map(([name, value]) => `${name}=${withoutPassword(value)}`).join(', ');
    throw failure(
      'proxy-invalid',
      { address },
      `No proxy can be reached by ${address}: its address must look like http://server:port.`,
      cause,
    );
  }
  told = asked;
}

function withoutPassword(address: string): string {
  return address.replace(/(^|\/\/)[^/]*@/, '$1…@');
}
