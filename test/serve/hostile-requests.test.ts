import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { rpcProtocols } from '../../src-shared/browser-access.ts';
import { openLine, openShell } from './open-shell.ts';
import { exchange, rawGet, sendRaw } from './raw-http.ts';

describe('paths', () => {
  it('serves the window and nothing outside its folder', async () => {
    const shell = await openShell();
    const { port, withKey, rendererFolder } = shell;
    await symlink(join(rendererFolder, '..', 'secret.txt'), join(rendererFolder, 'link.txt'));
    await symlink(join(rendererFolder, '..'), join(rendererFolder, 'up'));
    await mkdir(`${rendererFolder}-other`);
    await writeFile(`${rendererFolder}-other/secret.txt`, 'secret');
    const paths = ['/../secret.txt', '/assets/../../secret.txt', '/./../secret.txt', '/..', '/assets/..'];
    paths.push('/%2e%2e/secret.txt', '/..%2fsecret.txt', '/%2e%2e%2fsecret.txt', '/..%252fsecret.txt');
    paths.push('/..\\secret.txt', '/..%5csecret.txt', '/%00', '/index.html%00.txt', '/index.html\0');
    paths.push(
      '/..;/secret.txt',
      '//secret.txt',
      '///etc/passwd',
      '/%c0%ae%c0%ae/secret.txt',
      '/C:/secret.txt',
    );
    paths.push(
      '/link.txt',
      '/up/secret.txt',
      '/../renderer-other/secret.txt',
      join(rendererFolder, '../secret.txt'),
    );
    paths.push(
      `http://127.0.0.1:${port}/../secret.txt`,
      'file:///etc/passwd',
      '*',
      '/assets',
      '/assets/',
      '/absent',
    );
    for (const path of paths) {
      const { status, body } = await rawGet(port, path);
      expect([400, 404], JSON.stringify(path)).toContain(status);
      expect(body).not.toContain('secret');
    }
    for (const path of ['/media/%2e%2e/secret.txt', '/media/../../secret.txt', '/media//x', '/media/a%00b']) {
      expect((await rawGet(port, withKey(path))).status).toBe(400);
    }
    expect(shell.asked).toEqual([]);
    expect((await rawGet(port, withKey('/media/thumbnail/1?v=%00..'))).body).toBe('picture');
    expect(shell.asked).toEqual(['/media/thumbnail/1']);
  });

  it('sends headers that keep the page to itself, also with a refusal', async () => {
    const { port, withKey } = await openShell();
    const index = await rawGet(port, '/');
    const asset = await rawGet(port, '/assets/main-1a2b.js');
    const media = await rawGet(port, withKey('/media/thumbnail/1'));
    const refused = [await rawGet(port, '/media/thumbnail/1'), await rawGet(port, '/session')];
    expect(refused.map(({ status }) => status)).toEqual([401, 401]);
    for (const { headers } of [index, asset, media, ...refused]) {
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'x-frame-options': 'DENY',
      });
      const policy = headers['content-security-policy'];
      expect(policy).toContain("default-src 'none'; script-src 'self';");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    expect(index.headers).toMatchObject({ 'cache-control': 'no-store' });
    expect(index.headers['content-type']).toMatch(/^text\/html; charset=utf-8$/i);
    expect(asset.headers['cache-control']).toContain('immutable');
    expect(asset.headers['content-type']).toMatch(/javascript/);
    expect(media.headers['content-type']).toBe('image/webp');
  });
});

