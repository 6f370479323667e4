import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { type ClipSamError, failure, throwIfCancelled } from '../../src-shared/errors.ts';
import { isDownload } from '../../src-shared/pack.ts';
import { toWriteError, writeFileAtomically } from './atomic-write.ts';
import { sha256OfFile } from './hash.ts';
import type { ExpectedContent } from './receive-file.ts';

/** Milliseconds; tests have less time. */
export interface DownloadPatience {
  /** A connection that gives no byte for so long is dead. */
  readonly stall: number;
  /** Before each further try. Bytes that came in the meantime start the row anew. */
  readonly waits: readonly number[];
}

const PATIENCE: DownloadPatience = { stall: 30_000, waits: [1_000, 2_000, 5_000, 10_000, 30_000] };

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: DownloadPatience | undefined;
  /** Hears how many bytes of the file are there: also fewer than before, when it has to start anew. */
  onBytes?(there: number): void;
  /** The server did not answer, or the connection broke: the next try is in so many seconds. */
  onWait?(seconds: number): void;
}

/** HTTP statuses after which another try may succeed. */
const PASSING: readonly number[] = [408, 425, 429, 500, 502, 503, 504];
const MOST_REDIRECTS = 5;

/** A failure after which another try may succeed. */
class Passing extends Error {
  /** Bytes came before it failed. */
  readonly gotFurther: boolean;

  constructor(message: string, options: { readonly cause?: unknown; readonly gotFurther?: boolean } = {}) {
    super(message, options);
    this.gotFurther = options.gotFurther ?? false;
  }
}

/**
 * Downloads a file to `path`, which is not to be taken for the file before this resolves. What is there goes on from
 * where it stopped, also after a crash, if the server says that its file is still the same (`Range`, `If-Range`).
 * The whole file is hashed; one that is another is removed.
 * @throws ClipSamError `download-failed` when the server refuses it, or does not answer for long (what is there
 *   stays), `pack-hash-mismatch`, `cancelled` (what is there stays), `disk-full`, `path-denied`
 */
export async function download(
  url: string,
  path: string,
  expected: ExpectedContent,
  options: DownloadOptions = {},
): Promise<void> {
  for (let isRepeated = false; ; isRepeated = true) {
    const before = await bytesOf(path);
    await patiently(url, options, (signal, alive) => fetchRest(url, path, expected, options, signal, alive));
    if ((await sha256OfFile(path)) === expected.sha256) return rm(stateOf(path), { force: true });
    await removePart(path);
    options.onBytes?.(0);
    // What an earlier program left may have suffered from a power cut; what came just now has not.
    if (before === 0 || isRepeated) throw altered(url, 'its content is another one');
  }
}

/** Removes what was downloaded of a file. */
export async function removePart(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(stateOf(path), { force: true });
}

/**
 * A small text from a server.
 * @throws ClipSamError `download-failed`, `pack-invalid` when it has more than `limit` bytes, `cancelled`
 */
export async function downloadText(
  url: string,
  limit: number,
  options: DownloadOptions = {},
): Promise<string> {
  return patiently(url, options, async (signal, alive) => {
    const response = await request(url, {}, signal);
    if (response.status !== 200) throw await refusal(url, response);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      alive();
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes <= limit) continue;
      throw failure(
        'pack-description-broken',
        { file: url },
        `${url} has more than ${limit} bytes: it is something else.`,
      );
    }
    return Buffer.concat(chunks).toString('utf8');
  });
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

/**
 * Tries until it succeeds, fails for good, or patience is at its end.
 * @param attempt must call `alive` now and then; its signal is aborted when it doesn't
 */
async function patiently<T>(
  url: string,
  { signal, patience = PATIENCE, onWait }: DownloadOptions,
  attempt: (signal: AbortSignal, alive: () => void) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    throwIfCancelled(signal);
    const stalled = new AbortController();
    const timer = setTimeout(() => stalled.abort(), patience.stall);
    try {
      const signals = [stalled.signal, ...(signal ? [signal] : [])];
      return await attempt(AbortSignal.any(signals), () => timer.refresh());
    } catch (error) {
      throwIfCancelled(signal);
      if (!(error instanceof Passing)) throw error;
      if (error.gotFurther) failures = 0;
      const wait = patience.waits[failures++];
      if (wait === undefined) throw unreachable(url, error);
      onWait?.(wait / 1000);
      await after(wait, undefined, { signal }).catch(() => {});
    } finally {
      clearTimeout(timer);
    }
  }
}

