import { totalmem } from 'node:os';
import {
  ClipSamError,
  type ErrorRecord,
  failure,
  fromErrorRecord,
  throwIfCancelled,
  toErrorRecord,
} from '../../src-shared/errors.ts';
import type { DeviceReport, DeviceRequest, InspectionResult } from '../../src-shared/result.ts';
import {
  type AskSamJob,
  type FromChild,
  HEAP_MB,
  type InspectJob,
  type Request,
  type RequestKind,
  type Requests,
  type SamMasks,
} from './inference-protocol.ts';
import { tooHeavy } from './pack-files.ts';
import { forkHost, type ProcessHost } from './process-host.ts';
import {
  type DeathReason,
  describeDeath,
  ranOutOfMemory,
  type SupervisedChild,
  superviseChild,
} from './supervised-child.ts';

export type { InspectJob } from './inference-protocol.ts';
export { describeDeath } from './supervised-child.ts';

/** What happens to the inference process. Each start is a new generation. */
export type InferenceEvent =
  | {
      readonly kind: 'ready';
      readonly generation: number;
      readonly pid: number | undefined;
      readonly device: DeviceReport;
    }
  | { readonly kind: 'heartbeat'; readonly generation: number; readonly rssBytes: number }
  | { readonly kind: 'died'; readonly generation: number; readonly reason: DeathReason }
  /** The image was under way when the process died and gets its second and last try. */
  | { readonly kind: 'retry'; readonly path: string }
  /** It is not started again: whatever is asked from now on fails with this error. */
  | { readonly kind: 'gave-up'; readonly error: ErrorRecord };

export interface InferenceOptions {
  /** Folder with `pack.json`. */
  readonly packFolder: string;
  readonly device: DeviceRequest;
  /** A process that is larger finishes the images under way and is replaced. Default: no cap. */
  readonly memoryCapMb?: number;
  /** Intra-op threads of ONNX Runtime. Default: its own choice, one per physical core. */
  readonly threads?: number;
  /** Milliseconds an image may take before its process is given up. Default 180,000. */
  readonly imageTimeout?: number;
  /** Milliseconds from the process's start to the loaded pack. Default 120,000. */
  readonly readyTimeout?: number;
  /** Megabytes of objects that may be made of the pack's files. Default 2048. */
  readonly heapMb?: number;
  /** A process that is larger before its pack is loaded is ended for good. Default: three quarters of the machine. */
  readonly openingCapMb?: number;
  /** Milliseconds without a heartbeat before a process counts as hung. Default 20,000. */
  readonly silence?: number;
  readonly onEvent?: (event: InferenceEvent) => void;
  readonly host?: ProcessHost;
}

/** The pipeline behind a supervised process: paths go in, results come out, embeddings stay inside. */
export interface InferenceClient {
  readonly device: DeviceReport;
  readonly packHash: string;
  /**
   * Inspects one image. Call it for several images at once: four are under way at a time, the rest queue, and
   * reading, inference and post-processing overlap.
   * @throws ClipSamError `cancelled`; `inference-crashed` when the process died twice over this image or keeps
   *   dying; `inference-timeout`; and whatever the image itself provokes (`image-unreadable`, `disk-full`, ...)
   */
  inspect(job: InspectJob, signal?: AbortSignal): Promise<InspectionResult>;
  /** Asks SAM for prompts of the operator's own. Goes ahead of waiting images. Errors as {@link inspect}. */
  askSam(job: AskSamJob, signal?: AbortSignal): Promise<SamMasks>;
  /** Cancels everything under way and ends the process. */
  close(): Promise<void>;
}

/** Images in the process at a time: one read, one waiting for the engine, one in it, one being finished. */
const UNDER_WAY = 4;
/** Deaths in a row, without any answer between them, after which the process is not started again. */
const STRIKES = 5;
/** Milliseconds that cancelled images get to finish their current step when the process is closed. */
const CLOSE_PATIENCE = 3000;

