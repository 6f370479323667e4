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
  redirect?: string;
}

interface Question {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
}

/** A server on this machine that ends with the test. What it has not is 404. */
export async function fileServer(files: Record<string, ServedFile>) {
  const questions: Question[] = [];
  const server = createServer(async (request, response) => {
    questions.push({
      path: request.url!,
      range: request.headers.range,
      ifRange: request.headers['if-range'] as string | undefined,
    });
    await answer(files[request.url!], request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { files, questions, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

async function answer(
  file: ServedFile | undefined,
  { headers }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const status = file ? file.statuses?.shift() : 404;
  if (!file || status !== undefined) return void response.writeHead(status ?? 404).end('an error page');
  if (file.redirect !== undefined) return void response.writeHead(302, { location: file.redirect }).end();
  const content = Buffer.from(file.content);
  const { etag, lastModified, hasRanges = true } = file;
  const [, from] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? [];
  const isSame = [etag, lastModified].includes(headers['if-range'] as string | undefined);
  const start = hasRanges && from !== undefined && isSame ? Number(from) : 0;
  response.writeHead(start > 0 ? 206 : 200, {
    ...(etag !== undefined && { etag }),
    ...(lastModified !== undefined && { 'last-modified': lastModified }),
    ...(start > 0 && { 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` }),
    'content-length': content.length - start,
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
  if (breakAfter === undefined) return void response.end();
  await file.isRead?.(end);
  response.destroy();
}
