import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { CustomScheme } from 'electron';
import { CONTENT_SECURITY_POLICY } from '../../src-shared/content-security-policy.ts';
import { confinedFile } from '../files/confined-file.ts';

/** Pages, pictures and maps come under a scheme of our own: no server listens, and no other page has this origin. */
export const SCHEME = 'clipsam';
const HOST = 'workstation';
export const START_PAGE = `${SCHEME}://${HOST}/`;

/** What Chromium must know of the scheme before it starts. */
export const PRIVILEGED_SCHEME: CustomScheme = {
  scheme: SCHEME,
  privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
};

const HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};

export interface SchemeOptions {
  /** The built window. */
  readonly rendererFolder: string;
  /** Answers everything below `/media/`. */
  readonly media: (request: Request) => Promise<Response>;
  readonly onError: (error: unknown) => void;
}

/** True for addresses of our own scheme and host. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address);
  return url?.protocol === `${SCHEME}:` && url.host === HOST;
}

/** Answers requests under the scheme: files of the built window and nothing beside it, and `/media/`. */
export function schemeHandler(options: SchemeOptions): (request: Request) => Promise<Response> {
  return async (request) => {
    const response = await answer(request, options).catch((error: unknown) => {
      options.onError(error);
      return plain(500, 'The workstation could not answer; its log says why.');
    });
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
    return response;
  };
}

async function answer(request: Request, { rendererFolder, media }: SchemeOptions): Promise<Response> {
  if (!isOwnAddress(request.url)) return plain(404, 'There is no such place.');
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'Only GET is served here.');
  const { pathname } = new URL(request.url);
  if (pathname.startsWith('/media/')) {
    const response = await media(request);
    // A response's headers may be immutable.
    return new Response(response.body, response);
  }
  const file = await confinedFile(rendererFolder, pathname === '/' ? '/index.html' : pathname);
  if (file === undefined) return plain(404, 'There is no such page.');
  const body = request.method === 'HEAD' ? null : await readFile(file);
  return new Response(body, {
    headers: { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' },
  });
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}
