import { type FileHandle, open } from 'node:fs/promises';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import { toWriteError } from './atomic-write.ts';
import { gitBlobSha1OfFile, sha256OfFile } from './hash.ts';
import { bytesOfPart, readPartState, removePart, removePartState, writePartState } from './part-file.ts';
import { patiently, type TryOptions } from './patiently.ts';
import {
  addressAt,
  type LinkedFile,
  PassingFailure,
  reasonOfFetch,
  refusal,
  requestFile,
  type WebAccess,
} from './web-request.ts';

export interface DownloadOptions extends TryOptions {
  readonly access?: WebAccess | undefined;
  /** Hears how many bytes of the file are there: also fewer than before, when it has to start anew. */
  onBytes?(there: number): void;
}

/** What a file has to be, as far as that is known. */
export interface WantedContent {
  readonly bytes: number | null;
  readonly sha256: string | null;
  /** SHA-1 as git names files: over `blob <bytes>\0` and the content. */
  readonly gitBlobSha1?: string | undefined;
}

/** A file that was downloaded. */
export interface DownloadedContent {
  readonly bytes: number;
  readonly sha256: string;
  /** What its content was compared with; `nothing`: it is taken as it came. */
  readonly comparedWith: 'expected' | 'git' | 'server' | 'nothing';
}

/**
 * Downloads a file to `path`, which is not to be taken for the file before this resolves. What is there goes on from
 * where it stopped, also after a crash, if the server says that its file is still the same (`Range`, `If-Range`).
 * The whole file is hashed and compared with what is expected, and with the SHA-256 that the server states, if it
 * does; one that is another is removed.
 * @throws ClipSamError `download-failed` when the server refuses it, or does not answer for long (what is there
 *   stays), `pack-hash-mismatch`, `cancelled` (what is there stays), `disk-full`, `path-denied`
 */
export async function download(
  url: string,
  path: string,
  expected: WantedContent,
  options: DownloadOptions = {},
): Promise<DownloadedContent> {
  const address = addressAt(url, options.access ?? {});
  for (let isRepeated = false; ; isRepeated = true) {
    const before = await bytesOfPart(path);
    await patiently(address, options, (signal, alive) =>
      fetchRest({ url, address, path, expected, options, signal, alive }),
    );
    const linked = (await readPartState(path, url))?.linked ?? null;
    const sha256 = await sha256OfFile(path);
    const { gitBlobSha1 } = expected;
    const isAnother =
      [expected.sha256, linked].some((known) => known !== null && known !== sha256) ||
      (gitBlobSha1 !== undefined && gitBlobSha1 !== (await gitBlobSha1OfFile(path)));
    if (!isAnother) {
      await removePartState(path);
      const comparedWith =
        expected.sha256 !== null
          ? 'expected'
          : gitBlobSha1 !== undefined
            ? 'git'
            : linked === null
              ? 'nothing'
              : 'server';
      return { bytes: await bytesOfPart(path), sha256, comparedWith };
    }
    await removePart(path);
    options.onBytes?.(0);
    // What an earlier program left may have suffered from a power cut; what came just now has not.
    if (before === 0 || isRepeated) throw altered(address, 'its content is another one');
  }
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
  const { access = {} } = options;
  const address = addressAt(url, access);
  return patiently(address, options, async (signal, alive) => {
    const { response } = await requestFile(url, {}, access, signal);
    if (response.status !== 200) throw await refusal(address, response);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      alive();
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes <= limit) continue;
      throw failure(
        'pack-description-broken',
        { file: address },
        `${address} has more than ${limit} bytes: it is something else.`,
      );
    }
    return Buffer.concat(chunks).toString('utf8');
  });
}

interface Fetching {
  readonly url: string;
  readonly address: string;
  readonly path: string;
  readonly expected: WantedContent;
  readonly options: DownloadOptions;
  readonly signal: AbortSignal;
  alive(): void;
}

