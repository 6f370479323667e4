import { totalmem } from 'node:os';
import { type DeviceReport, type DeviceRequest, isLocalRequest } from '../../src-shared/device.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { ClipSamError, throwIfCancelled, toErrorRecord } from '../../src-shared/errors.ts';
import type { PartSeed } from '../../src-shared/inspection-area.ts';
import type { ServerState } from '../../src-shared/model-servers.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import { type LackOfMemory, lackOfDeviceMemory } from './device-memory.ts';
import { imagesUnderWay } from './images-under-way.ts';
import type {
  AskSamJob,
  Embedded,
  EmbedJob,
  ImageProgress,
  InferenceRequests,
  InspectJob,
  PartSeedJob,
  PoseJob,
  PrepareSamJob,
  Rescored,
  RescoreJob,
  SamMasks,
} from './inference-protocol.ts';
import { tooHeavy } from './pack-files.ts';
import { type DeathReason, ProcessDeath } from './process-death.ts';
import { forkHost, type ProcessHost } from './process-host.ts';
import { RequestQueue } from './request-queue.ts';
import { afterDeath } from './restart-policy.ts';
import { serverAccessPlaces } from './server/server-access.ts';
import { type SupervisedChild, superviseChild } from './supervised-child.ts';

export type { InspectJob } from './inference-protocol.ts';
export { describeDeath } from './process-death.ts';

/** What happens to the inference process. Each start is a new generation. */
export type InferenceEvent =
  | {
      readonly kind: 'ready';
      readonly generation: number;
      readonly pid: number | undefined;
      readonly device: DeviceReport;
    }
  | {
      readonly kind: 'heartbeat';
      readonly generation: number;
      readonly rssBytes: number;
      /** Absent or empty: this machine was asked for. */
      readonly servers?: readonly ServerState[];
    }
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
  /** Milliseconds an image may take, or one of its tiles, or a picture that it is compared with, before its process is given up. Default 180,000. */
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
   * Inspects one image; `onProgress` hears of each tile of one that is looked at in tiles, and of what it is compared with
   * being prepared. Call it for several images at once: four are under way at a time, more on servers, the rest queue, and reading,
   * inference and post-processing overlap.
   * @throws ClipSamError `cancelled`; `inference-crashed` when the process died twice over this image or keeps
   *   dying; `inference-timeout`; and whatever the image itself provokes (`image-unreadable`, `disk-full`, ...)
   */
  inspect(
    job: InspectJob,
    signal?: AbortSignal,
    onProgress?: (progress: ImageProgress) => void,
  ): Promise<InspectionResult>;
  /** Asks SAM for prompts of the inspector's own. Goes ahead of waiting images. Errors as {@link inspect}. */
  askSam(job: AskSamJob, signal?: AbortSignal): Promise<SamMasks>;
  /**
   * Makes SAM's embedding of an image ahead, where SAM has an encoder of its own, while nothing else is to be done.
   * Errors as {@link inspect}.
   */
  prepareSam(job: PrepareSamJob, signal?: AbortSignal): Promise<void>;
  /** How an image's part lies. Queues as {@link inspect}; errors too. */
  pose(job: PoseJob, signal?: AbortSignal): Promise<InferenceRequests['pose']['result']>;
  /** Makes an image's token file, unless it is there. Queues as {@link inspect}; errors too. */
  embed(job: EmbedJob, signal?: AbortSignal): Promise<Embedded>;
  /**
   * Scores images again by their tokens: no image is read. Null for an image without tokens of this pack. Queues as
   * {@link inspect}: few images at a time keep others from waiting.
   * @throws ClipSamError as {@link inspect}
   */
  rescore(job: RescoreJob, signal?: AbortSignal): Promise<readonly (readonly Rescored[] | null)[]>;
  /**
   * What is remembered of a part that was clicked; null: SAM finds nothing there. Goes ahead as {@link askSam}.
   * @throws ClipSamError as {@link inspect}; `image-changed` when the file holds another image now
   */
  partSeed(job: PartSeedJob, signal?: AbortSignal): Promise<PartSeed | null>;
  /** Cancels everything under way and ends the process. */
  close(): Promise<void>;
}

