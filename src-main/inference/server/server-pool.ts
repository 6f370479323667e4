import { setTimeout as pause } from 'node:timers/promises';
import type { ModelServerRecord } from '../../../src-shared/device.ts';
import { ClipSamError, failure, throwIfCancelled } from '../../../src-shared/errors.ts';
import type { ServerChoice, ServerState } from '../../../src-shared/model-servers.ts';
import type { Tensors } from '../ort.ts';
import { openGrpcServer } from './grpc-server.ts';
import { openHttpServer } from './http-server.ts';
import { type OpenServer, type ServedModelDescription, ServerFailure } from './model-server.ts';
import type { ServerAccess } from './server-access.ts';
import { SERVER_TIMES, type ServerTimes, WatchedServer, type WatchOptions } from './server-watch.ts';
import type { WantedModel } from './wanted-models.ts';

/** How often a request waits for servers that are away; fewer where this machine may take over. */
const WAITS = 5;
const WAITS_BEFORE_TAKEOVER = 2;

export interface PoolOptions extends Pick<WatchOptions, 'wanted' | 'origin'> {
  readonly choice: ServerChoice;
  readonly access: ServerAccess;
  readonly times?: Partial<ServerTimes>;
  /** For tests. */
  readonly openServer?: OpenServer;
  readonly random?: () => number;
}

/** What came of a request: the answer, or that no server gives one. */
type PoolAnswer = {
  /** What failed on the way, as `address: reason`. */
  readonly gaveWay: readonly string[];
} & (
  | { readonly tensors: Tensors; readonly server: ModelServerRecord }
  | { readonly tensors: undefined; readonly error: ClipSamError }
);

/**
 * Servers that have the same models. A request goes to the one with the fewest under way. Where that is unavailable or its
 * line breaks, it goes to another, or after a pause to the same again; a server that fails otherwise is not asked the same
 * again. A request is answered once: what is no longer waited for is cancelled at the server.
 */
export class ServerPool {
  readonly #servers: readonly WatchedServer[];
  readonly #times: ServerTimes;
  readonly #random: () => number;
  readonly #hasFallback: boolean;
  /** Of those with as few requests, the one that waits longest is next. */
  readonly #turns = new Map<WatchedServer, number>();
  #turn = 0;

