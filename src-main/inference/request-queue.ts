import { ClipSamError, failure } from '../../src-shared/errors.ts';
import type { ImageProgress, InferenceRequests } from './inference-protocol.ts';
import { type DeathReason, describeDeath, ProcessDeath } from './process-death.ts';
import type { SupervisedChild } from './supervised-child.ts';

/** Requests about one image. */
type ImageRequests = Pick<
  InferenceRequests,
  'inspect' | 'askSam' | 'prepareSam' | 'partSeed' | 'pose' | 'embed' | 'rescore'
>;
type ImageRequestKind = keyof ImageRequests;

interface Task {
  readonly path: string;
  /** Asks the process and hands the caller its result. */
  readonly run: (child: SupervisedChild) => Promise<void>;
  /** Has no effect once the caller has its answer. */
  readonly reject: (error: unknown) => void;
  /** Tells the process that the answer is no longer wanted. */
  readonly stop: AbortController;
  /** Nobody waits for it: it runs while nothing else is to be done. */
  readonly isAhead: boolean;
  /** The caller has had its answer (it cancelled). */
  isCancelled: boolean;
  /** The process died while this was under way: it runs alone now, so that it takes no other image with it. */
  runsAlone: boolean;
}

/** What the queue tells whoever looks after the process. */
export interface QueueListener {
  /** The process answered a request, with a result or an error. */
  onAnswer(): void;
  /** The image was under way when the process died and gets its second and last try. */
  onRetry(path: string): void;
  /** The image under way longest has had its time. */
  onOverdue(path: string, afterMs: number): void;
}

/** Requests of callers on their way to a process that may be replaced: in order, a few at a time, twice at most. */
export class RequestQueue {
  readonly #imageTimeout: number;
  readonly #listener: QueueListener;
  readonly #waiting: Task[] = [];
  readonly #underWay = new Set<Task>();
  #child: SupervisedChild | undefined;
  /** Requests in the process at a time. */
  #most = 1;
  #timed: Task | undefined;
  #timer: NodeJS.Timeout | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  /** @param imageTimeout milliseconds that a request may take, or a tile of its image, or a picture to be compared with */
  constructor(imageTimeout: number, listener: QueueListener) {
    this.#imageTimeout = imageTimeout;
    this.#listener = listener;
  }

