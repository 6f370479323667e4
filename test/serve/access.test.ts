import { describe, expect, it } from 'vitest';
import { isSameToken, newAccessToken } from '../../src-main/serve/access-token.ts';
import { openShell } from './open-shell.ts';
import { rawGet, sendRaw, UPGRADE } from './raw-http.ts';

describe('the token', () => {
  it('is 256 bits, new each time, and compared in full', () => {
    const token = newAccessToken();
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(newAccessToken()).not.toBe(token);
    expect(isSameToken(token, token)).toBe(true);
    for (const other of [undefined, null, '', token.slice(0, -1), `${token}x`, token.toLowerCase()]) {
      expect(isSameToken(other, token)).toBe(false);
    }
  });

  it('becomes a cookie on the first visit and leaves the address', async () => {
    const shell = await openShell();
    const first = await rawGet(shell.port, `/?token=${shell.token}`);
    expect(first).toMatchObject({ status: 303, headers: { location: '/', 'cache-control': 'no-store' } });
    expect(first.headers['set-cookie']).toBe(`${shell.cookie}; Path=/; HttpOnly; SameSite=Strict`);
    const second = await rawGet(shell.port, '/', { Cookie: shell.cookie });
    expect(second.status).toBe(200);
    expect(second.body).toContain('<title>Window</title>');
  });

  it('in an old address does not lock out a browser that was let in', async () => {
    const shell = await openShell();
    const old = await rawGet(shell.port, '/?token=old', { Cookie: shell.cookie });
    expect(old).toMatchObject({ status: 303, headers: { location: '/' } });
  });

  it('is refused when wrong, and everywhere but in the cookie and in the first address', async () => {
    const shell = await openShell();
    const { port, token } = shell;
    const attempts: [string, Record<string, string>][] = [
      ['/', {}],
      ['/?token=', {}],
      [`/?token=${token.slice(1)}`, {}],
      [`/?token=wrong&token=${token}`, {}],
      ['/', { Authorization: `Bearer ${token}` }],
      ['/', { Authorization: `token ${token}` }],
      ['/', { 'X-Token': token }],
      ['/', { Cookie: `clipsam-${port + 1}=${token}` }],
      ['/', { Cookie: `token=${token}` }],
      ['/', { Cookie: `clipsam-${port}=${token}x` }],
      ['/', { Referer: `http://127.0.0.1:${port}/?token=${token}` }],
      [`/index.html?token=${token}`, {}],
      [`/assets/main-1a2b.js?token=${token}`, {}],
      [`/media/thumbnail/1?token=${token}`, {}],
      ['/media/thumbnail/1', {}],
    ];
    for (const [path, headers] of attempts) {
      const { status, body } = await rawGet(port, path, headers);
      expect([status, path]).toEqual([401, path]);
      expect(body).toContain('Open the address that `clipsam serve`');
      expect(body).not.toContain(token);
    }
    expect(shell.asked).toEqual([]);
  });
});

describe('Host and Origin', () => {
  it('lets in this machine by its own names only', async () => {
    const { port, cookie } = await openShell();
    for (const name of ['127.0.0.1', 'localhost', 'LocalHost', '[::1]']) {
      expect((await rawGet(port, '/', { Host: `${name}:${port}`, Cookie: cookie })).status).toBe(200);
    }
    const others = ['127.0.0.1', `127.0.0.1:${port + 1}`, `evil.test:${port}`, `localhost.evil.test:${port}`];
    others.push(`0.0.0.0:${port}`, `127.0.0.2:${port}`, `127.0.0.1:${port}.`, `user@127.0.0.1:${port}`, '');
    for (const host of others) {
      const { status } = await rawGet(port, '/', { Host: host, Cookie: cookie });
      expect([400, 421], host).toContain(status);
    }
    const named = await rawGet(port, '/', { Host: `evil.test:${port}`, Cookie: cookie });
    expect(named.status).toBe(421);
    expect(named.body).toContain(`ssh -L ${port}:127.0.0.1:${port} &lt;machine>`);
    const own = `Host: 127.0.0.1:${port}\r\n`;
    const end = `Cookie: ${cookie}\r\nConnection: close\r\n\r\n`;
    const twice = await sendRaw(port, `GET / HTTP/1.1\r\n${own}Host: evil.test\r\n${end}`);
    expect([400, 421]).toContain(twice.status);
    expect((await sendRaw(port, `GET / HTTP/1.1\r\n${end}`)).status).toBe(400);
  });

  it('refuses what another page asks for, though the browser sends the cookie along to every port', async () => {
    const { port, cookie } = await openShell();
    const own = `http://127.0.0.1:${port}`;
    const get = (headers: Record<string, string>) => rawGet(port, '/', { Cookie: cookie, ...headers });
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

  it('upgrades a WebSocket only with cookie, own host, own origin and the one path', async () => {
    const { port, cookie } = await openShell();
    const good = { ...UPGRADE, Cookie: cookie, Origin: `http://127.0.0.1:${port}` };
    expect((await rawGet(port, '/rpc', good)).status).toBe(101);
    const { Cookie: _c, ...withoutCookie } = good;
    const { Origin: _o, ...withoutOrigin } = good;
    expect((await rawGet(port, '/rpc', withoutCookie)).status).toBe(401);
    expect((await rawGet(port, '/rpc', withoutOrigin)).status).toBe(403);
    expect((await rawGet(port, '/rpc', { ...good, Origin: 'http://evil.test' })).status).toBe(403);
    expect((await rawGet(port, '/rpc', { ...good, Host: `evil.test:${port}` })).status).toBe(421);
    // Same machine, yet not the page's own origin.
    expect((await rawGet(port, '/rpc', { ...good, Host: `localhost:${port}` })).status).toBe(403);
    expect((await rawGet(port, '/other', good)).status).toBe(400);
    expect((await rawGet(port, '/rpc', good, 'POST')).status).toBe(405);
  });
});
