import { createHash } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { download, downloadText, type WantedContent } from '../../src-main/files/download.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { redirected } from '../../src-main/files/web-request.ts';
import type { ClipSamError } from '../../src-shared/errors.ts';
import { tempFolder } from '../temp-folder.ts';
import { until } from '../until.ts';
import { fileServer, type ServedFile } from './file-server.ts';

const SIZE = 200_000;
const CONTENT = Buffer.from(Array.from({ length: SIZE }, (_, i) => (i * 7919) >> 5));
const EXPECTED = { bytes: SIZE, sha256: sha256(CONTENT) };
const STALL = 30_000;
const PATIENCE = { stall: STALL, waits: [5, 5] };

async function served(file: Partial<ServedFile> = {}) {
  const server = await fileServer({ '/weights.bin': { content: CONTENT, etag: '"one"', ...file } });
  const file1 = server.files['/weights.bin']!;
  const folder = await tempFolder();
  const path = join(folder, 'weights.part');
  const bytes: number[] = [];
  const waits: number[] = [];
  file1.isRead = (length) => until(() => bytes.at(-1) === length);
  const fetchIt = (signal?: AbortSignal) =>
    download(`${server.url}/weights.bin`, path, EXPECTED, {
      signal,
      patience: PATIENCE,
      onBytes: (there) => bytes.push(there),
      onWait: (seconds) => waits.push(seconds),
    });
  const ranges = () => server.questions.map(({ range }) => range);
  /** Gets a part, as a program that was stopped leaves it. */
  const fetchPart = async (length: number) => {
    const abort = new AbortController();
    file1.stallAfter = length;
    const stopped = download(`${server.url}/weights.bin`, path, EXPECTED, {
      signal: abort.signal,
      onBytes: (there) => there >= length && abort.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    expect((await stat(path)).size).toBe(length);
    server.questions.splice(0);
  };
  return { ...server, file: file1, folder, path, bytes, waits, fetchIt, fetchPart, ranges };
}

describe('download', () => {
  test('a whole file, with how far it is', async () => {
    const { fetchIt, path, folder, bytes, ranges } = await served();
    await fetchIt();
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
    expect(await readdir(folder)).toEqual(['weights.part']);
    expect([bytes[0], bytes.at(-1)]).toEqual([0, SIZE]);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(ranges()).toEqual([undefined]);
  });

  test('a connection that breaks: only the rest is asked for', async () => {
    const { fetchIt, path, waits, questions } = await served({ breakAfter: 80_000 });
    await fetchIt();
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
    expect(questions).toMatchObject([{ range: undefined }, { range: 'bytes=80000-', ifRange: '"one"' }]);
    expect(waits).toEqual([0.005]);
  });

  test('one that was cancelled goes on where it stopped, in another program too', async () => {
    const { fetchIt, fetchPart, path, questions, bytes } = await served();
    await fetchPart(131_072);
    await fetchIt();
    expect(questions).toEqual([{ path: '/weights.bin', range: 'bytes=131072-', ifRange: '"one"' }]);
    expect(bytes[0]).toBe(131_072);
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('without a tag the date does; without either it starts anew', async () => {
    const date = 'Mon, 23 Nov 2026 10:00:00 GMT';
    const { file, fetchIt, fetchPart, questions } = await served({ etag: 'W/"weak"', lastModified: date });
    await fetchPart(50_000);
    await fetchIt();
    expect(questions).toMatchObject([{ range: 'bytes=50000-', ifRange: date }]);
    const other = await served({ etag: 'W/"weak"' });
    await other.fetchPart(50_000);
    await other.fetchIt();
    expect(other.ranges()).toEqual([undefined]);
    expect(file.content).toBe(CONTENT);
  });

  test('a file that changed in between comes from its start', async () => {
    const { file, fetchIt, fetchPart, path, questions, bytes } = await served();
    file.content = Buffer.alloc(SIZE, 'x');
    await fetchPart(60_000);
    Object.assign(file, { content: CONTENT, etag: '"two"' });
    await fetchIt();
    expect(questions).toMatchObject([{ range: 'bytes=60000-', ifRange: '"one"' }]);
    expect(bytes[0]).toBe(0);
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('a server without ranges sends the whole again', async () => {
    const { fetchIt, fetchPart, path, ranges } = await served({ hasRanges: false });
    await fetchPart(60_000);
    await fetchIt();
    expect(ranges()).toEqual(['bytes=60000-']);
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('what a power cut spoilt comes once more, from its start', async () => {
    const { fetchIt, fetchPart, path, ranges } = await served();
    await fetchPart(60_000);
    await writeFile(path, Buffer.alloc(60_000));
    await fetchIt();
    expect(ranges()).toEqual(['bytes=60000-', undefined]);
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('what is whole already is not asked for', async () => {
    const { fetchIt, path, questions } = await served();
    await writeFile(path, CONTENT);
    await fetchIt();
    expect(questions).toEqual([]);
  });

  test('another file is told by its hash, and not kept', async () => {
    const { url, fetchIt, folder } = await served({ content: Buffer.alloc(SIZE, 'x') });
    await expect(fetchIt()).rejects.toMatchObject({
      code: 'pack-hash-mismatch',
      details: { case: 'download-altered', address: `${url}/weights.bin` },
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('another size is told before anything is read', async () => {
    const { fetchIt, bytes, questions } = await served({ content: Buffer.alloc(SIZE + 1) });
    await expect(fetchIt()).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
    expect(bytes).toEqual([]);
    expect(questions).toHaveLength(1);
  });

  test('404 is final', async () => {
    const { fetchIt, questions, folder } = await served({ statuses: [404] });
    await expect(fetchIt()).rejects.toMatchObject({
      code: 'download-failed',
      details: { case: 'server-refused', status: 404 },
    });
    expect(questions).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  test('503 is asked again, until patience is at its end', async () => {
    const busy = await served({ statuses: [503, 429] });
    await busy.fetchIt();
    expect(busy.waits).toEqual([0.005, 0.005]);
    expect(sha256(await readFile(busy.path))).toBe(EXPECTED.sha256);
    const dead = await served({ statuses: [503, 503, 503] });
    await expect(dead.fetchIt()).rejects.toMatchObject({
      code: 'download-failed',
      details: { case: 'server-unreachable' },
    });
    expect(dead.questions).toHaveLength(3);
  });

  test('as long as something comes, patience starts anew', async () => {
    const { file, fetchIt, questions, path } = await served({ breakAfter: 40_000 });
    const again = setInterval(() => {
      if (questions.length < 5) file.breakAfter ??= 40_000;
    }, 1);
    await fetchIt().finally(() => clearInterval(again));
    expect(questions.length).toBeGreaterThanOrEqual(4);
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('a server that falls silent counts as broken', async () => {
    const { fetchIt, path, ranges, bytes } = await served({ stallAfter: 70_000 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const fetched = fetchIt();
    while (bytes.at(-1) !== 70_000) await new Promise(setImmediate);
    await vi.advanceTimersByTimeAsync(STALL);
    vi.useRealTimers();
    await fetched;
    expect(ranges()).toEqual([undefined, 'bytes=70000-']);
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('nobody there', async () => {
    const { fetchIt, close } = await served();
    close();
    await expect(fetchIt()).rejects.toMatchObject({
      code: 'download-failed',
      message: expect.stringContaining('ECONNREFUSED'),
      details: { case: 'server-unreachable' },
    });
  });

  test('cancelled while it waits for the next try', async () => {
    const { url, folder } = await served({ statuses: [503] });
    const abort = new AbortController();
    const options = {
      signal: abort.signal,
      patience: { stall: 1000, waits: [60_000] },
      onWait: () => abort.abort(),
    };
    const stopped = download(`${url}/weights.bin`, join(folder, 'a.part'), EXPECTED, options);
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('redirects are followed, but not for ever', async () => {
    const { files, fetchIt, path } = await served({ redirect: '/b' });
    files['/b'] = { redirect: 'c', content: '' };
    files['/c'] = { content: CONTENT };
    await fetchIt();
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
    const round = await served({ redirect: '/weights.bin' });
    await expect(round.fetchIt()).rejects.toMatchObject({ details: { case: 'server-redirects' } });
    expect(round.questions).toHaveLength(6);
  });
});

test.each([
  ['https://a.org/x', 'http://a.org/x'],
  ['https://a.org/x', 'http://127.0.0.1/x'],
  ['http://127.0.0.1/x', 'http://a.org/x'],
  ['https://a.org/x', 'file:///etc/passwd'],
  ['https://a.org/x', 'https://ana:secret@a.org/x'],
  ['https://a.org/x', null],
])('a redirect from %s to %s is refused', (from, to) => {
  expect(() => redirected(from, to)).toThrow(expect.objectContaining({ code: 'download-failed' }));
});

test('other redirects are followed', () => {
  expect(redirected('https://a.org/x/y', '../z?q')).toBe('https://a.org/z?q');
  expect(redirected('https://a.org/x', 'https://b.org/y')).toBe('https://b.org/y');
  expect(redirected('http://127.0.0.1:1/x', 'https://b.org/y')).toBe('https://b.org/y');
});

describe('a file of which little is known', () => {
  const UNKNOWN = { bytes: null, sha256: null };
  const fetchUnknown = async (file: Partial<ServedFile> = {}) => {
    const server = await served(file);
    const url = `${server.url}/weights.bin`;
    const fetchIt = (expected: WantedContent = UNKNOWN) =>
      download(url, server.path, expected, {
        patience: PATIENCE,
        onBytes: (there) => server.bytes.push(there),
      });
    return { ...server, fetchIt };
  };

  test('is taken as it came where nobody says more, and that is told', async () => {
    const { fetchIt, path } = await fetchUnknown();
    expect(await fetchIt()).toEqual({ ...EXPECTED, comparedWith: 'nothing' });
    expect(sha256(await readFile(path))).toBe(EXPECTED.sha256);
  });

  test('is compared with the SHA-256 that the server states, before a redirect too', async () => {
    const right = { 'x-linked-etag': `"${EXPECTED.sha256}"`, 'x-linked-size': `${SIZE}` };
    const { files, fetchIt } = await fetchUnknown({ redirect: '/elsewhere', headers: right });
    files['/elsewhere'] = { content: CONTENT };
    expect(await fetchIt()).toEqual({ ...EXPECTED, comparedWith: 'server' });
    const wrong = await fetchUnknown({ headers: { 'x-linked-etag': `"${'0'.repeat(64)}"` } });
    await expect(wrong.fetchIt()).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
    expect(await readdir(wrong.folder)).toEqual([]);
    const short = await fetchUnknown({ headers: { 'x-linked-size': `${SIZE + 1}` } });
    await expect(short.fetchIt()).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
  });

  test('a server that states another SHA-256 than is expected is believed before anything is read', async () => {
    const { fetchIt, folder } = await fetchUnknown({ headers: { 'x-linked-etag': 'f'.repeat(64) } });
    await expect(fetchIt(EXPECTED)).rejects.toMatchObject({
      message: expect.stringContaining('f'.repeat(64)),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('is compared with the name that git gives it', async () => {
    const gitBlobSha1 = createHash('sha1').update(`blob ${SIZE}\0`).update(CONTENT).digest('hex');
    const { fetchIt } = await fetchUnknown();
    expect(await fetchIt({ ...UNKNOWN, gitBlobSha1 })).toEqual({ ...EXPECTED, comparedWith: 'git' });
    const wrong = await fetchUnknown();
    await expect(wrong.fetchIt({ ...UNKNOWN, gitBlobSha1: '0'.repeat(40) })).rejects.toMatchObject({
      code: 'pack-hash-mismatch',
    });
  });

  test('may come in pieces; without any size it is refused', async () => {
    const pieces = await fetchUnknown({ length: 'pieces' });
    expect(await pieces.fetchIt()).toMatchObject(EXPECTED);
    const nothing = await fetchUnknown({ length: 'nothing' });
    await expect(nothing.fetchIt()).rejects.toMatchObject({ details: { case: 'server-unsized' } });
  });

  test('in pieces that break off goes on where it stopped', async () => {
    const { fetchIt, ranges } = await fetchUnknown({ length: 'pieces', breakAfter: 80_000 });
    expect(await fetchIt()).toMatchObject(EXPECTED);
    expect(ranges()).toEqual([undefined, 'bytes=80000-']);
  });

  test('that is whole already is known by what the server says of its end', async () => {
    const { fetchIt, path, url, ranges } = await fetchUnknown();
    await writeFile(path, CONTENT);
    const state = { url: `${url}/weights.bin`, validator: '"one"', linked: null };
    await writeFile(`${path}.json`, JSON.stringify(state));
    expect(await fetchIt()).toMatchObject(EXPECTED);
    expect(ranges()).toEqual([`bytes=${SIZE}-`]);
  });
});

test.each([SIZE - 1000, SIZE + 1000])(
  'a server that lies about the length (%i) gives no other file',
  async (length) => {
    const { url, path } = await served({ length });
    const fetched = download(`${url}/weights.bin`, path, EXPECTED, { patience: PATIENCE });
    // Which of the two depends on how much has come when the connection breaks.
    const refused = /^(pack-hash-mismatch|download-failed)$/;
    await expect(fetched).rejects.toMatchObject({ code: expect.stringMatching(refused) });
    const other = await served({ length, headers: { 'x-linked-etag': EXPECTED.sha256 } });
    const unknown = { bytes: null, sha256: null };
    const taken = await download(`${other.url}/weights.bin`, other.path, unknown, {
      patience: PATIENCE,
    }).catch((error: ClipSamError) => error.code);
    if (typeof taken === 'string') expect(taken).toMatch(refused);
    else expect(sha256(await readFile(other.path))).toBe(EXPECTED.sha256);
  },
);

test('a busy server is waited for as long as it asks, but not for ever', async () => {
  const busy = await served({ statuses: [429], headers: { 'retry-after': '1' } });
  const begun = performance.now();
  await busy.fetchIt();
  expect(busy.waits).toEqual([1]);
  expect(performance.now() - begun).toBeGreaterThan(990);
  const long = await served({ statuses: [503], headers: { 'retry-after': '7200' } });
  await expect(long.fetchIt()).rejects.toMatchObject({ message: expect.stringContaining('120 min') });
  expect(long.waits).toEqual([]);
});

test('a text is read up to its limit', async () => {
  const { url } = await fileServer({ '/a': { content: 'grüße', statuses: [500] } });
  expect(await downloadText(`${url}/a`, 10, { patience: PATIENCE })).toBe('grüße');
  await expect(downloadText(`${url}/a`, 6)).rejects.toMatchObject({ code: 'pack-invalid' });
});
