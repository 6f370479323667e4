import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A file as a server has it, and how it answers. Changes count from the next request on. */
export interface ServedFile {
  content: Uint8Array | string;
  etag?: string;
  lastModified?: string;
  /** False: the whole file, whatever was asked for. */
  hasRanges?: boolean;
  /** Bytes after which the next answer breaks; used up by it. */
  breakAfter?: number | undefined;
  /** Resolves when the reader has so many bytes of the file: an answer breaks only then. */
  isRead?: (bytes: number) => Promise<unknown>;
  /** Bytes after which the next answer comes to a standstill; used up by it. */
  stallAfter?: number | undefined;
  /** Answers before any other; used up one by one. */
  statuses?: number[];
  /** With every answer, those of {@link statuses} and redirects too. */
  headers?: Record<string, string>;
  redirect?: string;
  /** How long it says to be; `pieces`: it comes in pieces; `nothing`: until the connection ends. */
  length?: number | 'pieces' | 'nothing';
}

interface Question {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** A server on this machine that ends with the test. What it has not is 404. */
export async function fileServer(files: Record<string, ServedFile>) {
  const questions: Question[] = [];
  /** Of each question, what it proves who asks with. */
  const authorizations: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    questions.push({
      path: request.url!,
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
    });
    authorizations.push(request.headers.authorization);
    await answer(files[request.url!], request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return {
    files,
    questions,
    authorizations,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close,
  };
}

async function answer(
  file: ServedFile | undefined,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const status = file ? file.statuses?.shift() : 404;
  const more = file?.headers ?? {};
  if (!file || status !== undefined) return void response.writeHead(status ?? 404, more).end('an error page');
  if (file.redirect !== undefined)
    return void response.writeHead(302, { ...more, location: file.redirect }).end();
  const content = Buffer.from(file.content);
  const { etag, lastModified, hasRanges = true } = file;
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
  const isSame = [etag, lastModified].includes(headers['if-range'] as string | undefined);
  const start = hasRanges && from !== undefined && isSame ? Number(from) : 0;
  if (start === content.length && start > 0) {
    return void response.writeHead(416, { ...more, 'content-range': `bytes */${content.length}` }).end();
  }
  if (file.length === 'nothing') response.useChunkedEncodingByDefault = false;
  response.writeHead(start > 0 ? 206 : 200, {
    ...more,
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified }),
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    ...(file.length === undefined && { 'content-length': content.length - start }),
    ...(typeof file.length === 'number' && { 'content-length': file.length }),
    ...(file.length === 'nothing' && { connection: 'close' }),
  });
  const { breakAfter, stallAfter } = file;
  file.breakAfter = undefined;
  file.stallAfter = undefined;
  const end = Math.min(content.length, start + (breakAfter ?? stallAfter ?? content.length));
  for (let at = start; at < end; at += 1 << 14) {
    if (response.destroyed) return;
    await new Promise((resolve) =>
      response.write(content.subarray(at, Math.min(end, at + (1 << 14))), resolve),
    );
  }
  if (stallAfter !== undefined) return;
  if (typeof file.length === 'number') return void response.destroy();
  if (breakAfter === undefined) return void response.end();
  await file.isRead?.(end);
  response.destroy();
}