async function fetchRest(fetching: Fetching): Promise<void> {
  const { url, address, path, expected, options, signal } = fetching;
  let there = await bytesOfPart(path);
  if (there === expected.bytes) return;
  const isTooLong = expected.bytes !== null && there > expected.bytes;
  const validator = isTooLong ? null : ((await readPartState(path, url))?.validator ?? null);
  if (validator === null) there = 0;
  const range: Record<string, string> = there > 0 ? { range: `bytes=${there}-`, 'if-range': validator! } : {};
  const { response, linked } = await requestFile(url, range, options.access ?? {}, signal);
  const { status, headers } = response;
  if (linked.sha256 !== undefined && expected.sha256 !== null && linked.sha256 !== expected.sha256) {
    await response.body?.cancel();
    throw altered(address, `the server says that its SHA-256 is ${linked.sha256}`);
  }
  if (status === 416) {
    await response.body?.cancel();
    const isWhole = expected.bytes === null && headers.get('content-range') === `bytes */${there}`;
    if (isWhole && there > 0) return;
    // The server has fewer bytes than are there: they are of another file.
    await removePart(path);
    throw new PassingFailure('it has another file now');
  }
  if (status !== 200 && status !== 206) throw await refusal(address, response);
  const total = await agreedSize(fetching, response, linked);
  const start = /^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1];
  if (status === 206 && Number(start) !== there) {
    await response.body?.cancel();
    await removePart(path);
    throw new PassingFailure('it sent another part than was asked for');
  }
  if (status === 200) {
    await removePart(path);
    there = 0;
    await writePartState(path, { url, validator: validatorOf(headers), linked: linked.sha256 ?? null });
  }
  await receive(fetching, response, there, total);
}

/** Appends what comes to the part. @param there bytes of the part @param total bytes of the file; null: not known */
async function receive(
  { address, path, options: { onBytes }, alive }: Fetching,
  response: Response,
  there: number,
  total: number | null,
): Promise<void> {
  onBytes?.(there);
  const first = there;
  const file = await open(path, 'a').catch((error: unknown) => {
    throw toWriteError(error, path);
  });
  try {
    for await (const chunk of bodyOf(response, () => there > first)) {
      alive();
      there += chunk.byteLength;
      if (total !== null && there > total) throw altered(address, `it has more than ${total} bytes`);
      await append(file, chunk, path);
      onBytes?.(there);
    }
    if (total !== null && there < total)
      throw new PassingFailure('the connection broke', { gotFurther: there > first });
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * How many bytes the whole file has: as expected, or as the server says; null when it comes in pieces, whose end is
 * told by the last.
 * @throws ClipSamError `pack-hash-mismatch` when the server has another size, `download-failed` when nobody knows
 */
async function agreedSize(
  { address, expected }: Fetching,
  response: Response,
  linked: LinkedFile,
): Promise<number | null> {
  const { status, headers } = response;
  const range = /^bytes \d+-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  const stated = status === 206 ? range : (headers.get('content-length') ?? undefined);
  const sizes = [expected.bytes, linked.bytes ?? null, stated === undefined ? null : Number(stated)];
  const [total = null, ...others] = sizes.filter((size) => size !== null);
  const another = others.find((size) => size !== total);
  if (another !== undefined) {
    await response.body?.cancel();
    throw altered(address, `it has ${another} bytes instead of ${total}`);
  }
  if (total !== null || headers.has('transfer-encoding') || linked.sha256 !== undefined) return total;
  await response.body?.cancel();
  throw failure(
    'server-unsized',
    { address },
    `${address} comes without its size, so that nobody could tell whether all of it came. Ask for another address, or a mirror.`,
  );
}

/** The pieces of an answer. A connection that breaks throws {@link PassingFailure}: another try may succeed. */
async function* bodyOf({ body }: Response, gotFurther: () => boolean): AsyncGenerator<Uint8Array> {
  const chunks = (body ?? new ReadableStream<Uint8Array>())[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { done, value } = await chunks.next().catch((cause: unknown) => {
        const message = `the connection broke: ${reasonOfFetch(cause)}`;
        throw new PassingFailure(message, { cause, gotFurther: gotFurther() });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await chunks.return?.().catch(() => {});
  }
}

function altered(address: string, how: string): ClipSamError {
  return failure(
    'download-altered',
    { address },
    `${address} is not the file that the pack was made with: ${how}. It was not kept. Ask who made the pack for the right address.`,
  );
}

async function append(file: FileHandle, chunk: Uint8Array, path: string): Promise<void> {
  try {
    await file.appendFile(chunk);
  } catch (error) {
    throw toWriteError(error, path);
  }
}

/** By what the server tells later whether its file is still the same; null: it can't be known. */
function validatorOf(headers: Headers): string | null {
  const etag = headers.get('etag');
  // A weak tag promises the same meaning, not the same bytes.
  return etag !== null && !etag.startsWith('W/') ? etag : headers.get('last-modified');
}
