import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import type { AnyRouter } from '@orpc/server';
import { CODE_PARAMETER, SESSION_PATH, WAY_IN_HEADER } from '../../src-shared/browser-access.ts';
import { isUpload } from '../api/uploads.ts';
import { Access, type OpeningCodeOptions } from './access.ts';
import {
  closeServer,
  listen,
  onUpgrade,
  refusalPage,
  refuseUpgrade,
  SHELL_LIMITS,
  type ShellLimits,
  serverOptions,
  serveWindow,
  shellApp,
} from './http-server.ts';
import {
  bearerOf,
  checkMedia,
  checkRequest,
  checkToken,
  checkUpgrade,
  hasSession,
  loopbackPlace,
  NOT_LET_IN,
} from './request-check.ts';
import { rpcSockets } from './rpc-sockets.ts';
import { staticFiles } from './static-files.ts';

export interface BrowserShellOptions {
  readonly router: AnyRouter;
  /** Answers everything below `/media/`. */
  readonly media: (request: Request) => Promise<Response>;
  /** Answers `PUT` below `/uploads/`. */
  readonly uploads?: (request: Request, owner: string | null) => Promise<Response>;
  /** Answers everything below `/downloads/`. */
  readonly downloads?: (request: Request, who: null) => Response;
  /** The built window. */
  readonly rendererFolder: string;
  /** 0: any free one. */
  readonly port: number;
  readonly limits?: Partial<ShellLimits>;
  /** For tests. */
  readonly access?: Access;
}

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
  const { router, media, uploads, downloads, rendererFolder, access = new Access() } = options;
  const limits = { ...SHELL_LIMITS, ...options.limits };
  const files = staticFiles(rendererFolder);
  const server = createServer(serverOptions(limits));
  server.maxConnections = limits.maxHttpConnections;
  const port = await listen(server, '127.0.0.1', options.port);
  const place = { ...loopbackPlace(port), ...(uploads && { takes: isUpload }) };
  const gate = { place, access };
  const sockets = rpcSockets(router, limits);

  // There is no TLS on the loopback interface.
  const app = shellApp(false);
  app.use(async (c, next) => {
    const refusal =
      checkRequest(c.env.incoming, place) ??
      (/^\/(media|downloads)\//.test(c.req.path) ? checkMedia(c.req.url, gate) : undefined);
    return refusal ? refusalPage(c, refusal) : next();
  });
  app.get(SESSION_PATH, (c) => {
    c.header(WAY_IN_HEADER, 'code');
    return hasSession(c.env.incoming, gate)
      ? c.json(access.session)
      : c.text(NOT_LET_IN.message, NOT_LET_IN.status);
  });
  app.get('/media/*', (c) => media(c.req.raw));
  if (downloads) app.get('/downloads/*', (c) => downloads(c.req.raw, null));
  if (uploads) {
    app.put('/uploads/*', (c) => {
      const isLetIn = access.hasToken(bearerOf(c.env.incoming));
      return isLetIn ? uploads(c.req.raw, null) : refusalPage(c, NOT_LET_IN);
    });
  }
  serveWindow(app, files);

  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  onUpgrade(server, (request, socket, head) => {
    const tooMany = { status: 503, message: 'Too many windows are open.' };
    const refusal =
      checkUpgrade(request, place, checkToken(request, gate)) ?? (sockets.isFull ? tooMany : undefined);
    if (refusal) refuseUpgrade(socket, refusal);
    else sockets.accept(request, socket, head);
  });
  return {
    port,
    address: (code) => `http://127.0.0.1:${port}/?${CODE_PARAMETER}=${access.newCode(code)}`,
    close: () => closeServer(server, sockets),
  };
}
