import type { WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { productKey } from '../../src-shared/product.ts';

/** Milliseconds between two events of a run at work. */
const RUN_INTERVAL = 300;

interface PendingRun {
  progress: RunProgress;
  imageIds: number[];
}

/**
 * Tells any number of windows what happens. Events of a run are gathered and told a few times a second, the last one
 * always; a window that does not listen for a while gets what it missed in as few events.
 */
export class EventHub {
  readonly #subscribers = new Set<Subscription>();
  readonly #pending = new Map<number, PendingRun>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  publish(event: WorkstationEvent): void {
    for (const subscriber of this.#subscribers) subscriber.push(event);
  }

  /**
   * @param imageId the image whose outcome was just stored
   * @param canWait true: neither an outcome nor a change of state
   */
  publishRun(progress: RunProgress, imageId?: number, canWait = false): void {
    const { id } = progress.run;
    const pending = this.#pending.get(id) ?? { progress, imageIds: [] };
    pending.progress = progress;
    if (imageId !== undefined) pending.imageIds.push(imageId);
    this.#pending.set(id, pending);
    // A change of state is told at once, a further image or tile in its turn.
    if (imageId === undefined && !canWait) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), RUN_INTERVAL);
  }

  /** What is published from now on. @param first events that come before */
  subscribe(first: readonly WorkstationEvent[] = []): Subscription {
    const subscription = new Subscription(() => this.#subscribers.delete(subscription));
    for (const event of first) subscription.push(event);
    this.#subscribers.add(subscription);
    if (this.#closed) subscription.close();
    return subscription;
  }

  /** Tells what is pending, and ends all subscriptions. */
  close(): void {
    this.#closed = true;
    this.#flush();
    for (const subscriber of this.#subscribers) subscriber.close();
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { progress, imageIds } of pending) this.publish({ kind: 'run', progress, imageIds });
  }
}

/** One window's queue. Events that replace or add to each other are joined, so that it cannot grow without end. */
export class Subscription {
  readonly #onClose: () => void;
  #queue: WorkstationEvent[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor(onClose: () => void) {
    this.#onClose = onClose;
  }

  push(event: WorkstationEvent): void {
    const at = this.#queue.findIndex((queued) => keyOf(queued) === keyOf(event));
    const [before] = at < 0 ? [] : this.#queue.splice(at, 1);
    const joined =
      event.kind === 'run' && before?.kind === 'run'
        ? { ...event, imageIds: [...before.imageIds, ...event.imageIds] }
        : event;
    this.#queue.push(joined);
    this.#wake?.();
  }

  /** The next event; undefined at the end. */
  async next(): Promise<WorkstationEvent | undefined> {
    while (this.#queue.length === 0 && !this.#closed) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
    return this.#queue.shift();
  }

  /** Ends it; what is queued is still given out. */
  close(): void {
    this.#closed = true;
    this.#onClose();
    this.#wake?.();
  }
}

/** Of two events with the same key the later one is enough. */
function keyOf(event: WorkstationEvent): string {
  switch (event.kind) {
    case 'run':
      return `run ${event.progress.run.id}`;
    case 'batch':
      return `batch ${event.batchId}`;
    case 'presence':
      return `presence ${event.batchId}`;
    case 'reviewed':
      return `reviewed ${event.runId} ${event.imageId}`;
    case 'references':
      return `references ${productKey(event.product)}`;
    case 'recipes':
    case 'areas':
    case 'people':
    case 'packs':
    case 'lots':
    case 'reports':
    case 'signatures':
    case 'backups':
    case 'follow':
    case 'device':
    case 'health':
      return event.kind;
  }
}
