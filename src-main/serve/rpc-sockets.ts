import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { RPC_PROTOCOL } from '../../src-shared/browser-access.ts';
import type { WindowConnection } from '../api/permission.ts';

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

/** Whose a connection from a network is. */
export interface ConnectionOwner {
  readonly person: string;
  readonly address: string;
}

interface RpcConnection extends WindowConnection {
  readonly owner?: ConnectionOwner;
}

export interface RpcSockets {
  /** Takes over a connection whose upgrade was checked. Default: one on which nobody is signed in yet. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, connection?: RpcConnection): void;
  readonly isFull: boolean;
  /** Ends the connections that a session was signed in on. */
  endSession(token: string, code: number, reason: string): void;
  /** Connections that this holds for. */
  count(holds: (connection: RpcConnection) => boolean): number;
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
  const open = new Map<WebSocket, RpcConnection>();
  const heartbeat = setInterval(() => {
    for (const socket of server.clients) {
      if (!answered.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, limits.pingInterval);
  heartbeat.unref();

  const begin = (socket: WebSocket, connection: RpcConnection) => {
    answered.add(socket);
    open.set(socket, connection);
    socket.on('close', () => void open.delete(socket));
    socket.on('pong', () => void answered.add(socket));
    // Too large or malformed messages: `ws` closes the connection by itself.
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()));
    void handler.upgrade(
      {
        addEventListener: socket.addEventListener.bind(socket),
        // A write that fails is no error: the window was closed, and its calls end with it.
        send: (data: string | RawData) =>
          new Promise<void>((resolve) => {
            socket.send(data as string, (error) => (error ? void closed.then(resolve) : resolve()));
          }),
      },
      { context: { connection } },
    );
  };

  return {
    accept(request, socket, head, connection = { token: null }) {
      server.handleUpgrade(request, socket, head, (webSocket) => begin(webSocket, connection));
    },
    get isFull() {
      return server.clients.size >= limits.maxConnections;
    },
    endSession(token, code, reason) {
      for (const [socket, connection] of open) if (connection.token === token) socket.close(code, reason);
    },
    count: (holds) => [...open.values()].filter(holds).length,
    close() {
      clearInterval(heartbeat);
      for (const socket of server.clients) socket.close(1001, 'The workstation closes.');
    },
    terminate() {
      for (const socket of server.clients) socket.terminate();
    },
  };
}
