import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createRouterClient } from '@orpc/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NOT_FROM_NETWORK } from '../../src-main/api/permission.ts';
import { createRouter } from '../../src-main/api/router.ts';
import { contract } from '../../src-shared/contract/index.ts';
import { downloadPath } from '../../src-shared/download.ts';
import { mediaPaths } from '../../src-shared/media-urls.ts';
import { type Action, LEAST_ROLE, mayDo } from '../../src-shared/permissions.ts';
import { SIGNS_OF_LIFE_EVERY } from '../../src-shared/roles.ts';
import { type Name, networkFixture, PINS } from './network-fixture.ts';
import { selfSigned } from './self-signed.ts';

const ROLES = { Eva: 'engineer', Rita: 'reviewer', Otto: 'operator' } as const;
/** Every procedure of the contract. */
const PROCEDURES = Object.entries(contract).flatMap(([group, all]) =>
  Object.keys(all).map((name) => `${group}.${name}` as Action),
);
/** Every address of a picture, map or report. */
const MEDIA = [
  mediaPaths.thumbnail(1, null),
  mediaPaths.seenThumbnail(1, 1),
  mediaPaths.memory(1, 'abcdef'),
  mediaPaths.tile(1, 'abcdef', 0, 0, 0),
  mediaPaths.map('coarse', 1, 1),
  mediaPaths.map('final', 1, 1),
  mediaPaths.report(1, 'abcdef'),
  mediaPaths.reportPreview(1),
  mediaPaths.truth(1),
  downloadPath('0123456789abcdef0123456789abcdef'),
];

describe('who did not sign in', () => {
  it('gets the window and nothing else: no call, no picture, no name', async () => {
    const network = await networkFixture();
    const { ask, own, open } = network;
    expect((await ask('/')).body).toContain('<title>Window</title>');
    const session = await ask('/session');
    expect(session).toMatchObject({ status: 401, headers: { 'x-clipsam-way-in': 'sign-in' } });
    for (const path of MEDIA) {
      expect([path, (await ask(path)).status]).toEqual([path, 401]);
      const forged = { cookie: '__Host-clipsam=guessed' };
      expect([path, (await ask(path, { headers: forged })).status]).toEqual([path, 401]);
    }
    for (const headers of [{ cookie: '' }, { cookie: '__Host-clipsam=guessed' }, { cookie: 'clipsam=1' }])
      await expect(open(headers)).rejects.toThrow('401');
    const seen = `${session.body}${(await ask('/')).body}`;
    for (const name of Object.keys(PINS)) expect(seen).not.toContain(name);
    expect(own.host).toMatch(/^gpu-box/);
  });

  it('calls no procedure of the contract, also where a connection outlives its session', async () => {
    const network = await networkFixture();
    const { people } = network.workstation;
    const { token } = await people.signIn('Otto', PINS.Otto);
    const context = { connection: { token, admit: () => {} } };
    const client = createRouterClient(createRouter(network.workstation), { context });
    await people.signOut(token);
    for (const action of PROCEDURES) {
      const refused = NOT_FROM_NETWORK.has(action) ? 'not-permitted' : 'sign-in-required';
      expect([action, await outcome(client, action)]).toEqual([action, refused]);
    }
  });
});

/** What a call without input comes to: the code of its error, or that it began. */
async function outcome(client: unknown, action: Action): Promise<string> {
  const [group = '', name = ''] = action.split('.');
  type Call = (input?: unknown, options?: { signal: AbortSignal }) => Promise<unknown>;
  const abort = new AbortController();
  try {
    await (client as Record<string, Record<string, Call>>)[group]![name]!(undefined, {
      signal: abort.signal,
    });
    return 'done';
  } catch (error) {
    const { data, code } = error as { data?: { code?: string }; code?: string };
    return data?.code ?? code ?? String(error);
  } finally {
    abort.abort();
  }
}

describe('each role', () => {
  for (const name of Object.keys(ROLES) as Name[]) {
    it(`of ${ROLES[name]} calls what it may, and nothing else`, async () => {
      const network = await networkFixture();
      const { client } = await network.client(await network.cookieOf(name));
      for (const action of PROCEDURES.filter((one) => one !== 'people.signOut')) {
        const got = await outcome(client, action);
        const may = !NOT_FROM_NETWORK.has(action) && mayDo(ROLES[name], action);
        expect([action, may ? got !== 'not-permitted' : got]).toEqual([action, may ? true : 'not-permitted']);
        expect([action, got]).not.toEqual([action, 'sign-in-required']);
      }
      expect(LEAST_ROLE['people.signOut']).toBeNull();
      const cookie = await network.cookieOf(name);
      for (const path of MEDIA) {
        expect([path, (await network.ask(path, { headers: { cookie } })).status]).not.toEqual([path, 401]);
      }
    });
  }
});