async function fetchRest(
  url: string,
  path: string,
  { bytes: total }: ExpectedContent,
  { onBytes }: DownloadOptions,
  signal: AbortSignal,
  alive: () => void,
): Promise<void> {
  let there = await bytesOf(path);
  if (there === total) return;
  const validator = there < total ? await validatorOf(path, url) : undefined;
  if (validator === undefined) there = 0;
  const range: Record<string, string> = there > 0 ? { range: `bytes=${there}-`, 'if-range': validator! } : {};
  const response = await request(url, range, signal);
  const { status, headers } = response;
  if (status === 416) {
    // The server has fewer bytes than are there: they are of another file.
    await response.body?.cancel();
    await removePart(path);
    throw new Passing('it has another file now');
  }
  if (status !== 200 && status !== 206) throw await refusal(url, response);
  const [, start, size] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers.get('content-range') ?? '') ?? [];
  const stated = status === 206 ? size : headers.get('content-length');
  if (stated != null && stated !== '*' && Number(stated) !== total) {
    await response.body?.cancel();
    throw altered(url, `it has ${stated} bytes instead of ${total}`);
  }
  if (status === 206 && Number(start) !== there) {
    await response.body?.cancel();
    await removePart(path);
    throw new Passing('it sent another part than was asked for');
  }
  if (status === 200) {
    await removePart(path);
    there = 0;
    await saveValidator(path, url, headers);
  }
  onBytes?.(there);
  const first = there;
  const file = await open(path, 'a').catch((error: unknown) => {
    throw toWriteError(error, path);
  });
  try {
    for await (const chunk of bodyOf(response, () => there > first)) {
      alive();
      there += chunk.byteLength;
      if (there > total) throw altered(url, `it has more than ${total} bytes`);
      await append(file, chunk, path);
      onBytes?.(there);
    }
    if (there < total) throw new Passing('the connection broke', { gotFurther: there > first });
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The pieces of an answer. A connection that breaks throws {@link Passing}: another try may succeed. */
async function* bodyOf({ body }: Response, gotFurther: () => boolean): AsyncGenerator<Uint8Array> {
  const chunks = (body ?? new ReadableStream<Uint8Array>())[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((cause: unknown) => {
        throw new Passing(`the connection broke: ${reasonOf(cause)}`, { cause, gotFurther: gotFurther() });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await chunks.return?.().catch(() => {});
  }
}

/** Asks for a file as it lies on the server, following redirects. */
async function request(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Response> {
  let address = url;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await fetch(address, {
      // Compressed on the way, a range would be one of other bytes.
      headers: { ...headers, 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal,
    }).catch((cause: unknown) => {
      throw new Passing(reasonOf(cause), { cause });
    });
    if (![301, 302, 303, 307, 308].includes(response.status)) return response;
    await response.body?.cancel();
    address = redirected(address, response.headers.get('location'));
  }
  throw failure(
    'server-redirects',
    { address: url },
    `${url} leads on more than ${MOST_REDIRECTS} times. Ask for the file's final address.`,
  );
}

async function refusal(url: string, response: Response): Promise<Error> {
  await response.body?.cancel();
  const { status } = response;
  if (PASSING.includes(status)) return new Passing(`its answer is ${status}`);
  return failure(
    'server-refused',
    { address: url, status },
    `${url} cannot be downloaded: the server's answer is ${status}. Check the address, or ask who runs the server.`,
  );
}

function unreachable(url: string, cause: Passing): ClipSamError {
  return failure(
    'server-unreachable',
    { address: url },
    `${url} does not answer as it should (${cause.message}). Check the network and try again: what was downloaded is kept, and the download goes on from there.`,
    cause,
  );
}

function altered(url: string, how: string): ClipSamError {
  return failure(
    'download-altered',
    { address: url },
    `${url} is not the file that the pack was made with: ${how}. It was not kept. Ask who made the pack for the right address.`,
  );
}

/** Node's `fetch` says only "fetch failed"; its cause says why. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const told = cause instanceof Error ? cause : error;
  if (told instanceof Error && told.name === 'AbortError') return 'no answer in time';
  return told instanceof Error ? told.message : String(told);
}

async function append(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    await file.appendFile(chunk);
  } catch (error) {
    throw toWriteError(error, path);
  }
}

async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** Beside the part: of what it is one. */
function stateOf(path: string): string {
  return `${path}.json`;
}

/** By what the server tells whether its file is still the one of the part; undefined: it cannot be known. */
async function validatorOf(path: string, url: string): Promise<string | undefined> {
  try {
    const state = JSON.parse(await readFile(stateOf(path), 'utf8')) as { url?: unknown; validator?: unknown };
    return state.url === url && typeof state.validator === 'string' ? state.validator : undefined;
  } catch {
    return undefined;
  }
}

async function saveValidator(path: string, url: string, headers: Headers): Promise<void> {
  const etag = headers.get('etag');
  // A weak tag promises the same meaning, not the same bytes.
  const validator = etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
  if (validator !== null) await writeFileAtomically(stateOf(path), JSON.stringify({ url, validator }));
}
