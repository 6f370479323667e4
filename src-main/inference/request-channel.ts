import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { fromErrorRecord, throwIfCancelled, toErrorRecord } from '../../src-shared/errors.ts';

// Requests between two processes or two threads: one side asks (RequestClient), the other answers (serveRequests).

/** One end of what carries the messages, which are structured clones. */
export interface RequestPort {
  /** @param transfer buffers that move instead of being copied, where the port can do that (threads) */
  send(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
}

/** What can be asked: by kind, the job, what comes of it, and what is told on the way, if anything. */
export type RequestMap<R> = {
  readonly [K in keyof R]: { readonly job: unknown; readonly result: unknown; readonly progress?: unknown };
};
/** What is told while a request is worked on. */
type ProgressOf<Request> = Request extends { readonly progress: infer P } ? P : never;

/** Who asks → who answers. */
export type ToServer<R extends RequestMap<R>> =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly request: { [K in keyof R]: { readonly kind: K; readonly job: R[K]['job'] } }[keyof R];
    }
  | { readonly kind: 'cancel'; readonly id: number };

/**
 * Who answers → who asks: exactly one answer or failure per request, also when it was cancelled, and progress before it
 * any number of times.
 */
export type FromServer<R extends RequestMap<R>> =
  | { readonly kind: 'progress'; readonly id: number; readonly progress: ProgressOf<R[keyof R]> }
  | { readonly kind: 'answer'; readonly id: number; readonly result: R[keyof R]['result'] }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorRecord };

export interface AskOptions<Progress = never> {
  /** Tells the other side to stop; its answer, or `cancelled`, is waited for all the same. */
  readonly signal?: AbortSignal | undefined;
  /** Buffers of the job that are gone here afterwards. */
  readonly transfer?: readonly ArrayBuffer[];
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Who waits for an answer. */
interface Pending<R extends RequestMap<R>> extends PromiseWithResolvers<R[keyof R]['result']> {
  readonly onProgress: ((progress: ProgressOf<R[keyof R]>) => void) | undefined;
}

/** The asking side. Messages that answer nothing (late answers, other kinds) are passed over. */
export class RequestClient<R extends RequestMap<R>> {
  readonly #port: RequestPort;
  readonly #pending = new Map<number, Pending<R>>();
  #lastId = 0;
  #closed: { readonly error: unknown } | undefined;

  constructor(port: RequestPort) {
    this.#port = port;
    port.onMessage((message) => this.#receive(message as FromServer<R>));
  }

  /** @throws what the handler threw, as ClipSamError; `cancelled` before anything is sent; the error of {@link close} */
  async ask<K extends keyof R>(
    kind: K,
    job: R[K]['job'],
    { signal, transfer, onProgress }: AskOptions<ProgressOf<R[K]>> = {},
  ): Promise<R[K]['result']> {
    throwIfCancelled(signal);
    if (this.#closed) throw this.#closed.error;
    const id = ++this.#lastId;
    const pending = Promise.withResolvers<R[keyof R]['result']>();
    const send = (message: ToServer<R>, moved?: readonly ArrayBuffer[]) => this.#port.send(message, moved);
    const cancel = () => send({ kind: 'cancel', id });
    // Progress of this request is of its kind.
    this.#pending.set(id, { ...pending, onProgress: onProgress as Pending<R>['onProgress'] });
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      send({ kind: 'request', id, request: { kind, job } }, transfer);
      return await pending.promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#pending.delete(id);
    }
  }

  /** The other side is gone: what was asked, and what will be, fails with this error. The first one counts. */
  close(error: unknown): void {
    this.#closed ??= { error };
    for (const { reject } of this.#pending.values()) reject(this.#closed.error);
  }

  #receive(message: FromServer<R>): void {
    if (message.kind === 'progress') this.#pending.get(message.id)?.onProgress?.(message.progress);
    else if (message.kind === 'answer') this.#pending.get(message.id)?.resolve(message.result);
    else if (message.kind === 'failed') this.#pending.get(message.id)?.reject(fromErrorRecord(message.error));
  }
}

/** What a handler gets besides its job. */
interface RequestCall<Progress> {
  /** Aborted when the request is cancelled. */
  readonly signal: AbortSignal;
  /** Names buffers of the result that move instead of being copied. */
  transfer(buffers: readonly ArrayBuffer[]): void;
  /** Tells how far it is. */
  report(progress: Progress): void;
}

/** A function per kind. What it throws is the request's error. */
export type RequestHandlers<R extends RequestMap<R>> = {
  readonly [K in keyof R]: (job: R[K]['job'], call: RequestCall<ProgressOf<R[K]>>) => Promise<R[K]['result']>;
};

export interface RequestServerOptions {
  /** Whether a request that comes waits for those before it. Default: each is handled at once. */
  readonly inOrder?: () => boolean;
  /** Whether nothing can be answered after this error. It is not told, it ends the service. */
  readonly isFatal?: (error: unknown) => boolean;
}

/**
 * The answering side.
 * @returns never settles but by the error that is fatal
 */
export function serveRequests<R extends RequestMap<R>>(
  port: RequestPort,
  handlers: RequestHandlers<R>,
  { inOrder = () => false, isFatal = () => false }: RequestServerOptions = {},
): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const underWay = new Map<number, AbortController>();
  const send = (message: FromServer<R>, moved?: readonly ArrayBuffer[]) => port.send(message, moved);
  let hasEnded = false;
  let last = Promise.resolve();

  const answer = async (
    { id, request: { kind, job } }: ToServer<R> & { readonly kind: 'request' },
    signal: AbortSignal,
  ): Promise<void> => {
    if (hasEnded) return;
    const moved: ArrayBuffer[] = [];
    try {
      if (!Object.hasOwn(handlers, kind)) throw new TypeError(`There is no request "${String(kind)}".`);
      const result = await handlers[kind](job, {
        signal,
        transfer: (buffers) => moved.push(...buffers),
        report: (progress) => send({ kind: 'progress', id, progress }),
      });
      send({ kind: 'answer', id, result }, moved);
    } catch (error) {
      hasEnded ||= isFatal(error);
      if (hasEnded) reject(error);
      else send({ kind: 'failed', id, error: toErrorRecord(error) });
    } finally {
      underWay.delete(id);
    }
  };

  port.onMessage((message) => {
    const known = message as ToServer<R>;
    if (known.kind === 'cancel') return underWay.get(known.id)?.abort();
    if (known.kind !== 'request') return;
    const controller = new AbortController();
    underWay.set(known.id, controller);
    if (inOrder()) last = last.then(() => answer(known, controller.signal));
    else void answer(known, controller.signal);
  });
  return promise;
}
