import { describe, expect, it, vi } from 'vitest';
import { Access } from '../../src-main/serve/access.ts';
import { rpcProtocols } from '../../src-shared/browser-access.ts';
import { openShell } from './open-shell.ts';
import { rawGet, sendRaw, UPGRADE } from './raw-http.ts';

describe('secrets', () => {
  it('are 256 bits, all different, new each time, and compared in full', () => {
    const access = new Access();
    const { token, media } = access.session;
    const secrets = [token, media, access.newCode(), access.newCode(), new Access().session.token];
    expect(new Set(secrets).size).toBe(5);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect([access.hasToken(token), access.hasMediaKey(media)]).toEqual([true, true]);
    const others = [undefined, null, '', token.slice(0, -1), `${token}x`, token.toLowerCase(), media];
    for (const other of others) expect(access.hasToken(other)).toBe(false);
    expect(access.hasMediaKey(token)).toBe(false);
  });

  it('of an address let one in, once, and only in time', () => {
    let now = 0;
    const access = new Access(() => now);
    const onUsed = vi.fn();
    const printed = access.newCode({ onUsed });
    const opened = access.newCode({ lifetime: 1000 });
    const late = access.newCode({ lifetime: 1000 });
    now = 999;
    expect([access.redeem(opened), access.redeem(opened)]).toEqual([true, false]);
    now = 1000;
    expect([access.redeem(late), access.redeem(late)]).toEqual([false, false]);
    now = 1e9;
    expect(onUsed).not.toHaveBeenCalled();
    expect([access.redeem(printed), access.redeem(printed)]).toEqual([true, false]);
    expect(onUsed).toHaveBeenCalledOnce();
    for (const never of ['', 'guessed', access.session.token]) expect(access.redeem(never)).toBe(false);
  });
});

