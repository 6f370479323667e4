import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import { CODE_PARAMETER, rpcProtocols, SESSION_PATH } from '../../src-shared/browser-access.ts';
import type { WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { Contract } from '../../src-shared/contract/index.ts';
import type { NewVerdict } from '../../src-shared/contract/review.ts';
import type { VerdictEntry } from '../../src-shared/verdict.ts';

type Client = ContractRouterClient<Contract>;

/** What lets clients in. */
export interface ProtocolSession {
  readonly origin: string;
  readonly token: string;
}

/** Shows the code of an address that `clipsam serve` printed. */
export async function enterWith(address: string): Promise<ProtocolSession> {
  const url = new URL(address);
  const authorization = `Code ${url.searchParams.get(CODE_PARAMETER)}`;
  const response = await fetch(new URL(SESSION_PATH, url), { headers: { authorization } });
  const { token } = (await response.json()) as { token: string };
  return { origin: url.origin, token };
}

/** Milliseconds between two tries to reach the workstation, and for which a slow client reads nothing. */
const RETRY = 100;
const DEAF = 150;

export interface ProtocolClientOptions {
  /** What lets it in by now: another one after the workstation was started anew. */
  readonly session: () => ProtocolSession;
  /** Reads its socket now and then only. */
  readonly isSlow?: boolean;
  /** Hears every event. */
  readonly onEvent?: (event: WorkstationEvent) => void;
}

/** A client that speaks the contract as a window does, and goes on by itself when its line breaks. */
export class ProtocolClient {
  readonly #options: ProtocolClientOptions;
  #line: Promise<{ readonly client: Client; readonly socket: WebSocket }> | undefined;
  #isClosed = false;
  /** Requests that were sent again because the line broke before the answer. */
  sentAgain = 0;
  /** Events that it heard. */
  heard = 0;

  constructor(options: ProtocolClientOptions) {
    this.#options = options;
  }

  /** Asks again and again until there is an answer. @throws what the workstation answers with */
  async ask<T>(question: (client: Client) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        const { client } = await this.#open();
        const answer = await question(client);
        if (tries > 0) this.sentAgain++;
        return answer;
      } catch (error) {
        if (error instanceof ORPCError || this.#isClosed) throw error;
        await setTimeout(RETRY);
      }
    }
  }

  /** Gives a verdict under a key of its own, once however often it is sent. */
  judge(entry: NewVerdict): Promise<VerdictEntry> {
    const idempotencyKey = randomUUID();
    return this.ask(({ review }) => review.judge({ ...entry, idempotencyKey }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    (await this.#line?.catch(() => undefined))?.socket.terminate();
  }

  #open(): Promise<{ readonly client: Client; readonly socket: WebSocket }> {
    this.#line ??= this.#connect();
    this.#line.catch(() => {
      this.#line = undefined;
    });
    return this.#line;
  }

  async #connect() {
    const { origin, token } = this.#options.session();
    const socket = new WebSocket(new URL('/rpc', origin.replace(/^http/, 'ws')), rpcProtocols(token), {
      origin,
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve).on('error', reject);
    });
    socket.once('close', () => {
      this.#line = undefined;
    });
    if (this.#options.isSlow) this.#readSlowly(socket);
    // Node's and browsers' WebSocket are alike as far as the link goes.
    const websocket = socket as unknown as globalThis.WebSocket;
    const client: Client = createORPCClient(new RPCLink({ websocket }));
    void this.#follow(client).catch(() => {});
    return { client, socket };
  }

  async #follow(client: Client): Promise<void> {
    for await (const event of await client.app.events()) {
      this.heard++;
      this.#options.onEvent?.(event);
    }
  }

  #readSlowly(socket: WebSocket): void {
    const turn = setInterval(() => {
      if (socket.isPaused) socket.resume();
      else socket.pause();
    }, DEAF);
    socket.once('close', () => clearInterval(turn));
  }
}
