import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { RPC_PROTOCOL } from '../../src-shared/browser-access.ts';
import type { RouterContext } from '../api/permission.ts';

export interface RpcLimits {
  /** Bytes of one message; the longest is an import of many files by name. */
  readonly maxMessageBytes: number;
  readonly maxConnections: number;
  /** Milliseconds between two pings; who did not answer the one before is gone. */
  readonly pingInterval: number;
}

export const RPC_LIMITS: RpcLimits = {
  maxMessageBytes: 32 * 1024 * 1024,
  maxConnections: 64,
  pingInterval: 30_000,
};

export interface RpcSockets {
  /** Takes over a connection whose upgrade was checked. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  readonly isFull: boolean;
  /** Says goodbye to every window. */
  close(): void;
  /** Ends what did not answer the goodbye. */
  terminate(): void;
}

/** The router over WebSockets. A message waits until the one before is written: slow windows slow only themselves. */
export function rpcSockets(router: AnyRouter, limits: RpcLimits = RPC_LIMITS): RpcSockets {
  const handler = new RPCHandler(router);
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    // Never the one that carries the token.
    handleProtocols: (offered) => (offered.has(RPC_PROTOCOL) ? RPC_PROTOCOL : false),
  });
  const answered = new WeakSet<WebSocket>();
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (!answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, limits.pingInterval);
  heartbeat.unref();

  server.on('connection', (socket) => {
    answered.add(socket);
    socket.on('pong', () => void answered.add(socket));
    // Too large or malformed messages: `ws` closes the connection by itself.
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    const context: RouterContext = { connection: { token: null } };
    void handler.upgrade(
      {
        addEventListener: socket.addEventListener.bind(socket),
        // A write that fails is no error: the window was closed, and its calls end with it.
        send: (data: string | RawData) =>
          new Promise<void>((resolve) => {
            socket.send(data as string, (error) => (error ? void closed.then(resolve) : resolve()));
          }),
      },
      { context },
    );
  });

  return {
    accept(request, socket, head) {
      server.handleUpgrade(request, socket, head, (webSocket) =>
        server.emit('connection', webSocket, request),
      );
    },
    get isFull() {
      return server.clients.size >= limits.maxConnections;
    },
    close() {
      clearInterval(heartbeat);
      for (const socket of server.clients) socket.close(1001, 'The workstation closes.');
    },
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
  };
}