interface Task {
  readonly id: number;
  readonly request: Request;
  readonly resolve: (result: Requests[RequestKind]['result']) => void;
  readonly reject: (error: unknown) => void;
  /** The process died while this was under way: it runs alone now, so that it takes no other image with it. */
  suspect: boolean;
  /** The caller has had its answer (it cancelled). */
  settled: boolean;
}

/**
 * Starts the inference process and waits until its pack is loaded.
 * @throws ClipSamError what the pack's loading says (`pack-…`), `device-unavailable`, `inference-crashed` when the
 *   process can't be kept alive, or is not ready in time
 */
export async function openInference(options: InferenceOptions): Promise<InferenceClient> {
  const inference = new SupervisedInference(options);
  try {
    await inference.opened;
    return inference;
  } catch (error) {
    await inference.close();
    throw error;
  }
}

class SupervisedInference implements InferenceClient {
  readonly opened: Promise<void>;
  readonly #options: InferenceOptions;
  readonly #host: ProcessHost;
  readonly #queue: Task[] = [];
  readonly #underWay = new Map<number, Task>();
  #state: 'starting' | 'running' | 'draining' | 'broken' | 'closed' = 'starting';
  #child: SupervisedChild | undefined;
  #generation = 0;
  #lastId = 0;
  #strikes = 0;
  #answersOfGeneration = 0;
  #broken: ClipSamError | undefined;
  #watched: Task | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #ready: { readonly device: DeviceReport; readonly packHash: string } | undefined;
  #settleOpened: { resolve: () => void; reject: (error: unknown) => void };
  #onIdle: (() => void) | undefined;
  #onDead: (() => void) | undefined;

  constructor(options: InferenceOptions) {
    this.#options = options;
    this.#host = options.host ?? forkHost();
    const { promise, ...settle } = Promise.withResolvers<void>();
    this.opened = promise;
    this.#settleOpened = settle;
    this.#start();
  }

  get device(): DeviceReport {
    return this.#ready!.device;
  }

  get packHash(): string {
    return this.#ready!.packHash;
  }

  inspect(job: InspectJob, signal?: AbortSignal): Promise<InspectionResult> {
    return this.#ask({ kind: 'inspect', job }, signal) as Promise<InspectionResult>;
  }

