import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { AnyRouter } from '@orpc/server';
import { Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { CODE_PARAMETER, SESSION_PATH } from '../../src-shared/browser-access.ts';
import { CONTENT_SECURITY_POLICY } from '../../src-shared/content-security-policy.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { Access, type OpeningCodeOptions } from './access.ts';
import {
  checkMedia,
  checkRequest,
  checkUpgrade,
  type Gate,
  hasSession,
  NOT_LET_IN,
  type Refusal,
} from './request-check.ts';
import { RPC_LIMITS, type RpcLimits, type RpcSockets, rpcSockets } from './rpc-sockets.ts';
import { staticFiles } from './static-files.ts';

export interface BrowserShellOptions {
  readonly router: AnyRouter;
  /** Answers everything below `/media/`. */
  readonly media: (request: Request) => Promise<Response>;
  /** The built window. */
  readonly rendererFolder: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits?: Partial<ShellLimits>;
  /** For tests. */
  readonly access?: Access;
}

export interface ShellLimits extends RpcLimits {
  /** Milliseconds until a request's headers, and the whole request, must have come. */
  readonly headersTimeout: number;
  readonly requestTimeout: number;
  /** Bytes of a request's headers, its address included. */
  readonly maxHeaderSize: number;
  readonly maxHttpConnections: number;
}

const LIMITS: ShellLimits = {
  ...RPC_LIMITS,
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  maxHeaderSize: 16 * 1024,
  maxHttpConnections: 4096,
};

/** Milliseconds that requests under way get when the shell closes. */
const GRACE = 2_000;

export interface BrowserShell {
  readonly port: number;
  /** A new address that lets one browser in, once. */
  address(options?: OpeningCodeOptions): string;
  close(): Promise<void>;
}

/**
 * Serves the workstation to browsers on this machine: the window under `/`, the contract over a WebSocket under
 * `/rpc`, pictures and maps under `/media/`. It listens on 127.0.0.1 only. Everybody there gets the window's own files;
 * what is in the workspace only who came with a code once: scripts send the session's token, no cookie does.
 * @throws ClipSamError `input-invalid` when the port is in use or not allowed
 */
export async function startBrowserShell(options: BrowserShellOptions): Promise<BrowserShell> {
  const { router, media, rendererFolder, access = new Access() } = options;
  const limits = { ...LIMITS, ...options.limits };
  const files = staticFiles(rendererFolder);
  const server = createServer({
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: 10_000,
    connectionsCheckingInterval: Math.min(5_000, limits.headersTimeout),
    maxHeaderSize: limits.maxHeaderSize,
  });
  server.maxConnections = limits.maxHttpConnections;
  const port = await listen(server, options.port);
  const gate = { port, access };
  const sockets = rpcSockets(router, limits);

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(async (c, next) => {
    await next();
    c.header('content-security-policy', CONTENT_SECURITY_POLICY);
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  });
  // There is no TLS on the loopback interface.
  app.use(secureHeaders({ xFrameOptions: 'DENY', strictTransportSecurity: false }));
  app.use(async (c, next) => {
    const refusal =
      checkRequest(c.env.incoming, gate) ??
      (c.req.path.startsWith('/media/') ? checkMedia(c.req.url, gate) : undefined);
    if (refusal) return c.html(refusalPage(refusal), refusal.status, refusalHeaders(refusal));
    return next();
  });
  app.get(SESSION_PATH, (c) =>
    hasSession(c.env.incoming, gate) ? c.json(access.session) : c.text(NOT_LET_IN.message, NOT_LET_IN.status),
  );
  app.get('/media/*', (c) => media(c.req.raw));
  app.get('*', files);
  app.notFound((c) => c.text('There is no such page.', 404));

  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  server.on('upgrade', (request, socket, head) => upgrade(sockets, gate, request, socket, head));
  return {
    port,
    address: (code) => `http://127.0.0.1:${port}/?${CODE_PARAMETER}=${access.newCode(code)}`,
    close: () => close(server, sockets),
  };
}

function upgrade(
  sockets: RpcSockets,
  gate: Gate,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  socket.on('error', () => socket.destroy());
  const tooMany = { status: 503, message: 'Too many windows are open.' };
  const refusal = checkUpgrade(request, gate) ?? (sockets.isFull ? tooMany : undefined);
  if (refusal) refuseUpgrade(socket, refusal);
  else sockets.accept(request, socket, head);
}

function refuseUpgrade(socket: Duplex, { status, message }: { status: number; message: string }): void {
  const body = `${message}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function refusalHeaders({ status }: Refusal): Record<string, string> {
  return {
    // Whatever else comes on a refused connection was not read.
    ...(status !== 401 && { connection: 'close' }),
    ...(status === 405 && { allow: 'GET, HEAD' }),
  };
}

/** Messages are ours and hold nothing of the request; `<machine>` still has to be escaped. */
function refusalPage({ status, message }: Refusal): string {
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">' +
    `<title>ClipSAM Workstation</title><body style="font:16px/1.5 system-ui;max-width:44em;margin:3em auto">` +
    `<h1>ClipSAM Workstation</h1><p>${text}</p><p><small>${status} ${STATUS_CODES[status]}</small></p></body></html>`
  );
}

/** @returns the port */
function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: `Port ${port} is in use by another program (or another workstation)`,
        EACCES: `Port ${port} needs rights that this user does not have`,
      };
      const reason = reasons[error.code ?? ''];
      if (reason === undefined) return reject(error);
      const advice = 'Choose another with --port; --port 0 takes any free one.';
      reject(new ClipSamError('input-invalid', `${reason}. ${advice}`, { cause: error }));
    });
    server.listen({ host: '127.0.0.1', port, backlog: 2048 }, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

async function close(server: Server, sockets: RpcSockets): Promise<void> {
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