describe('another page', () => {
  it('gets nothing, signed in or not: neither by its origin nor by its name for the machine', async () => {
    const network = await networkFixture();
    const { ask, signIn, open, own, shell } = network;
    const cookie = await network.cookieOf('Eva');
    const origins = [
      'https://evil.test',
      `http://gpu-box.test:${shell.port}`,
      'https://gpu-box.test',
      'null',
    ];
    for (const origin of origins) {
      for (const path of ['/', '/session', ...MEDIA]) {
        expect((await ask(path, { headers: { cookie, origin } })).status).toBe(403);
      }
      expect((await signIn('Eva', PINS.Eva, { origin })).status).toBe(403);
      const out = { method: 'POST', headers: { cookie, origin }, body: '{}' };
      expect((await ask('/sign-out', out)).status).toBe(403);
      await expect(open({ cookie, origin })).rejects.toThrow('403');
    }
    const hosts = [
      'evil.test',
      `evil.test:${shell.port}`,
      'gpu-box.test',
      `127.0.0.2:${shell.port}`,
      'a.gpu-box.test',
    ];
    for (const host of hosts) {
      const origin = `https://${host}`;
      for (const path of ['/', '/session', ...MEDIA]) {
        expect((await ask(path, { headers: { cookie, host } })).status).toBe(421);
      }
      expect((await signIn('Eva', PINS.Eva, { host, origin })).status).toBe(421);
      await expect(open({ cookie, host, origin })).rejects.toThrow('421');
    }
    expect((await ask('/session', { headers: { cookie, 'sec-fetch-site': 'same-site' } })).status).toBe(403);
    // Without an origin nothing with effects is done: no browser's page sends that.
    const bare = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
    expect((await ask('/sign-in', bare)).status).toBe(403);
    expect((await ask('/session', { headers: { cookie, origin: own.origin } })).status).toBe(200);
  });

  it('methods and bodies that nothing takes are refused', async () => {
    const { ask, own } = await networkFixture();
    const { origin } = own;
    for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS'])
      expect((await ask('/sign-in', { method, headers: { origin } })).status).toBe(405);
    expect((await ask('/media/thumbnail/1', { method: 'POST', headers: { origin } })).status).toBe(405);
    const json = { origin, 'content-type': 'application/json' };
    const post = (body: string, headers: Readonly<Record<string, string>> = json) =>
      ask('/sign-in', { method: 'POST', headers, body });
    expect((await post('name=Eva&pin=1111', { origin, 'content-type': 'text/plain' })).status).toBe(415);
    for (const body of ['', 'null', '{', '{"name":"Eva"}', '{"name":["Eva"],"pin":"1111"}'])
      expect((await post(body)).status).toBe(400);
    expect((await post(JSON.stringify({ name: 'x'.repeat(5000), pin: '1111' }))).status).toBe(413);
  });
});

describe('signing in', () => {
  it('gives a cookie that only this host gets back, over TLS, and no script; signing out takes it away', async () => {
    const network = await networkFixture();
    const { ask, own } = network;
    const answer = await network.signIn('Otto', PINS.Otto);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      200,
      { inspector: { name: 'Otto', role: 'operator' } },
    ]);
    const [cookies] = [answer.headers['set-cookie'] as string[]];
    expect(cookies).toHaveLength(1);
    expect(cookies![0]).toMatch(/^__Host-clipsam=[\w-]{32}; Path=\/; Secure; HttpOnly; SameSite=Strict$/);
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000');
    const cookie = cookies![0]!.split(';')[0]!;
    expect((await ask('/session', { headers: { cookie } })).status).toBe(200);
    // Another cookie of the same name is somebody else's.
    expect((await ask('/session', { headers: { cookie: `${cookie}; ${cookie}x` } })).status).toBe(401);
    const { socket, client } = await network.client(cookie);
    expect(await client.people.stay()).toEqual({ name: 'Otto', role: 'operator' });
    const closed = once(socket, 'close');
    const post = { method: 'POST', headers: { cookie, origin: own.origin } };
    const out = await ask('/sign-out', post);
    expect(String(out.headers['set-cookie'])).toMatch(/^__Host-clipsam=; .*Max-Age=0$/);
    expect((await closed)[0]).toBe(4401);
    expect((await ask('/session', { headers: { cookie } })).status).toBe(401);
  });

  it('does not tell which names there are', async () => {
    const { signIn, clock } = await networkFixture();
    for (const name of ['Eva', 'Nobody', 'nobody', 'Eva ', '__proto__']) {
      const answer = await signIn(name, '0000');
      expect([name, answer.status, JSON.parse(answer.body).details.case]).toEqual([
        name,
        401,
        'name-or-pin-wrong',
      ]);
    }
    // From the third wrong PIN on both wait; `nobody` counts with `Nobody`, and `Eva ` with `Eva`.
    for (const name of ['Eva', 'Nobody']) await signIn(name, '0000');
    for (const name of ['Eva', 'Nobody']) {
      const answer = await signIn(name, '0000');
      expect([answer.status, answer.headers['retry-after'], JSON.parse(answer.body).details]).toEqual([
        429,
        '1',
        { case: 'pin-wait', seconds: 1 },
      ]);
    }
    clock.now += 1000;
    expect((await signIn('Eva', PINS.Eva)).status).toBe(200);
  });

  it('ends when nobody is there, with another role or PIN, and with the person', async () => {
    const network = await networkFixture();
    const { shell, clock, workstation, ask } = network;
    const { people, workspace } = workstation;
    const isIn = async (cookie: string) => (await ask('/session', { headers: { cookie } })).status === 200;
    // Thirty minutes, where the workspace sets no time.
    const idle = await network.cookieOf('Otto');
    const { socket } = await network.client(idle);
    clock.now += 30 * 60_000;
    await shell.checkSessions();
    expect(await isIn(idle)).toBe(true);
    const closed = once(socket, 'close');
    clock.now += SIGNS_OF_LIFE_EVERY;
    await shell.checkSessions();
    expect((await closed)[0]).toBe(4401);
    expect(await isIn(idle)).toBe(false);

    const changes = [
      () => people.changeRole(workspace, 'Otto', 'reviewer', 'Eva'),
      () => people.resetPin(workspace, 'Otto', PINS.Otto, 'Eva'),
      () => people.remove(workspace, 'Otto', 'Eva'),
    ];
    for (const change of changes) {
      const cookie = await network.cookieOf('Otto');
      const line = await network.client(cookie);
      const ended = once(line.socket, 'close');
      await change();
      await shell.checkSessions();
      expect((await ended)[0]).toBe(4401);
      expect(await isIn(cookie)).toBe(false);
    }
  });
});

