import { PRESENCE_LASTS, type PresentWindow } from '../../src-shared/contract/presence.ts';

/** Milliseconds between two looks for windows that nothing is heard of. */
const SWEEP = 30_000;
/** Milliseconds in which changes of a batch are gathered before they are told. */
const GATHER = 100;

interface Place {
  readonly batchId: number;
  readonly imageId: number;
}

interface Present extends PresentWindow {
  readonly batchId: number;
  /** Milliseconds by a clock that only grows. */
  heardAt: number;
}

export interface PresenceOptions {
  /** Who is on a batch has changed. */
  onChange(batchId: number, windows: PresentWindow[]): void;
  /** Milliseconds that only ever grow; for tests. */
  readonly now?: () => number;
}

/** Which window has which image open, connection by connection. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #now: () => number;
  readonly #present = new Map<object, Present>();
  readonly #ids = new WeakMap<object, number>();
  readonly #changed = new Set<number>();
  readonly #sweep: NodeJS.Timeout;
  #lastId = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#sweep = setInterval(() => this.sweep(), SWEEP);
    this.#sweep.unref();
  }

  /**
   * A window has an image open from now on.
   * @param connection of the window
   * @param inspector who is signed in on it; null in a workspace without people
   * @returns which window it is
   */
  enter(connection: object, { batchId, imageId }: Place, inspector: string | null): number {
    const window = this.#ids.get(connection) ?? ++this.#lastId;
    this.#ids.set(connection, window);
    const before = this.#present.get(connection);
    if (before?.imageId === imageId && before.inspector === inspector) {
      before.heardAt = this.#now();
      return window;
    }
    this.leave(connection);
    this.#present.set(connection, { window, batchId, imageId, inspector, heardAt: this.#now() });
    this.#tell(batchId);
    return window;
  }

  /** A window has nothing open any more. */
  leave(connection: object): void {
    const before = this.#present.get(connection);
    if (!before) return;
    this.#present.delete(connection);
    this.#tell(before.batchId);
  }

  /** Those that have an image of a batch open, in the order in which they came. */
  of(batchId: number): PresentWindow[] {
    return [...this.#present.values()]
      .filter((present) => present.batchId === batchId)
      .map(({ window, imageId, inspector }) => ({ window, imageId, inspector }));
  }

  /** Forgets windows that nothing was heard of for {@link PRESENCE_LASTS}: nobody sits there. */
  sweep(): void {
    for (const [connection, { heardAt }] of this.#present)
      if (this.#now() - heardAt >= PRESENCE_LASTS) this.leave(connection);
  }

  close(): void {
    clearInterval(this.#sweep);
    clearTimeout(this.#timer);
    this.#present.clear();
  }

  #tell(batchId: number): void {
    this.#changed.add(batchId);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const id of changed) this.#options.onChange(id, this.of(id));
    }, GATHER);
  }
}