describe('a browser', () => {
  const session = (port: number, authorization: string) =>
    rawGet(port, '/session', { Authorization: authorization });

  it('gets a session for the code in its address, and the same one again for its token', async () => {
    const { port, address, access } = await openShell();
    const url = new URL(address());
    expect(url.href).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/\\?open=[\\w-]{43}$`));
    const code = url.searchParams.get('open')!;
    const first = await session(port, `Code ${code}`);
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store' } });
    expect(JSON.parse(first.body)).toEqual(access.session);
    expect((await session(port, `Bearer ${access.session.token}`)).body).toBe(first.body);
    // Whoever saw the address comes too late.
    expect((await session(port, `Code ${code}`)).status).toBe(401);
  });

  it('is never given a cookie, which would go to every other server on this machine', async () => {
    const shell = await openShell();
    const { port, withKey } = shell;
    const code = new URL(shell.address()).searchParams.get('open')!;
    const answers = await Promise.all([
      rawGet(port, `/?open=${code}`),
      session(port, `Code ${code}`),
      rawGet(port, withKey('/media/thumbnail/1')),
    ]);
    for (const { status, headers } of answers) {
      expect(status).toBe(200);
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('gets the window, which holds nothing of the workspace, and no session, by opening a page', async () => {
    const { port, access, address } = await openShell();
    const code = new URL(address()).searchParams.get('open')!;
    for (const path of ['/', `/?open=${code}`, '/index.html']) {
      const { status, body } = await rawGet(port, path);
      expect(status).toBe(200);
      expect(body).toContain('<title>Window</title>');
      expect(body).not.toContain(access.session.token);
    }
    // A page that was only loaded has not used the code up.
    expect((await session(port, `Code ${code}`)).status).toBe(200);
  });

  it('is refused with anything else', async () => {
    const shell = await openShell();
    const { token, media } = shell.access.session;
    const attempts: [string, Record<string, string>][] = [
      ['/session', {}],
      [`/session?open=${shell.access.newCode()}`, {}],
      ['/session', { Authorization: `Code ${token}` }],
      ['/session', { Authorization: `Bearer ${media}` }],
      ['/session', { Authorization: `Bearer ${token}x` }],
      ['/session', { Authorization: `Bearer ${token.slice(1)}` }],
      ['/session', { Authorization: `token ${token}` }],
      ['/session', { Authorization: token }],
      ['/session', { Cookie: `clipsam=${token}` }],
      ['/session', { 'X-Token': token }],
      ['/media/thumbnail/1', {}],
      ['/media/thumbnail/1?key=', {}],
      [`/media/thumbnail/1?key=${token}`, {}],
      [`/media/thumbnail/1?key=wrong&key=${media}`, {}],
      ['/media/thumbnail/1', { Authorization: `Bearer ${token}` }],
      ['/media/thumbnail/1', { Cookie: `key=${media}` }],
    ];
    for (const [path, headers] of attempts) {
      const { status, body } = await rawGet(shell.port, path, headers);
      expect([status, path]).toEqual([401, path]);
      expect(body).toContain('address that `clipsam serve`');
      for (const secret of [token, media]) expect(body).not.toContain(secret);
    }
    expect(shell.asked).toEqual([]);
  });
});

describe('Host and Origin', () => {
  it('lets in this machine by its own names only', async () => {
    const { port } = await openShell();
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      expect((await rawGet(port, '/', { Host: `${name}:${port}` })).status).toBe(200);
    }
    const others = ['127.0.0.1', `127.0.0.1:${port + 1}`, `evil.test:${port}`, `localhost.evil.test:${port}`];
    others.push(`0.0.0.0:${port}`, `127.0.0.2:${port}`, `127.0.0.1:${port}.`, `user@127.0.0.1:${port}`, '');
    for (const host of others) {
      const { status } = await rawGet(port, '/', { Host: host });
      expect([400, 421], host).toContain(status);
    }
    const named = await rawGet(port, '/', { Host: `evil.test:${port}` });
    expect(named.status).toBe(421);
    expect(named.body).toContain(`ssh -L ${port}:127.0.0.1:${port} &lt;machine>`);
    const own = `Host: 127.0.0.1:${port}\r\n`;
    const end = 'Connection: close\r\n\r\n';
    const twice = await sendRaw(port, `GET / HTTP/1.1\r\n${own}Host: evil.test\r\n${end}`);
    expect([400, 421]).toContain(twice.status);
    expect((await sendRaw(port, `GET / HTTP/1.1\r\n${end}`)).status).toBe(400);
  });

  it('refuses what another page asks for', async () => {
    const { port } = await openShell();
    const own = `http://127.0.0.1:${port}`;
    const get = (headers: Record<string, string>) => rawGet(port, '/', headers);
    expect((await get({ Origin: own })).status).toBe(200);
    for (const origin of [
      'http://evil.test',
      `http://127.0.0.1:${port + 1}`,
      `https://127.0.0.1:${port}`,
      'null',
    ]) {
      expect([(await get({ Origin: origin })).status, origin]).toEqual([403, origin]);
    }
    for (const site of ['cross-site', 'same-site']) {
      const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image' };
      expect((await get(headers)).status).toBe(403);
      const frame = { ...headers, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' };
      expect((await get(frame)).status).toBe(403);
      const link = { ...headers, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
      expect((await get(link)).status).toBe(200);
    }
  });

  it('upgrades a WebSocket only with the token, own host, own origin and the one path', async () => {
    const { port, access } = await openShell();
    const { token, media } = access.session;
    const protocols = rpcProtocols(token).join(', ');
    const good = { ...UPGRADE, 'Sec-WebSocket-Protocol': protocols, Origin: `http://127.0.0.1:${port}` };
    const answer = await rawGet(port, '/rpc', good);
    // The token does not come back.
    expect(answer).toMatchObject({ status: 101, headers: { 'sec-websocket-protocol': 'clipsam' } });
    const { 'Sec-WebSocket-Protocol': _p, ...withoutToken } = good;
    const { Origin: _o, ...withoutOrigin } = good;
    for (const wrong of ['clipsam', `clipsam, clipsam.${media}`, `clipsam, ${token}`, `clipsam.${token}x`]) {
      const { status } = await rawGet(port, '/rpc', { ...good, 'Sec-WebSocket-Protocol': wrong });
      expect([status, wrong]).toEqual([401, wrong]);
    }
    expect((await rawGet(port, '/rpc', withoutToken)).status).toBe(401);
    expect((await rawGet(port, `/rpc?token=${token}`, withoutToken)).status).toBe(401);
    expect((await rawGet(port, '/rpc', withoutOrigin)).status).toBe(403);
    expect((await rawGet(port, '/rpc', { ...good, Origin: 'http://evil.test' })).status).toBe(403);
    expect((await rawGet(port, '/rpc', { ...good, Host: `evil.test:${port}` })).status).toBe(421);
    // Same machine, yet not the page's own origin.
    expect((await rawGet(port, '/rpc', { ...good, Host: `localhost:${port}` })).status).toBe(403);
    expect((await rawGet(port, '/other', good)).status).toBe(400);
    expect((await rawGet(port, '/rpc', good, 'POST')).status).toBe(405);
  });
});