describe('uploads', () => {
  const content = Buffer.from('not an image, which an import says');
  const sha256 = createHash('sha256').update(content).digest('hex');
  const file = { name: 'lot7/a.png', bytes: content.length, modified: 1 };

  it('take a cookie, our own page, and the key that they were begun with by the same person', async () => {
    const network = await networkFixture();
    const { ask, own } = network;
    const cookie = await network.cookieOf('Otto');
    const { client } = await network.client(cookie);
    const { id, key } = await client.uploads.begin({ files: [file], inspector: 'Otto' });
    const put = async (headers: Readonly<Record<string, string>>, path = `/uploads/${id}/0?offset=0`) => {
      const all = { 'x-clipsam-upload': key, 'x-clipsam-sha256': sha256, origin: own.origin, ...headers };
      return (await ask(path, { method: 'PUT', headers: all, body: content })).status;
    };
    expect(await put({})).toBe(401);
    expect(await put({ cookie: '__Host-clipsam=guessed' })).toBe(401);
    expect(await put({ cookie: await network.cookieOf('Eva') })).toBe(404);
    expect(await put({ cookie, origin: 'https://evil.test' })).toBe(403);
    expect(await put({ cookie, host: 'evil.test' })).toBe(421);
    expect(await put({ cookie, 'x-clipsam-upload': 'x' })).toBe(404);
    expect(await put({ cookie, 'x-clipsam-sha256': 'x' })).toBe(400);
    expect(await put({ cookie }, `/uploads/${id}/1?offset=0`)).toBe(404);
    expect(await put({ cookie }, `/uploads/${id}/0?offset=-1`)).toBe(400);
    expect(await put({ cookie }, `/uploads/../0?offset=0`)).toBe(405);
    expect(await put({ cookie })).toBe(200);
    const { path } = await client.uploads.finish({ id, inspector: 'Otto' });
    expect(path).toBe(`uploads/${id}/lot7`);
    const batch = await client.batches.create({ metadata: { name: 'Lot 7' }, inspector: 'Otto' });
    const input = { id: batch.id, paths: [path], inspector: 'Otto' };
    const events = [];
    for await (const event of await client.imports.start(input)) events.push(event);
    expect(events.at(-1)).toMatchObject({ kind: 'finished', added: 1 });
  });
});

