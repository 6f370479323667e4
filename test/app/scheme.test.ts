import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { isOwnAddress, schemeHandler } from '../../src-main/app/scheme.ts';
import { tempFolder } from '../temp-folder.ts';

const media = vi.fn(async (_request: Request) => Response.json({ served: true }, { status: 206 }));
const onError = vi.fn();
let handle: (request: Request) => Promise<Response>;

beforeEach(async () => {
  const folder = await tempFolder();
  const rendererFolder = join(folder, 'renderer');
  await mkdir(join(rendererFolder, 'assets'), { recursive: true });
  await writeFile(join(rendererFolder, 'index.html'), '<!doctype html>');
  await writeFile(join(rendererFolder, 'assets', 'a.js'), 'script');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(rendererFolder, 'link.txt'));
  handle = schemeHandler({ rendererFolder, media, onError });
  media.mockClear();
});

/** A request as a compromised page might make it: its address is not what the URL standard would make of it. */
function raw(url: string, method = 'GET'): Request {
  return { url, method, headers: new Headers() } as Request;
}

it.each([
  ['/', 'text/html; charset=utf-8', '<!doctype html>'],
  ['/index.html', 'text/html; charset=utf-8', '<!doctype html>'],
  ['/assets/a.js?v=1#top', 'text/javascript; charset=utf-8', 'script'],
])('serves %s', async (path, type, text) => {
  const response = await handle(new Request(`clipsam://workstation${path}`));
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe(type);
  expect(await response.text()).toBe(text);
});

it('sends the policy with everything, errors and media as well', async () => {
  for (const path of ['/', '/missing', '/media/map/coarse/1/2', '/assets/a.js']) {
    const { headers } = await handle(new Request(`clipsam://workstation${path}`));
    const policy = headers.get('content-security-policy')!.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]),
    );
    expect(policy.some((directive) => /script-src.*(unsafe|blob|data|https?:)/.test(directive))).toBe(false);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
});

it('hands media on, with status and headers of the answer', async () => {
  const response = await handle(new Request('clipsam://workstation/media/thumbnail/7?v=1'));
  expect(media.mock.calls[0]![0].url).toBe('clipsam://workstation/media/thumbnail/7?v=1');
  expect(response.status).toBe(206);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(await response.json()).toEqual({ served: true });
});

it('tells the log, not the page, what went wrong', async () => {
  const failure = new Error('/home/me/secret');
  media.mockRejectedValueOnce(failure);
  const response = await handle(new Request('clipsam://workstation/media/thumbnail/7'));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  expect(onError).toHaveBeenCalledWith(failure);
});

it('answers HEAD without a body, and refuses to be written to', async () => {
  const head = await handle(new Request('clipsam://workstation/', { method: 'HEAD' }));
  expect([head.status, await head.text()]).toEqual([200, '']);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
    expect((await handle(raw('clipsam://workstation/media/thumbnail/1', method))).status).toBe(405);
  }
  expect(media).not.toHaveBeenCalled();
});

describe('is confined', () => {
  it.each([
    'clipsam://workstation/../secret.txt',
    'clipsam://workstation/..%2fsecret.txt',
    'clipsam://workstation/%2e%2e/secret.txt',
    'clipsam://workstation/%2e%2e%2fsecret.txt',
    'clipsam://workstation/%252e%252e%252fsecret.txt',
    'clipsam://workstation/..\\secret.txt',
    'clipsam://workstation/..%5csecret.txt',
    'clipsam://workstation/assets/../../secret.txt',
    'clipsam://workstation//etc/passwd',
    'clipsam://workstation/%2fetc%2fpasswd',
    'clipsam://workstation/index.html%00',
    'clipsam://workstation/index.html%00.js',
    'clipsam://workstation/link.txt',
    'clipsam://workstation/assets',
    'clipsam://workstation/C:%5csecret.txt',
    'clipsam://workstation/media/../../secret.txt',
    'clipsam://workstation/%6dedia/thumbnail/1',
    'clipsam://elsewhere/index.html',
    'clipsam://workstation.example.com/index.html',
    'clipsam://workstation:8080/index.html',
    'clipsam:index.html',
    'clipsam:///index.html',
    'file:///etc/passwd',
    'https://workstation/index.html',
    'no address',
    '',
  ])('%s', async (url) => {
    const response = await handle(raw(url));
    expect(response.status).toBe(404);
    expect(await response.text()).not.toMatch(/secret|root:|script/);
    expect(media).not.toHaveBeenCalled();
  });
});

it('knows its own addresses', () => {
  for (const own of ['clipsam://workstation/', 'clipsam://workstation/#/review/1', 'clipsam://workstation']) {
    expect(isOwnAddress(own), own).toBe(true);
  }
  for (const foreign of [
    'clipsam://workstation.example.com/',
    'clipsam://workstation@example.com/',
    'clipsam://example.com/workstation',
    'https://workstation/',
    'clipsam',
    'about:blank',
  ]) {
    expect(isOwnAddress(foreign), foreign).toBe(false);
  }
});
