import type { DeviceStatus } from '../../../src-shared/contract/device.ts';
import type { DeviceRequest } from '../../../src-shared/device.ts';
import { ClipSamError, failure, toErrorRecord } from '../../../src-shared/errors.ts';
import {
  type InferenceClient,
  type InferenceEvent,
  openInference,
} from '../../inference/inference-client.ts';
import type { ProcessHost } from '../../inference/process-host.ts';
import { findPack, type PackRoots } from '../packs/model-packs.ts';

export { deviceSurveyor } from '../../inference/device-survey.ts';
export type { ProcessHost } from '../../inference/process-host.ts';

export interface InferencePoolOptions extends PackRoots {
  readonly device: DeviceRequest;
  readonly threads?: number;
  readonly host?: ProcessHost;
  readonly onStatus?: (status: DeviceStatus) => void;
  /** Starts an inference process; for tests. */
  readonly open?: typeof openInference;
}

/** The right to use an inference process: it is not closed before all of them are given back. */
export interface InferenceLease {
  readonly inference: InferenceClient;
  /** More than once does no harm. */
  release(): void;
}

interface Entry {
  readonly inference: Promise<InferenceClient>;
  users: number;
  /** Everything that it is asked fails: the next user gets a new one. */
  broken: boolean;
}

/** Bytes of memory that are worth telling. */
const RSS_STEP = 4 << 20;

/**
 * The inference processes of the workstation, one per pack, started when they are first needed and shared by runs,
 * self-tests and questions to SAM.
 */
export class InferencePool {
  readonly #options: InferencePoolOptions;
  /** By the packs' references. */
  readonly #entries = new Map<string, Entry>();
  #status: DeviceStatus;
  #closed = false;

  constructor(options: InferencePoolOptions) {
    this.#options = options;
    this.#status = stopped(options.device);
  }

  /** Of the process that was started last. */
  get status(): DeviceStatus {
    return this.#status;
  }

  get isUsed(): boolean {
    return [...this.#entries.values()].some(({ users }) => users > 0);
  }

  /** Whether a pack has an encoder for SAM alone. @throws ClipSamError `pack-not-found`, `pack-invalid` */
  async hasOwnSegmenter(pack: string): Promise<boolean> {
    return (await findPack(pack, this.#options)).pack.segmenter.encoder.kind === 'own';
  }

  /** @throws ClipSamError `pack-not-found`, `pack-invalid`, and what `openInference` says */
  async acquire(pack: string): Promise<InferenceLease> {
    this.#refuseWhenClosed();
    let entry = this.#usable(pack);
    if (!entry) {
      const { folder } = await findPack(pack, this.#options);
      this.#refuseWhenClosed();
      // Another user may have started it in the meantime.
      entry = this.#usable(pack) ?? this.#replace(pack, folder);
    }
    const mine = entry;
    mine.users++;
    let released = false;
    const release = () => {
      if (!released) mine.users--;
      released = true;
    };
    try {
      return { inference: await mine.inference, release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** An inference process of its own on another device, for a trial; the caller closes it. */
  async openApart(
    pack: string,
    device: DeviceRequest,
    onEvent: (event: InferenceEvent) => void,
  ): Promise<InferenceClient> {
    const { threads, host, open = openInference } = this.#options;
    const { folder } = await findPack(pack, this.#options);
    this.#refuseWhenClosed();
    return open({ packFolder: folder, device, onEvent, ...(threads && { threads }), ...(host && { host }) });
  }

  /**
   * The device for the next start of the inference process; an idle process is ended.
   * @throws ClipSamError `conflict` while the process is in use
   */
  async chooseDevice(device: DeviceRequest): Promise<DeviceStatus> {
    if (device === this.#status.asked) return this.#status;
    await this.endIdle(() => this.#tell(stopped(device)));
    return this.#status;
  }

  /**
   * Ends idle processes, which hold the files of packs.
   * @param before is called first
   * @throws ClipSamError `conflict` while a process is in use
   */
  async endIdle(before: () => void = () => this.#tell(stopped(this.#status.asked))): Promise<void> {
    if (this.isUsed) {
      throw failure(
        'process-busy',
        'The inference process is at work. Wait until it has finished, or cancel the run, before choosing another device.',
      );
    }
    before();
    await this.#closeAll();
  }

  /** Cancels what is under way and ends the processes. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#closeAll();
    this.#tell(stopped(this.#status.asked));
  }

  #usable(pack: string): Entry | undefined {
    const entry = this.#entries.get(pack);
    return entry?.broken ? undefined : entry;
  }

  #replace(pack: string, packFolder: string): Entry {
    const broken = this.#entries.get(pack);
    if (broken) void this.#close(pack, broken);
    // Another pack's process may hold gigabytes that nobody needs.
    for (const [other, idle] of this.#entries) if (idle.users === 0) void this.#close(other, idle);
    return this.#open(pack, packFolder);
  }

  #open(pack: string, packFolder: string): Entry {
    const { threads, host, open = openInference } = this.#options;
    const device = this.#status.asked;
    this.#tell({ ...stopped(device), state: 'starting' });
    const entry: Entry = {
      inference: open({
        packFolder,
        device,
        ...(threads && { threads }),
        ...(host && { host }),
        onEvent: (event) => this.#onEvent(pack, event),
      }),
      users: 0,
      broken: false,
    };
    this.#entries.set(pack, entry);
    entry.inference.catch((error: unknown) => {
      entry.broken = true;
      if (this.#entries.get(pack) !== entry) return;
      this.#entries.delete(pack);
      this.#tell({
        ...this.#status,
        state: 'failed',
        rssBytes: null,
        servers: [],
        error: toErrorRecord(error),
      });
    });
    return entry;
  }

  #onEvent(pack: string, event: InferenceEvent): void {
    const status = this.#status;
    switch (event.kind) {
      case 'ready':
        this.#tell({ ...status, state: 'ready', report: event.device, error: null });
        return;
      case 'heartbeat': {
        const { rssBytes, servers = [] } = event;
        const isSame = JSON.stringify(servers) === JSON.stringify(status.servers);
        if (isSame && Math.abs(rssBytes - (status.rssBytes ?? 0)) < RSS_STEP) return;
        this.#tell({ ...status, rssBytes, servers });
        return;
      }
      case 'died': {
        const { kind } = event.reason;
        if (kind === 'closed' || kind === 'refused') return;
        this.#tell({
          ...status,
          state: 'starting',
          rssBytes: null,
          servers: [],
          restarts: status.restarts + 1,
        });
        return;
      }
      case 'gave-up': {
        const entry = this.#entries.get(pack);
        if (entry) entry.broken = true;
        this.#tell({ ...status, state: 'failed', rssBytes: null, servers: [], error: event.error });
      }
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new ClipSamError('cancelled', 'The workstation is closing.');
  }

  async #closeAll(): Promise<void> {
    await Promise.all([...this.#entries].map(([pack, entry]) => this.#close(pack, entry)));
  }

  async #close(pack: string, entry: Entry): Promise<void> {
    if (this.#entries.get(pack) === entry) this.#entries.delete(pack);
    const inference = await entry.inference.catch(() => undefined);
    await inference?.close();
  }

  #tell(status: DeviceStatus): void {
    this.#status = status;
    this.#options.onStatus?.(status);
  }
}

function stopped(asked: DeviceRequest): DeviceStatus {
  return { state: 'stopped', asked, report: null, rssBytes: null, restarts: 0, servers: [], error: null };
}
