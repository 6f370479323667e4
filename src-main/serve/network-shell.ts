import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { getRequestListener } from '@hono/node-server';
import type { AnyRouter } from '@orpc/server';
import { SESSION_PATH, SIGN_IN_PATH, SIGN_OUT_PATH, WAY_IN_HEADER } from '../../src-shared/browser-access.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Inspector, SIGNS_OF_LIFE_EVERY } from '../../src-shared/roles.ts';
import { isUpload } from '../api/uploads.ts';
import type { Workstation } from '../api/workstation.ts';
import { hostCheck } from './host-names.ts';
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
import { NetworkGate } from './network-gate.ts';
import { addressKey, NETWORK_LIMITS, type NetworkLimits, tooMany } from './network-limits.ts';
import { type NetworkSession, NetworkSessions } from './network-sessions.ts';
import { addSignIn, refuseFor } from './network-sign-in.ts';
import { checkRequest, checkUpgrade, type Place, type Refusal } from './request-check.ts';
import { type ConnectionOwner, type RpcSockets, rpcSockets } from './rpc-sockets.ts';
import { staticFiles } from './static-files.ts';
import { readTlsFiles, type TlsFiles } from './tls-files.ts';
import { keepTlsFresh } from './tls-renewal.ts';

export interface NetworkShellOptions {
  readonly router: AnyRouter;
  /** Answers everything below `/media/`. */
  readonly media: (request: Request) => Promise<Response>;
  /** Answers `PUT` below `/uploads/`; gets who is signed in. */
  readonly uploads: (request: Request, owner: string | null) => Promise<Response>;
  /** Answers everything below `/downloads/`; gets who is signed in. */
  readonly downloads: (request: Request, who: Inspector | null) => Response;
  readonly people: Workstation['people'];
  /** The built window. */
  readonly rendererFolder: string;
  /** Address to listen on: `0.0.0.0`, `::`, one of this machine's. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly tls: TlsFiles;
  /** Names that the workstation goes by besides those of its certificate; with a port where it is reached under another. */
  readonly hostNames: readonly string[];
  /** Gets what whoever runs the program should know. */
  readonly say: (line: string) => void;
  readonly limits?: Partial<NetworkLimits & ShellLimits>;
}

export interface NetworkShell {
  readonly port: number;
  /** Where browsers open it: the first name that it goes by. */
  readonly address: string;
  /** Reads the certificate's files again. */
  renewTls(): Promise<void>;
  /** Ends the sessions that are over by now. */
  checkSessions(): Promise<void>;
  close(): Promise<void>;
}

/** With which a WebSocket is closed whose session is over; 4000 to 4999 are free (RFC 6455, 7.4.2). */
const SIGNED_OUT = 4401;

const SIGN_IN_REQUIRED: Refusal = { status: 401, message: 'Sign in first.' };

/**
 * Serves the workstation to a network over TLS (1.2 or newer): as the browser shell does, but only to who signed in. Everybody
 * who reaches it gets the window's own files, in which one signs in with name and PIN; the session lies in a cookie that
 * scripts can't read, and opens pictures, maps and the WebSocket. No list of names is given to who is not signed in.
 * @throws ClipSamError `input-invalid` when certificate, key, host or port can't be used, or no name is known
 */
export async function startNetworkShell(options: NetworkShellOptions): Promise<NetworkShell> {
  const { router, media, uploads, downloads, people, rendererFolder, tls, say } = options;
  const limits = { ...SHELL_LIMITS, ...NETWORK_LIMITS, ...options.limits };
  const identity = await readTlsFiles(tls, Date.now());
  for (const warning of identity.warnings) say(warning);
  const names = [...options.hostNames.map((name) => name.toLowerCase()), ...identity.names];
  const [name] = names;
  if (name === undefined) {
    throw new ClipSamError(
      'input-invalid',
      `The certificate in ${tls.cert} names no host (it has no subjectAltName). Say with --host-name how browsers reach this machine.`,
    );
  }
  const server = createServer({
    ...serverOptions(limits),
    cert: identity.cert,
    key: identity.key,
    minVersion: 'TLSv1.2',
    handshakeTimeout: limits.headersTimeout,
  });
  server.maxConnections = limits.maxHttpConnections;
  // What doesn't speak TLS gets no answer.
  server.on('tlsClientError', (_error, socket) => void socket.destroy());
  const port = await listen(server, options.host, options.port);
  const place: Place = {
    scheme: 'https',
    isOwnHost: hostCheck(names, port),
    advice: 'Use a name that its certificate is for; whoever runs it adds others with --host-name.',
    takes: (method, path) =>
      isUpload(method, path) || (method === 'POST' && (path === SIGN_IN_PATH || path === SIGN_OUT_PATH)),
  };
  const sockets = rpcSockets(router, { ...limits, maxConnections: limits.sockets });
  const sessions = new NetworkSessions(people, (token) =>
    sockets.endSession(token, SIGNED_OUT, 'Signed out.'),
  );
  const watch = setInterval(() => void sessions.check().catch(() => {}), SIGNS_OF_LIFE_EVERY);
  watch.unref();
  const gate = new NetworkGate({ place, sessions, limits });
  serve({ server, gate, sockets, sessions, limits, media, uploads, downloads, rendererFolder });
  const renewal = keepTlsFresh(server, tls, say);
  return {
    port,
    address: `https://${addressOf(name.replace(/^\*\./, 'www.'), port)}/`,
    renewTls: renewal.renew,
    checkSessions: () => sessions.check(),
    close() {
      clearInterval(watch);
      renewal.close();
      return closeServer(server, sockets);
    },
  };
}