/** Milliseconds that cancelled images get to finish their current step when the process is closed. */
const CLOSE_PATIENCE = 3000;

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
  readonly #queue: RequestQueue;
  readonly #settleOpened: { resolve: () => void; reject: (error: unknown) => void };
  #state: 'starting' | 'running' | 'draining' | 'broken' | 'closed' = 'starting';
  #child: SupervisedChild | undefined;
  #generation = 0;
  #deathsInARow = 0;
  #answersOfGeneration = 0;
  /** Why it is not started again. */
  #broken: ClipSamError | undefined;
  #restart: NodeJS.Timeout | undefined;
  #ready: InferenceRequests['open']['result'] | undefined;
  /** The child under way has its pack loaded. */
  #isChildReady = false;
  #lackOfMemory: LackOfMemory | undefined;
  #onDead: (() => void) | undefined;

  constructor(options: InferenceOptions) {
    this.#options = options;
    this.#host = options.host ?? forkHost();
    this.#queue = new RequestQueue(options.imageTimeout ?? 180_000, {
      onAnswer: () => {
        this.#deathsInARow = 0;
        this.#answersOfGeneration++;
      },
      onRetry: (path) => this.#tell({ kind: 'retry', path }),
      onOverdue: (path, afterMs) => {
        this.#drain();
        this.#child?.kill({ kind: 'timeout', path, afterMs });
      },
    });
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

  async inspect(
    job: InspectJob,
    signal?: AbortSignal,
    onProgress?: (progress: ImageProgress) => void,
  ): Promise<InspectionResult> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('inspect', job, signal, onProgress);
  }

  async askSam(job: AskSamJob, signal?: AbortSignal): Promise<SamMasks> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('askSam', job, signal);
  }

  async prepareSam(job: PrepareSamJob, signal?: AbortSignal): Promise<void> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('prepareSam', job, signal);
  }

  async pose(job: PoseJob, signal?: AbortSignal): Promise<InferenceRequests['pose']['result']> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('pose', job, signal);
  }

  async embed(job: EmbedJob, signal?: AbortSignal): Promise<Embedded> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('embed', job, signal);
  }

  async rescore(job: RescoreJob, signal?: AbortSignal): Promise<readonly (readonly Rescored[] | null)[]> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('rescore', job, signal);
  }

  async partSeed(job: PartSeedJob, signal?: AbortSignal): Promise<PartSeed | null> {
    this.#throwUnlessOpen(signal);
    return this.#queue.ask('partSeed', job, signal);
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    clearTimeout(this.#restart);
    this.#queue.cancelAll(wasClosed());
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, CLOSE_PATIENCE);
    await Promise.race([this.#queue.whenIdle(), patience.promise]);
    clearTimeout(timer);
    if (this.#child) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onDead = resolve;
      this.#child.kill({ kind: 'closed' });
      await promise;
    }
  }

  #throwUnlessOpen(signal: AbortSignal | undefined): void {
    throwIfCancelled(signal);
    if (this.#broken) throw this.#broken;
    if (this.#state === 'closed') throw wasClosed();
  }

  #start(): void {
    const { packFolder, device, threads, heapMb, readyTimeout = 120_000, silence = 20_000 } = this.#options;
    const generation = ++this.#generation;
    this.#state = 'starting';
    this.#answersOfGeneration = 0;
    this.#isChildReady = false;
    const lackOfMemory = this.#lackOfMemory;
    const child = superviseChild(
      this.#host,
      { readyTimeout, silence },
      {
        onHeartbeat: ({ rssBytes, servers = [] }) => {
          this.#tell({ kind: 'heartbeat', generation, rssBytes, servers });
          this.#checkMemory(rssBytes);
        },
        onDeath: (reason) => this.#onDeath(reason, generation),
      },
    );
    this.#child = child;
    const options = {
      packFolder,
      device,
      ...(threads && { threads }),
      ...(heapMb && { heapMb }),
      ...(lackOfMemory && { lackOfMemory }),
      // Its environment is not its parent's.
      ...(!isLocalRequest(device) && { serverAccess: serverAccessPlaces(process.env) }),
    };
    child.ask('open', options).then(
      (ready) => this.#onReady(ready, child, generation),
      (error) => {
        if (error instanceof ProcessDeath) return;
        this.#break(error);
        child.kill({ kind: 'refused' });
      },
    );
  }

  #onReady(ready: InferenceRequests['open']['result'], child: SupervisedChild, generation: number): void {
    this.#ready = ready;
    this.#isChildReady = true;
    this.#tell({ kind: 'ready', generation, pid: child.pid, device: ready.device });
    this.#settleOpened.resolve();
    if (this.#state !== 'starting' || this.#child !== child) return;
    this.#state = 'running';
    this.#queue.resume(child, imagesUnderWay(ready.device));
  }

  /** Sends the process nothing more. */
  #drain(): void {
    this.#queue.pause();
    if (this.#state === 'running') this.#state = 'draining';
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
    this.#drain();
    void this.#replaceWhenIdle({ kind: 'memory-cap', rssBytes, capBytes });
  }

  async #replaceWhenIdle(reason: DeathReason): Promise<void> {
    const child = this.#child;
    await this.#queue.whenIdle();
    if (this.#state === 'draining') child?.kill(reason);
  }

  #onDeath(reason: DeathReason, generation: number): void {
    this.#child = undefined;
    this.#tell({ kind: 'died', generation, reason });
    const lack = this.#lackIn(reason);
    if (lack) this.#lackOfMemory = lack;
    this.#queue.processDied(reason, lack !== undefined);
    this.#onDead?.();
    if (this.#state === 'closed') {
      this.#settleOpened.reject(wasClosed());
      return;
    }
    if (this.#broken) {
      this.#queue.rejectWaiting(this.#broken);
      return;
    }
    if (reason.kind !== 'memory-cap' && !lack) this.#deathsInARow++;
    const next = afterDeath({
      reason,
      deathsInARow: this.#deathsInARow,
      wasEverReady: this.#ready !== undefined,
      packFolder: this.#options.packFolder,
      heapMb: this.#options.heapMb,
    });
    if ('error' in next) {
      this.#break(next.error);
      return;
    }
    this.#state = 'starting';
    this.#restart = setTimeout(() => this.#start(), next.pauseMs);
  }

  /** Set when the process ended because its device had no memory left: the next one takes less. */
  #lackIn(reason: DeathReason): LackOfMemory | undefined {
    const device = this.#isChildReady ? this.#ready?.device.running : undefined;
    if (reason.kind !== 'died' || device === undefined || device === 'cpu') return undefined;
    const line = lackOfDeviceMemory(reason.stderr);
    return line === undefined || device === 'server'
      ? undefined
      : { step: (this.#lackOfMemory?.step ?? 0) + 1, device, reason: line.slice(-300) };
  }

  #break(error: ClipSamError): void {
    this.#state = 'broken';
    this.#broken = error;
    this.#settleOpened.reject(error);
    this.#queue.rejectWaiting(error);
    this.#tell({ kind: 'gave-up', error: toErrorRecord(error) });
  }

  #tell(event: InferenceEvent): void {
    this.#options.onEvent?.(event);
  }
}

function wasClosed(): ClipSamError {
  return new ClipSamError('cancelled', 'The inference process was closed.');
}
