import { throwIfCancelled } from '../../src-shared/errors.ts';

interface Shared<T> {
  readonly promise: Promise<T>;
  /** Callers who still want the answer. */
  wanted: number;
}

interface Turn {
  run(): void;
}

/**
 * Runs a few pieces of work at a time, those asked for last first: what a user scrolled past can wait. Who asks for
 * a key that is in work shares it, and work that nobody wants any more before its turn is not done.
 */
export class Limiter<T> {
  readonly #atATime: number;
  readonly #shared = new Map<string, Shared<T>>();
  readonly #waiting: Turn[] = [];
  #running = 0;

  constructor(atATime: number) {
    this.#atATime = atATime;
  }

  /** @throws ClipSamError `cancelled` when the signal is aborted first, and what the work throws */
  async run(key: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    throwIfCancelled(signal);
    const shared = this.#shared.get(key) ?? this.#begin(key, work);
    shared.wanted++;
    const { promise: gone, reject } = Promise.withResolvers<never>();
    const leave = () => {
      shared.wanted--;
      try {
        throwIfCancelled(signal);
      } catch (error) {
        reject(error);
      }
    };
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await Promise.race([shared.promise, gone]);
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  #begin(key: string, work: () => Promise<T>): Shared<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    // A failure that nobody waits for any more is no unhandled rejection.
    promise.catch(() => {});
    const shared: Shared<T> = { promise, wanted: 0 };
    this.#shared.set(key, shared);
    const run = () => {
      const isWanted = shared.wanted > 0;
      if (!isWanted) {
        this.#shared.delete(key);
        return this.#next();
      }
      this.#running++;
      work()
        .then(resolve, reject)
        .finally(() => {
          this.#shared.delete(key);
          this.#running--;
          this.#next();
        });
    };
    this.#waiting.push({ run });
    queueMicrotask(() => this.#next());
    return shared;
  }

  #next(): void {
    if (this.#running < this.#atATime) this.#waiting.pop()?.run();
  }
}