describe('downloads', () => {
  it('go once, to whom they were made for, with the role that it took, and are gone then', async () => {
    const network = await networkFixture();
    const { ask, own, workstation } = network;
    const cookie = await network.cookieOf('Rita');
    const { client } = await network.client(cookie);
    const made = await client.audit.exportHead({ download: true });
    expect(made).toMatchObject({ folder: '', path: expect.stringMatching(/^audit-head-.*\.json$/) });
    const { id, name, bytes } = made.download!;
    expect(name).toBe(made.path);
    const path = downloadPath(id);
    const get = async (headers: Readonly<Record<string, string>>, method = 'GET') =>
      (await ask(path, { method, headers })).status;
    expect(await get({})).toBe(401);
    expect(await get({ cookie: '__Host-clipsam=guessed' })).toBe(401);
    expect(await get({ cookie: await network.cookieOf('Eva') })).toBe(404);
    expect(await get({ cookie: await network.cookieOf('Otto') })).toBe(404);
    expect(await get({ cookie, origin: 'https://evil.test' })).toBe(403);
    expect(await get({ cookie, host: 'evil.test' })).toBe(421);
    expect(await get({ cookie, 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await get({ cookie, origin: own.origin }, 'POST')).toBe(405);
    expect((await ask('/downloads/1', { headers: { cookie } })).status).toBe(400);
    expect(await get({ cookie }, 'HEAD')).toBe(200);
    const answer = await ask(path, { headers: { cookie } });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-disposition': `attachment; filename="${name}"; filename*=UTF-8''${name}`,
      'content-length': String(bytes),
      'cache-control': 'no-store',
    });
    expect(JSON.parse(answer.body)).toEqual(made.head);
    await expect.poll(() => get({ cookie })).toBe(404);
    const folder = join(workstation.workspace.cacheFolder, 'downloads');
    await expect.poll(() => readdir(folder)).toEqual([]);
  });

  it('are not for who may not do any more what they were made by', async () => {
    const network = await networkFixture();
    const { people, workspace } = network.workstation;
    const { client } = await network.client(await network.cookieOf('Rita'));
    const { download } = await client.audit.exportHead({ download: true });
    await people.changeRole(workspace, 'Rita', 'operator', 'Eva');
    const headers = { cookie: await network.cookieOf('Rita') };
    expect((await network.ask(downloadPath(download!.id), { headers })).status).toBe(403);
  });
});

describe('limits', () => {
  it('on requests of one address and of one person say when to come again', async () => {
    const network = await networkFixture({ perAddressSignedOut: 5, perPerson: 8 });
    const { ask } = network;
    const cookie = await network.cookieOf('Otto');
    const { client } = await network.client(cookie);
    let answer = await ask('/');
    while (answer.status === 200) answer = await ask('/');
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([429, 'too-many-requests']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    // Who is signed in has a limit of their own, for requests and calls together.
    expect((await ask('/', { headers: { cookie } })).status).toBe(200);
    const calls = Array.from({ length: 10 }, () => client.people.list());
    const refused = (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    await expect(client.people.list()).rejects.toMatchObject({
      data: { code: 'too-many-requests', details: { case: 'too-many-requests' } },
    });
    expect((await ask('/', { headers: { cookie } })).status).toBe(429);
  });

  it('on sign-ins of one address, and on open windows', async () => {
    const network = await networkFixture({ signInsPerAddress: 3, socketsPerPerson: 2 });
    const cookie = await network.cookieOf('Otto');
    await network.client(cookie);
    await network.client(cookie);
    await expect(network.client(cookie)).rejects.toThrow('429');
    const eva = await network.cookieOf('Eva');
    await network.client(eva);
    await network.cookieOf('Rita');
    const late = await network.signIn('Rita', PINS.Rita);
    expect([late.status, Number(late.headers['retry-after']) > 0]).toEqual([429, true]);
  });
});

describe('TLS', () => {
  it('is 1.2 or newer, with the certificate; what is no TLS gets no answer', async () => {
    const { shell, ask, tls } = await networkFixture();
    expect((await ask('/', { ca: await readFile(tls.cert, 'utf8') })).status).toBe(200);
    const old = connect({
      ...{ host: '127.0.0.1', port: shell.port, rejectUnauthorized: false },
      ...{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
    });
    const [error] = await once(old, 'error');
    expect(String(error)).toMatch(/version|alert|disconnected/i);
    const plain = connectPlain(shell.port, '127.0.0.1');
    onTestFinished(() => void plain.destroy());
    let answer = '';
    plain.on('data', (bytes) => {
      answer += bytes.toString('latin1');
    });
    plain.on('error', () => {});
    plain.write('GET / HTTP/1.1\r\nHost: gpu-box.test\r\n\r\n');
    await new Promise((resolve) => plain.on('close', resolve));
    expect(answer).not.toContain('Window');
    expect(answer).not.toContain('200');
  });

  it('takes a new certificate, and keeps the one it has where the files are no use', async () => {
    const { shell, tls, said, ask } = await networkFixture();
    const next = selfSigned(['gpu-box.test']);
    await writeFile(tls.cert, next.cert);
    await shell.renewTls();
    expect(said.at(-1)).toMatch(/stays in use: The key in .* does not belong/);
    await writeFile(tls.key, next.key);
    await shell.renewTls();
    expect(said.at(-1)).toMatch(/^The certificate was read again/);
    expect((await ask('/', { ca: next.cert })).status).toBe(200);
  });
});