  private constructor({ choice, access, times, openServer, random = Math.random, ...watch }: PoolOptions) {
    this.#times = { ...SERVER_TIMES, ...times };
    this.#random = random;
    this.#hasFallback = choice.fallback !== undefined;
    const open: OpenServer =
      openServer ??
      ((address) =>
        address.scheme.startsWith('grpc')
          ? openGrpcServer(address, access)
          : openHttpServer(address, access));
    const options = { ...watch, times: this.#times, openServer: open, random };
    this.#servers = choice.servers.map((address) => new WatchedServer(address, options));
  }

  /**
   * Asks all servers which models they have.
   * @throws ClipSamError `device-unavailable` when none can be used and this machine may not take over
   */
  static async open(options: PoolOptions): Promise<ServerPool> {
    const pool = new ServerPool(options);
    await Promise.all(pool.#servers.map((server) => server.check()));
    if (pool.records.length > 0 || pool.#hasFallback) return pool;
    pool.close();
    throw pool.#noServer();
  }

  /** Servers that are ready. */
  get records(): readonly ModelServerRecord[] {
    return this.#servers.flatMap(({ isReady, record }) => (isReady && record ? [record] : []));
  }

  get states(): readonly ServerState[] {
    return this.#servers.map(({ state }) => state);
  }

  /** Why those that are not ready aren't. */
  get reasons(): readonly string[] {
    return this.#servers.filter(({ isReady }) => !isReady).map(({ reason }) => reason);
  }

  /** A model as the first server describes it that is ready. */
  describe(wanted: WantedModel): ServedModelDescription | undefined {
    return this.#servers.find(({ isReady }) => isReady)?.model(wanted.graph);
  }

  /** @throws ClipSamError `cancelled` */
  async infer(wanted: WantedModel, feeds: Tensors, signal?: AbortSignal): Promise<PoolAnswer> {
    const gaveWay: string[] = [];
    const notAgain = new Set<WatchedServer>();
    let isFailed = false;
    let waits = 0;
    const most = this.#hasFallback ? WAITS_BEFORE_TAKEOVER : WAITS;
    // A server may be found again between two tries, and fail again.
    for (let tries = 0; tries < this.#servers.length + most; tries++) {
      throwIfCancelled(signal);
      const server = this.#next(notAgain);
      if (!server) {
        const isHopeless = this.#servers.every((other) => other.isRefused || notAgain.has(other));
        // Nothing failed on this request's way: it was known before that all are away.
        const isKnown = this.#hasFallback && gaveWay.length === 0;
        if (isHopeless || isKnown || waits >= most) break;
        await this.#wait(waits++, notAgain, signal);
        continue;
      }
      try {
        const tensors = await server.infer(wanted, feeds, signal);
        return { tensors, server: server.record!, gaveWay };
      } catch (error) {
        throwIfCancelled(signal);
        if (!(error instanceof ServerFailure)) throw error;
        server.note(error);
        gaveWay.push(`${server.address}: ${error.message}`);
        // What was cancelled, and not by us, is a line that broke.
        if (error.kind !== 'away' && error.kind !== 'cancelled') notAgain.add(server);
        isFailed ||= error.kind === 'failed' || error.kind === 'refused';
      }
    }
    return {
      tensors: undefined,
      gaveWay,
      error: isFailed ? cannotCompute(wanted, gaveWay) : this.#noServer(gaveWay),
    };
  }

  close(): void {
    for (const server of this.#servers) server.close();
  }

  #next(notAgain: ReadonlySet<WatchedServer>): WatchedServer | undefined {
    const turnOf = (server: WatchedServer) => this.#turns.get(server) ?? 0;
    const [server] = this.#servers
      .filter((candidate) => candidate.isReady && !notAgain.has(candidate))
      .sort((a, b) => a.underWay - b.underWay || turnOf(a) - turnOf(b));
    if (server) this.#turns.set(server, ++this.#turn);
    return server;
  }

  /** A pause, and then a look whether one of them is back. */
  async #wait(
    waits: number,
    notAgain: ReadonlySet<WatchedServer>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const ms = this.#times.retry * 2 ** waits * (0.5 + this.#random() / 2);
    await pause(ms, undefined, { ...(signal && { signal }) }).catch(() => {});
    throwIfCancelled(signal);
    await Promise.all(
      this.#servers
        .filter((server) => !server.isReady && !notAgain.has(server))
        .map((server) => server.check()),
    );
  }

  /** @param gaveWay what a request met; a server that is ready again may have failed it each time */
  #noServer(gaveWay: readonly string[] = []): ClipSamError {
    const reason = (this.reasons.length > 0 ? this.reasons : [...new Set(gaveWay)]).join('; ');
    const refused = this.#servers.filter(({ isRefused }) => isRefused);
    if (refused.length === this.#servers.length) {
      return failure(
        'model-servers-refused',
        { reason },
        `No inference server has the models of this pack: ${reason}. Export the pack anew for them (\`clipsam models export-server\`), or choose the pack that they have.`,
      );
    }
    return failure(
      'model-servers-away',
      { reason },
      `No inference server answers: ${reason}. Start one and try again, or add a device of this machine to the addresses, such as grpc://gpu-box:8001,auto.`,
    );
  }
}

function cannotCompute({ name }: WantedModel, gaveWay: readonly string[]): ClipSamError {
  const reason = gaveWay.join('; ');
  return new ClipSamError('inference-failed', `No inference server could compute "${name}": ${reason}`);
}