describe('size and pace', () => {
  it('refuses every method with effects, bodies and headers that are too large', async () => {
    const { port } = await openShell();
    const own = { Origin: `http://127.0.0.1:${port}` };
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE']) {
      expect([(await rawGet(port, '/', own, method)).status, method]).toEqual([405, method]);
    }
    expect((await rawGet(port, '/', own, 'HEAD')).body).toBe('');
    expect((await rawGet(port, '/', { ...own, 'Content-Length': '1000000000000' })).status).toBe(413);
    expect((await rawGet(port, '/', { ...own, 'Content-Length': '1000000000000' }, 'POST')).status).toBe(405);
    expect((await rawGet(port, '/', { ...own, 'Transfer-Encoding': 'chunked' })).status).toBe(413);
    expect((await rawGet(port, '/', { ...own, 'X-Large': 'x'.repeat(20_000) })).status).toBe(431);
    expect((await rawGet(port, `/?${'x'.repeat(20_000)}`, own)).status).toBe(431);
    expect((await sendRaw(port, Buffer.alloc(100_000, 0xff))).status).toBe(400);
    expect((await rawGet(port, '/', own)).status).toBe(200);
  });

  it('ends connections that never finish their headers', async () => {
    const { port } = await openShell({ headersTimeout: 300, requestTimeout: 300 });
    const answer = await exchange(port, `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
  });

  it('answers 1,000 requests at once, and a window that is open meanwhile', async () => {
    const shell = await openShell();
    const { client } = await openLine(shell);
    const requests = Array.from({ length: 1000 }, (_, index) =>
      rawGet(shell.port, index % 2 === 0 ? shell.withKey(`/media/thumbnail/${index}`) : '/'),
    );
    expect(await client.double(21)).toBe(42);
    const statuses = new Map<number, number>();
    for (const { status } of await Promise.all(requests))
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    expect(statuses).toEqual(new Map([[200, 1000]]));
    expect(await client.double(4)).toBe(8);
  });
});

describe('WebSockets', () => {
  it('carry calls both ways and tell the router when the window is gone', async () => {
    const shell = await openShell();
    const { client, socket } = await openLine(shell);
    expect(await client.length('x'.repeat(1_000_000))).toBe(1_000_000);
    await expect(client.double('two' as unknown as number)).rejects.toThrow(/validation/i);
    const stream = await client.flood({ bytes: 10 });
    expect((await stream.next()).value).toBe('xxxxxxxxxx');
    expect(shell.state.streams).toBe(1);
    socket.terminate();
    await expect.poll(() => shell.state.streams).toBe(0);
  });

  it('make a stream wait for a window that does not read', async () => {
    const shell = await openShell();
    const { client, socket } = await openLine(shell);
    const stream = await client.flood({ bytes: 1_000_000 });
    await stream.next();
    socket.pause();
    const settled = async () => {
      const before = shell.state.produced;
      await new Promise((resolve) => setTimeout(resolve, 300));
      return shell.state.produced === before;
    };
    await expect.poll(settled).toBe(true);
    // What the system's buffers hold, and not gigabytes.
    expect(shell.state.produced).toBeLessThan(100);
    socket.terminate();
    await expect.poll(() => shell.state.streams).toBe(0);
  });

  it('end with messages that are too large, and survive those that are nonsense', async () => {
    const shell = await openShell({ maxMessageBytes: 10_000 });
    // The library prints what it could not read.
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const { client, socket } = await openLine(shell);
    for (const message of ['', 'nonsense', '{}', '{"i":1,"p":{"u":"/../../x"}}', '[]', 'null'])
      socket.send(message);
    socket.send(Buffer.from([0xff, 0x00, 0x01]));
    expect(await client.double(1)).toBe(2);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.send('x'.repeat(20_000));
    expect(await closed).toBe(1009);
    expect(await (await openLine(shell)).client.double(2)).toBe(4);
  });

  it('are limited in number', async () => {
    const shell = await openShell({ maxConnections: 2 });
    const lines = [await openLine(shell), await openLine(shell)];
    await expect(openLine(shell)).rejects.toThrow(/503/);
    lines[0]!.socket.terminate();
    await expect
      .poll(() =>
        openLine(shell).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });

  it('are ended when the other side no longer answers', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const shell = await openShell({ pingInterval: 30_000, maxConnections: 1 });
    const silent = new WebSocket(
      `ws://127.0.0.1:${shell.port}/rpc`,
      rpcProtocols(shell.access.session.token),
      { origin: `http://127.0.0.1:${shell.port}`, autoPong: false },
    );
    const gone = new Promise((resolve) => silent.on('close', resolve));
    await once(silent, 'open');
    vi.advanceTimersByTime(60_000);
    expect(await gone).toBe(1006);
    const { socket, client } = await openLine(shell);
    for (let i = 0; i < 4; i++) {
      const pinged = once(socket, 'ping');
      vi.advanceTimersByTime(30_000);
      await pinged;
      // Whoever has the answer to this has the pong before it.
      expect(await client.double(3)).toBe(6);
    }
    expect(socket.readyState).toBe(WebSocket.OPEN);
  });
});

describe('the end', () => {
  it('says goodbye to windows, closes the port, and does not wait for who hangs on', async () => {
    const shell = await openShell();
    const { socket } = await openLine(shell);
    const goodbye = new Promise((resolve) => socket.on('close', resolve));
    const hanging = connect(shell.port, '127.0.0.1');
    onTestFinished(() => void hanging.destroy());
    const hung = once(hanging, 'close');
    hanging.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${shell.port}\r\n\r\nGET / HTTP`);
    await once(hanging, 'data');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const closed = shell.close();
    expect(await goodbye).toBe(1001);
    vi.advanceTimersByTime(2_000);
    await Promise.all([closed, hung]);
    vi.useRealTimers();
    expect((await rawGet(shell.port, '/')).status).toBe(0);
  });

  it('says so when the port is taken', async () => {
    const { startBrowserShell } = await import('../../src-main/serve/browser-shell.ts');
    const shell = await openShell();
    const media = async () => new Response();
    const second = startBrowserShell({
      router: {},
      media,
      rendererFolder: shell.rendererFolder,
      port: shell.port,
    });
    await expect(second).rejects.toMatchObject({
      code: 'input-invalid',
      message: expect.stringMatching(/^Port \d+ is in use .*--port 0/),
    });
  });
});
