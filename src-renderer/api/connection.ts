import { createORPCClient, isDefinedError, ORPCError } from '@orpc/client';
import { RPCLink as MessagePortLink } from '@orpc/client/message-port';
import { RPCLink as WebSocketLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { Contract } from '../../src-shared/contract/index.ts';
import { type DesktopBridge, PORT_MESSAGE } from '../../src-shared/desktop-bridge.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import type { Inspector } from '../../src-shared/roles.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { enter } from './browser-access.ts';
import { watchLine } from './line-watch.ts';

/** What Electron's preload gives the page; undefined in a browser. */
export const desktop: DesktopBridge | undefined = (window as { clipsam?: DesktopBridge }).clipsam;

export type Client = ContractRouterClient<Contract>;

export interface Connection {
  readonly client: Client;
  /** Who signed in before it opened, over a network; null elsewhere. */
  readonly inspector: Inspector | null;
  /** Resolves when the connection is gone for good; the page must be loaded again. */
  readonly closed: Promise<void>;
}

/**
 * Opens the connection to the workstation: Electron's MessagePort where there is one, else a WebSocket to our origin.
 * @param onSignInRequired something was refused because nobody is signed in on the connection
 * @throws NotLetIn when the workstation does not know this browser
 * @throws NotSignedIn when nobody is signed in with it, over a network
 */
export async function connect(onSignInRequired: () => void): Promise<Connection> {
  const interceptors = [
    async ({ next }: { next(): Promise<unknown> }) => {
      try {
        return await next();
      } catch (error) {
        if (failureOf(error).code === 'sign-in-required') onSignInRequired();
        throw error;
      }
    },
  ];
  if (desktop) {
    const port = await desktopPort(desktop);
    const client: Client = createORPCClient(new MessagePortLink({ port, interceptors }));
    port.start();
    const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve()));
    return { client, inspector: null, closed };
  }
  const { protocols, inspector } = await enter();
  const socket = new WebSocket(new URL('/rpc', location.href.replace(/^http/, 'ws')), [...protocols]);
  await opened(socket);
  const { promise: closed, resolve: close } = Promise.withResolvers<void>();
  const client: Client = createORPCClient(new WebSocketLink({ websocket: socket, interceptors }));
  const watch = watchLine(
    () => client.app.info(),
    () => {
      socket.close();
      close();
    },
  );
  socket.addEventListener('message', watch.heard);
  socket.addEventListener('close', () => {
    watch.end();
    close();
  });
  return { client, inspector, closed };
}

/** Milliseconds that a workstation has to take a connection. */
const OPENING = 20_000;

/** @throws Error when the workstation does not take the connection */
function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error('The workstation does not answer.'));
    const timer = setTimeout(() => {
      socket.close();
      fail();
    }, OPENING);
    socket.addEventListener('close', fail, { once: true });
    socket.addEventListener('open', () => resolve(), { once: true });
    for (const end of ['close', 'open']) socket.addEventListener(end, () => clearTimeout(timer));
  });
}

/** The port comes as a message: Electron's context bridge lets none through. */
function desktopPort(bridge: DesktopBridge): Promise<MessagePort> {
  return new Promise((resolve) => {
    const receive = ({ source, data, ports: [port] }: MessageEvent) => {
      if (source !== window || data !== PORT_MESSAGE || !port) return;
      window.removeEventListener('message', receive);
      resolve(port);
    };
    window.addEventListener('message', receive);
    bridge.connect();
  });
}

/** Query and mutation options for every procedure. */
export type Api = ReturnType<typeof createTanstackQueryUtils<Client>>;
export function apiFor(client: Client): Api {
  return createTanstackQueryUtils(client);
}

/** True for an error that the workstation answered with; false where the line broke, and nobody knows what was done. */
export function wasAnswered(error: unknown): boolean {
  return error instanceof ORPCError || error instanceof ClipSamError;
}

/** What went wrong, as the workstation said it, or a fault where it said nothing. */
export function failureOf(error: unknown): Failure {
  if (isDefinedError(error as Error)) {
    const { data } = error as { data?: unknown };
    if (typeof data === 'object' && data !== null && 'code' in data && 'message' in data)
      return data as ErrorRecord;
  }
  if (error instanceof ClipSamError) return toErrorRecord(error);
  return { code: 'fault', message: error instanceof Error ? error.message : String(error) };
}