function addressOf(name: string, port: number): string {
  if (name.split(':').length > 2) return `[${name}]:${port}`;
  return name.includes(':') ? name : `${name}:${port}`;
}

interface Served {
  readonly server: Server;
  readonly gate: NetworkGate;
  readonly sockets: RpcSockets;
  readonly sessions: NetworkSessions;
  readonly limits: NetworkLimits;
  readonly media: NetworkShellOptions['media'];
  readonly uploads: NetworkShellOptions['uploads'];
  readonly downloads: NetworkShellOptions['downloads'];
  readonly rendererFolder: string;
}

function serve(served: Served): void {
  const { server, gate, sessions, media, uploads, downloads, rendererFolder } = served;
  const app = shellApp(true);
  app.use(async (c, next) => {
    const refusal = checkRequest(c.env.incoming, gate.place);
    if (refusal) return refusalPage(c, refusal);
    const { session, wait } = await gate.ask(c.env.incoming);
    if (wait > 0) return refuseFor(c, tooMany(wait));
    const isOpen = !/^\/(media|uploads|downloads)\//.test(c.req.path);
    return session || isOpen ? next() : refusalPage(c, SIGN_IN_REQUIRED);
  });
  app.get(SESSION_PATH, async (c) => {
    c.header(WAY_IN_HEADER, 'sign-in');
    const session = await sessions.of(c.env.incoming);
    return session ? c.json({ inspector: session.inspector }) : c.text(SIGN_IN_REQUIRED.message, 401);
  });
  addSignIn(app, served);
  app.get('/media/*', (c) => media(c.req.raw));
  app.get('/downloads/*', async (c) => {
    const session = await sessions.of(c.env.incoming);
    return session ? downloads(c.req.raw, session.inspector) : refusalPage(c, SIGN_IN_REQUIRED);
  });
  app.put('/uploads/*', async (c) => {
    const session = await sessions.of(c.env.incoming);
    return session ? uploads(c.req.raw, session.inspector.name) : refusalPage(c, SIGN_IN_REQUIRED);
  });
  serveWindow(app, staticFiles(rendererFolder));
  server.on('request', getRequestListener(app.fetch, { overrideGlobalObjects: false }));
  onUpgrade(server, async (request, socket, head) => {
    const refusal = checkUpgrade(request, gate.place) ?? (await refuseWindow(request, served));
    if ('status' in refusal) return refuseUpgrade(socket, refusal);
    const { token } = refusal.session;
    const owner = ownerOf(refusal.session, request);
    const admit = () => {
      const wait = gate.count(refusal.session, owner.address);
      if (wait > 0) throw tooMany(wait);
    };
    served.sockets.accept(request, socket, head, { token, admit, owner });
  });
}

/** Who opens a window, or why nobody does. */
async function refuseWindow(
  request: IncomingMessage,
  { gate, sockets, limits }: Served,
): Promise<{ readonly session: NetworkSession } | { status: number; message: string; retryAfter?: number }> {
  const { session, wait } = await gate.ask(request);
  if (wait > 0) return { status: 429, message: tooMany(wait).message, retryAfter: wait };
  if (!session) return SIGN_IN_REQUIRED;
  const { person, address } = ownerOf(session, request);
  if (
    sockets.count(({ owner }) => owner?.person === person) >= limits.socketsPerPerson ||
    sockets.count(({ owner }) => owner?.address === address) >= limits.socketsPerAddress ||
    sockets.isFull
  ) {
    return { status: 429, message: 'Too many windows are open. Close some.', retryAfter: 60 };
  }
  return { session };
}

function ownerOf({ inspector }: NetworkSession, { socket }: IncomingMessage): ConnectionOwner {
  return { person: inspector.name, address: addressKey(socket.remoteAddress) };
}