  askSam(job: AskSamJob, signal?: AbortSignal): Promise<SamMasks> {
    return this.#ask({ kind: 'askSam', job }, signal) as Promise<SamMasks>;
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#restart);
    const error = new ClipSamError('cancelled', 'The inference process was closed.');
    for (const task of this.#queue.splice(0)) this.#settle(task, error);
    for (const task of this.#underWay.values()) {
      this.#child?.send({ kind: 'cancel', id: task.id });
      this.#settle(task, error);
    }
    if (this.#underWay.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const patience = setTimeout(resolve, CLOSE_PATIENCE);
      await promise;
      clearTimeout(patience);
    }
    if (this.#child) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onDead = resolve;
      this.#child.kill({ kind: 'closed' });
      await promise;
    }
  }

  async #ask(request: Request, signal: AbortSignal | undefined): Promise<Requests[RequestKind]['result']> {
    throwIfCancelled(signal);
    if (this.#broken) throw this.#broken;
    if (this.#state === 'closed') throw new ClipSamError('cancelled', 'The inference process was closed.');
    const { promise, resolve, reject } = Promise.withResolvers<Requests[RequestKind]['result']>();
    const task: Task = {
      id: ++this.#lastId,
      request,
      resolve,
      reject,
      suspect: false,
      settled: false,
    };
    const cancel = () => this.#cancel(task, signal);
    signal?.addEventListener('abort', cancel, { once: true });
    if (request.kind === 'askSam') this.#queue.unshift(task);
    else this.#queue.push(task);
    this.#pump();
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  #cancel(task: Task, signal: AbortSignal | undefined): void {
    const at = this.#queue.indexOf(task);
    if (at >= 0) this.#queue.splice(at, 1);
    else this.#child?.send({ kind: 'cancel', id: task.id });
    this.#settle(task, new ClipSamError('cancelled', 'Cancelled.', { cause: signal?.reason }));
  }

  #settle(task: Task, outcome: Requests[RequestKind]['result'] | ClipSamError): void {
    if (task.settled) return;
    task.settled = true;
    if (outcome instanceof ClipSamError) task.reject(outcome);
    else task.resolve(outcome);
  }

  #start(): void {
    const { packFolder, device, threads, heapMb, readyTimeout = 120_000, silence = 20_000 } = this.#options;
    const generation = ++this.#generation;
    this.#state = 'starting';
    this.#answersOfGeneration = 0;
    try {
      this.#child = superviseChild(
        this.#host,
        { kind: 'open', packFolder, device, ...(threads && { threads }), ...(heapMb && { heapMb }) },
        { readyTimeout, silence },
        {
          onMessage: (message) => this.#onMessage(message, generation),
          onDeath: (reason) => this.#onDeath(reason, generation),
        },
      );
    } catch (error) {
      // Out of memory or of processes: spawning itself throws.
      const message = error instanceof Error ? error.message : String(error);
      this.#onDeath({ kind: 'not-started', message }, generation);
    }
  }

  #onMessage(message: FromChild, generation: number): void {
    switch (message.kind) {
      case 'ready': {
        const { device, packHash } = message;
        this.#ready = { device, packHash };
        this.#tell({ kind: 'ready', generation, pid: this.#child?.pid, device });
        this.#settleOpened.resolve();
        if (this.#state === 'starting') this.#state = 'running';
        this.#pump();
        return;
      }
      case 'refused':
        this.#break(fromErrorRecord(message.error));
        this.#child?.kill({ kind: 'refused' });
        return;
      case 'heartbeat':
        this.#tell({ kind: 'heartbeat', generation, rssBytes: message.rssBytes });
        this.#checkMemory(message.rssBytes);
        return;
      case 'answer':
      case 'failed': {
        const task = this.#underWay.get(message.id);
        if (!task) return;
        this.#underWay.delete(message.id);
        this.#strikes = 0;
        this.#answersOfGeneration++;
        this.#settle(task, message.kind === 'answer' ? message.result : fromErrorRecord(message.error));
        this.#watchOldest();
        if (this.#underWay.size === 0) this.#onIdle?.();
        this.#pump();
      }
    }
  }

  /** Sends what may go. A suspect goes alone. */
  #pump(): void {
    while (this.#state === 'running' && this.#underWay.size < UNDER_WAY) {
      const task = this.#queue[0];
      if (!task) return;
      const alone = task.suspect || [...this.#underWay.values()].some((other) => other.suspect);
      if (alone && this.#underWay.size > 0) return;
      this.#queue.shift();
      this.#underWay.set(task.id, task);
      this.#child!.send({ kind: 'request', id: task.id, request: task.request });
      this.#watchOldest();
    }
  }

  /** The clock runs for the image that is under way longest: the others may be waiting for it. */
  #watchOldest(): void {
    const [oldest] = this.#underWay.values();
    if (oldest === this.#watched) return;
    clearTimeout(this.#timer);
    this.#watched = oldest;
    if (!oldest) return;
    const afterMs = this.#options.imageTimeout ?? 180_000;
    this.#timer = setTimeout(() => {
      if (this.#state === 'running') this.#state = 'draining';
      this.#child?.kill({ kind: 'timeout', path: oldest.request.job.path, afterMs });
    }, afterMs);
  }

  #checkMemory(rssBytes: number): void {
    if (this.#state === 'starting') {
      const { packFolder, openingCapMb = Math.round((0.75 * totalmem()) / (1 << 20)) } = this.#options;
      const capBytes = openingCapMb * (1 << 20);
      if (rssBytes <= capBytes) return;
      this.#break(tooHeavy(packFolder, openingCapMb));
      this.#child?.kill({ kind: 'memory-cap', rssBytes, capBytes });
      return;
    }
    const capBytes = (this.#options.memoryCapMb ?? Number.POSITIVE_INFINITY) * (1 << 20);
    // A process that has done nothing yet would be replaced by one just as large.
    if (rssBytes <= capBytes || this.#answersOfGeneration === 0 || this.#state !== 'running') return;
    this.#state = 'draining';
    const replace = () => this.#child?.kill({ kind: 'memory-cap', rssBytes, capBytes });
    if (this.#underWay.size === 0) replace();
    else this.#onIdle = replace;
  }

  #onDeath(reason: DeathReason, generation: number): void {
    this.#child = undefined;
    this.#onIdle?.();
    this.#onIdle = undefined;
    this.#tell({ kind: 'died', generation, reason });
    const victims = [...this.#underWay.values()];
    this.#underWay.clear();
    this.#watchOldest();
    this.#onDead?.();
    if (this.#state === 'closed') {
      this.#settleOpened.reject(new ClipSamError('cancelled', 'The inference process was closed.'));
      return;
    }
    const again =
      reason.kind === 'timeout' ? this.#blameOldest(victims, reason) : this.#blameAll(victims, reason);
    this.#queue.unshift(...again.filter((task) => !task.settled));
    if (reason.kind !== 'memory-cap') this.#strikes++;
    // A pack that was never opened would do the same to the next process.
    if (!this.#ready && reason.kind === 'start-timeout') this.#break(neverReady(reason));
    if (!this.#ready && ranOutOfMemory(reason)) {
      const { packFolder, heapMb = HEAP_MB } = this.#options;
      this.#break(tooHeavy(packFolder, heapMb));
    }
    if (this.#state === 'broken') {
      this.#rejectAll();
      return;
    }
    this.#state = 'starting';
    if (this.#strikes >= STRIKES) {
      const message = `The inference process ended ${STRIKES} times in a row without finishing an image; the last one ${describeDeath(reason)}. It is not started again: check the memory and the graphics driver, choose the device "cpu", or close other programs.`;
      this.#break(failure('keeps-crashing', { times: STRIKES }, message));
    } else {
      const pause = this.#strikes === 0 ? 0 : 50 * 2 ** this.#strikes;
      this.#restart = setTimeout(() => this.#start(), pause);
    }
  }

  /** The slow image is rejected, the ones behind it try again without blame. */
  #blameOldest(victims: Task[], reason: Extract<DeathReason, { kind: 'timeout' }>): Task[] {
    const [slow, ...others] = victims;
    if (slow) {
      const message = `The inference process ${describeDeath(reason)} and was replaced.`;
      const values = { file: slow.request.job.path, seconds: Math.round(reason.afterMs / 1000) };
      this.#settle(slow, failure('image-timed-out', values, message));
    }
    return others;
  }

  /** Any of them may be the cause: first-time victims try again, one by one. */
  #blameAll(victims: Task[], reason: DeathReason): Task[] {
    return victims.filter((task) => {
      const { path } = task.request.job;
      if (task.suspect) {
        const message = `The inference process ${describeDeath(reason)} while working on ${path}, twice.`;
        this.#settle(task, failure('image-crashed', { file: path }, message));
        return false;
      }
      task.suspect = true;
      if (!task.settled) this.#tell({ kind: 'retry', path });
      return true;
    });
  }

  #break(error: ClipSamError): void {
    this.#state = 'broken';
    this.#broken = error;
    this.#settleOpened.reject(error);
    this.#rejectAll();
    this.#tell({ kind: 'gave-up', error: toErrorRecord(error) });
  }

  #rejectAll(): void {
    for (const task of this.#queue.splice(0)) this.#settle(task, this.#broken!);
  }

  #tell(event: InferenceEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** The error for a process that nothing was ever heard of: another one would hang in the same place. */
function neverReady(reason: Extract<DeathReason, { kind: 'start-timeout' }>): ClipSamError {
  const seconds = Math.round(reason.afterMs / 1000);
  return failure(
    'never-ready',
    { seconds },
    `The inference process ${describeDeath(reason)} and is not started again. Check the pack with \`clipsam models verify\`; if it is whole, choose the device "cpu" or close other programs.`,
  );
}
