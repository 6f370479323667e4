import type { IncomingMessage, Server, ServerOptions } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { CONTENT_SECURITY_POLICY } from '../../src-shared/content-security-policy.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { Refusal } from './request-check.ts';
import { RPC_LIMITS, type RpcLimits, type RpcSockets } from './rpc-sockets.ts';

export interface ShellLimits extends RpcLimits {
  /** Milliseconds until a request's headers, and the whole request, must have come. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Bytes of a request's headers, its address included. */
  readonly maxHeaderSize: number;
  readonly maxHttpConnections: number;
}

export const SHELL_LIMITS: ShellLimits = {
  ...RPC_LIMITS,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  maxHeaderSize: 16 * 1024,
  maxHttpConnections: 4096,
};

/** Milliseconds that requests under way get when a shell closes. */
const GRACE = 2_000;

export function serverOptions(limits: ShellLimits): ServerOptions {
  return {
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: Math.min(5_000, limits.headersTimeout),
    maxHeaderSize: limits.maxHeaderSize,
  };
}

export type ShellApp = Hono<{ Bindings: HttpBindings }>;

/** An app whose every answer keeps the page to itself. @param hsts the browser is to come by TLS alone from now on */
export function shellApp(hsts: boolean): ShellApp {
  const app: ShellApp = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('content-security-policy', CONTENT_SECURITY_POLICY);
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  app.use(
    secureHeaders({ xFrameOptions: 'DENY', strictTransportSecurity: hsts ? 'max-age=31536000' : false }),
  );
  return app;
}

/** The window's own files for everybody, and an answer where there is nothing. Comes last. */
export function serveWindow(app: ShellApp, files: MiddlewareHandler): void {
  app.get('*', files);
  app.notFound((c) => c.text('There is no such page.', 404));
}

/** A page that says why a request is not answered. */
export function refusalPage(c: Context, refusal: Refusal): Response {
  const { status, message } = refusal;
  // Messages are ours and hold nothing of the request; `<machine>` still has to be escaped.
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const html =
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">' +
    `<title>ClipSAM Workstation</title><body style="font:16px/1.5 system-ui;max-width:44em;margin:3em auto">` +
    `<h1>ClipSAM Workstation</h1><p>${text}</p><p><small>${status} ${STATUS_CODES[status]}</small></p></body></html>`;
  return c.html(html, status, {
    // Whatever else comes on a refused connection was not read.
    ...(status !== 401 && { connection: 'close' }),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
}

/** Answers an upgrade that is not made, and ends the connection. */
export function refuseUpgrade(
  socket: Duplex,
  { status, message, retryAfter }: { status: number; message: string; retryAfter?: number },
): void {
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      (retryAfter === undefined ? '' : `Retry-After: ${retryAfter}\r\n`) +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** Takes upgrades off a server. @param accept answers or takes over each; what it throws ends the connection */
export function onUpgrade(
  server: Server,
  accept: (request: IncomingMessage, socket: Duplex, head: Buffer) => void | Promise<void>,
): void {
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    void Promise.resolve(accept(request, socket, head)).catch(() => socket.destroy());
  });
}

/**
 * @returns the port
 * @throws ClipSamError `input-invalid` when host or port can't be had
 */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${port} is in use by another program (or another workstation)`,
        EACCES: `Port ${port} needs rights that this user does not have`,
        EADDRNOTAVAIL: `This machine has no address ${host}`,
        ENOTFOUND: `This machine has no address ${host}`,
      };
      const reason = reasons[error.code ?? ''];
      if (reason === undefined) return reject(error);
      const advice = 'Choose another with --port; --port 0 takes any free one.';
      reject(new ClipSamError('input-invalid', `${reason}. ${advice}`, { cause: error }));
    });
    server.listen({ host, port, backlog: 2048 }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Says goodbye to the windows, and gives requests under way a little time. */
export async function closeServer(server: Server, sockets: RpcSockets): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  sockets.close();
  server.closeIdleConnections();
  const grace = setTimeout(() => {
    server.closeAllConnections();
    sockets.terminate();
  }, GRACE);
  await closed;
  clearTimeout(grace);
}
