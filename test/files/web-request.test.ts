import { describe, expect, onTestFinished, test } from 'vitest';
import { downloadText } from '../../src-main/files/download.ts';
import { addressAt, secondsToWait, type WebAccess } from '../../src-main/files/web-request.ts';
import { fileServer } from './file-server.ts';
import { proxyServer } from './proxy-server.ts';

const PATIENCE = { stall: 10_000, waits: [] };
const read = (url: string, access: WebAccess) => downloadText(url, 100, { patience: PATIENCE, access });

describe('a mirror', () => {
  test('has the same paths, of its own server only', () => {
    const mirror = { of: 'https://huggingface.co', base: 'https://mirror.example/hf' };
    expect(addressAt('https://huggingface.co/a/resolve/b/c.onnx', { mirror })).toBe(
      'https://mirror.example/hf/a/resolve/b/c.onnx',
    );
    expect(addressAt('https://huggingface.com.example/a', { mirror })).toBe(
      'https://huggingface.com.example/a',
    );
    expect(addressAt('https://huggingface.co.example/a', { mirror })).toBe(
      'https://huggingface.co.example/a',
    );
    const slash = { of: 'https://huggingface.co/', base: 'https://mirror.example/' };
    expect(addressAt('https://huggingface.co/a', { mirror: slash })).toBe('https://mirror.example/a');
  });

  test('is asked instead', async () => {
    const { url, questions } = await fileServer({
      '/team/model/resolve/1/a': { content: 'from the mirror' },
    });
    const mirror = { of: 'https://huggingface.co', base: url };
    expect(await read('https://huggingface.co/team/model/resolve/1/a', { mirror })).toBe('from the mirror');
    expect(questions).toHaveLength(1);
  });
});

describe('a token', () => {
  test('goes to its server, and to no other that it leads on to', async () => {
    const other = await fileServer({ '/cdn': { content: 'from elsewhere' } });
    const own = await fileServer({
      '/a': { content: '', redirect: '/b' },
      '/b': { content: '', redirect: `${other.url}/cdn` },
    });
    const token = { value: 'secret', origin: own.url };
    expect(await read(`${own.url}/a`, { token })).toBe('from elsewhere');
    expect(own.authorizations).toEqual(['Bearer secret', 'Bearer secret']);
    expect(other.authorizations).toEqual([undefined]);
  });

  test('does not go to a mirror unless it is for it', async () => {
    const mirrored = await fileServer({ '/a': { content: 'a' } });
    const mirror = { of: 'https://huggingface.co', base: mirrored.url };
    await read('https://huggingface.co/a', {
      mirror,
      token: { value: 's', origin: 'https://huggingface.co' },
    });
    await read('https://huggingface.co/a', { mirror, token: { value: 's', origin: mirrored.url } });
    expect(mirrored.authorizations).toEqual([undefined, 'Bearer s']);
  });

  test('that is missing or not enough is told', async () => {
    const { url } = await fileServer({ '/a': { content: '', statuses: [401] } });
    await expect(read(`${url}/a`, {})).rejects.toMatchObject({
      code: 'download-failed',
      details: { case: 'server-denies', status: 401 },
      message: expect.stringContaining('HF_TOKEN'),
    });
  });
});

describe('a proxy', () => {
  const direct = async () => {
    const { url } = await fileServer({ '/': { content: '' } });
    await read(`${url}/`, {});
  };

  test('is asked, with its own name and password, unless NO_PROXY says otherwise', async () => {
    onTestFinished(direct);
    const { url, questions, authorizations } = await fileServer({ '/a': { content: 'text' } });
    const { asked, address } = await proxyServer();
    const withUser = address.replace('//', '//ana:pw@');
    expect(await read(`${url}/a`, { proxy: { HTTP_PROXY: withUser } })).toBe('text');
    const host = new URL(url).host;
    expect(asked).toEqual([{ to: host, authorization: `Basic ${btoa('ana:pw')}` }]);
    await read(`${url}/a`, { proxy: { http_proxy: address, no_proxy: '127.0.0.1' } });
    await read(`${url}/a`, {});
    expect(asked).toHaveLength(1);
    expect(questions).toHaveLength(3);
    expect(authorizations).toEqual([undefined, undefined, undefined]);
  });

  test('without an address that makes sense is refused, without its password', async () => {
    onTestFinished(direct);
    const { url } = await fileServer({ '/a': { content: 'text' } });
    const asked = read(`${url}/a`, { proxy: { HTTP_PROXY: 'ana:secret@nowhere' } });
    await expect(asked).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.not.stringContaining('secret'),
    });
  });
});

test('how long a server asks to be left alone', () => {
  const now = Date.parse('2026-11-29T21:00:00Z');
  expect(secondsToWait('120', now)).toBe(120);
  expect(secondsToWait('Sun, 29 Nov 2026 21:00:30 GMT', now)).toBe(30);
  expect(secondsToWait('Sun, 29 Nov 2026 20:00:00 GMT', now)).toBe(0);
  expect(secondsToWait('soon', now)).toBeUndefined();
  expect(secondsToWait(null, now)).toBeUndefined();
});