  /** Masks go ahead of the images that wait, and what may be asked soon after all. @throws ClipSamError as `InferenceClient.inspect` */
  async ask<K extends ImageRequestKind>(
    kind: K,
    job: ImageRequests[K]['job'],
    signal: AbortSignal | undefined,
    onProgress?: (progress: ImageProgress) => void,
  ): Promise<ImageRequests[K]['result']> {
    const { promise, resolve, reject } = Promise.withResolvers<ImageRequests[K]['result']>();
    const task: Task = {
      path: 'path' in job ? job.path : (job.images[0]?.path ?? ''),
      run: async (child) => {
        const onStep = (progress: ImageProgress) => {
          // All wait for a comparison that is prepared, whoever needs it first.
          this.#timeAgain('tile' in progress ? task : this.#timed);
          if (!task.isCancelled) onProgress?.(progress);
        };
        resolve(await child.ask(kind, job, { signal: task.stop.signal, onProgress: onStep }));
      },
      reject,
      stop: new AbortController(),
      isAhead: kind === 'prepareSam',
      isCancelled: false,
      runsAlone: false,
    };
    const cancel = () =>
      this.#cancel(task, new ClipSamError('cancelled', 'Cancelled.', { cause: signal?.reason }));
    signal?.addEventListener('abort', cancel, { once: true });
    if (kind === 'askSam' || kind === 'partSeed') this.#waiting.unshift(task);
    else this.#waiting.push(task);
    this.#send();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** Sends to this process what waits and what comes, so many requests at a time, until {@link pause}. */
  resume(child: SupervisedChild, most: number): void {
    this.#child = child;
    this.#most = most;
    this.#send();
  }

  /** Sends nothing more; what is under way goes on. */
  pause(): void {
    this.#child = undefined;
  }

  /** Resolves as soon as nothing is under way. */
  async whenIdle(): Promise<void> {
    if (this.#underWay.size === 0) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  /**
   * The process is gone: what was under way waits for the next one, ahead of all others, or is rejected. After a
   * timeout the slow image alone is to blame. Otherwise any of them may be: each has one more try, alone.
   * @param isBlameless no image is to blame, and the next process has what this one lacked
   */
  processDied(reason: DeathReason, isBlameless = false): void {
    this.pause();
    const interrupted = [...this.#underWay];
    this.#underWay.clear();
    this.#timeOldest();
    this.#tellIfIdle();
    const again = isBlameless
      ? interrupted
      : reason.kind === 'timeout'
        ? this.#withoutSlowest(interrupted, reason)
        : this.#withoutRepeated(interrupted, reason);
    this.#waiting.unshift(...again.filter((task) => !task.isCancelled));
  }

  rejectWaiting(error: ClipSamError): void {
    for (const task of this.#waiting.splice(0)) task.reject(error);
  }

  /** Rejects everything; the process is asked to stop what it has. */
  cancelAll(error: ClipSamError): void {
    this.pause();
    this.rejectWaiting(error);
    for (const task of this.#underWay) this.#cancel(task, error);
  }

  #cancel(task: Task, error: ClipSamError): void {
    const at = this.#waiting.indexOf(task);
    if (at >= 0) this.#waiting.splice(at, 1);
    task.isCancelled = true;
    task.stop.abort();
    task.reject(error);
  }

  #send(): void {
    while (this.#child && this.#underWay.size < this.#most) {
      const task = this.#next();
      if (!task) return;
      const isAlone = task.runsAlone || [...this.#underWay].some((other) => other.runsAlone);
      if (isAlone && this.#underWay.size > 0) return;
      this.#waiting.splice(this.#waiting.indexOf(task), 1);
      this.#underWay.add(task);
      void this.#run(task, this.#child);
      this.#timeOldest();
    }
  }

  #next(): Task | undefined {
    const wanted = this.#waiting.find(({ isAhead }) => !isAhead);
    return wanted ?? (this.#underWay.size === 0 ? this.#waiting[0] : undefined);
  }

  async #run(task: Task, child: SupervisedChild): Promise<void> {
    try {
      await task.run(child);
    } catch (error) {
      // What becomes of the image then is decided by `processDied`.
      if (error instanceof ProcessDeath) return;
      task.reject(error);
    }
    this.#underWay.delete(task);
    this.#listener.onAnswer();
    this.#timeOldest();
    this.#tellIfIdle();
    this.#send();
  }

  #tellIfIdle(): void {
    if (this.#underWay.size > 0) return;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  /** Each tile has the time of an image, and each picture that is prepared to be compared with. */
  #timeAgain(task: Task | undefined): void {
    if (task !== this.#timed) return;
    this.#timed = undefined;
    clearTimeout(this.#timer);
    this.#timeOldest();
  }

  /** The clock runs for the image that is under way longest: the others may be waiting for it. */
  #timeOldest(): void {
    const [oldest] = this.#underWay;
    if (oldest === this.#timed) return;
    clearTimeout(this.#timer);
    this.#timed = oldest;
    if (!oldest) return;
    this.#timer = setTimeout(
      () => this.#listener.onOverdue(oldest.path, this.#imageTimeout),
      this.#imageTimeout,
    );
  }

  #withoutSlowest(
    [slowest, ...others]: readonly Task[],
    reason: Extract<DeathReason, { kind: 'timeout' }>,
  ): readonly Task[] {
    const message = `The inference process ${describeDeath(reason)} and was replaced.`;
    const seconds = Math.round(reason.afterMs / 1000);
    slowest?.reject(failure('image-timed-out', { file: slowest.path, seconds }, message));
    return others;
  }

  #withoutRepeated(interrupted: readonly Task[], reason: DeathReason): readonly Task[] {
    return interrupted.filter((task) => {
      const { path } = task;
      if (task.runsAlone) {
        const message = `The inference process ${describeDeath(reason)} while working on ${path}, twice.`;
        task.reject(failure('image-crashed', { file: path }, message));
        return false;
      }
      task.runsAlone = true;
      if (!task.isCancelled) this.#listener.onRetry(path);
      return true;
    });
  }
}
