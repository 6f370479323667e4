import { Worker } from 'node:worker_threads';
import { ClipSamError, fromErrorRecord, throwIfCancelled } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { DeviceReport } from '../../src-shared/result.ts';
import type {
  EngineOptions,
  EngineRequest,
  EngineRequestKind,
  EngineRequests,
  FromEngine,
  ToEngine,
} from './engine-thread.ts';
import { isOutOfMemory } from './examination-client.ts';
import { HEAP_MB } from './inference-protocol.ts';
import { tooHeavy } from './pack-files.ts';

/** The engine as the main thread of the inference process sees it. */
export interface EngineClient {
  readonly device: DeviceReport;
  readonly packHash: string;
  readonly vision: Pack['vision'];
  /**
   * Questions queue in the engine's thread and are answered in their order. The image's pixels move there: they are
   * gone here afterwards.
   * @throws ClipSamError as `Engine`
   */
  segment(
    job: EngineRequests['segment']['job'],
    signal?: AbortSignal,
  ): Promise<EngineRequests['segment']['result']>;
  askSam(
    job: EngineRequests['askSam']['job'],
    signal?: AbortSignal,
  ): Promise<EngineRequests['askSam']['result']>;
}

type AnyResult = EngineRequests[EngineRequestKind]['result'];

/**
 * Starts the engine's thread.
 * @param onDeath the thread ended by an error; nothing it was asked will be answered
 * @throws ClipSamError what `loadPack` and `Engine.open` say
 */
export async function startEngine(
  options: EngineOptions,
  onDeath: (error: unknown) => void,
): Promise<EngineClient> {
  const { heapMb = HEAP_MB } = options;
  const worker = new Worker(new URL('./engine-thread.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const waiting = new Map<
    number,
    { resolve: (result: AnyResult) => void; reject: (error: unknown) => void }
  >();
  let lastId = 0;
  const { promise: ready, ...opened } = Promise.withResolvers<FromEngine & { readonly kind: 'ready' }>();

  let isReady = false;
  worker.on('error', (error) => {
    if (isReady || !isOutOfMemory(error)) onDeath(error);
    else opened.reject(tooHeavy(options.packFolder, heapMb));
  });
  worker.on('message', (message: FromEngine) => {
    if (message.kind === 'ready') opened.resolve(message);
    else if (message.kind === 'refused') opened.reject(fromErrorRecord(message.error));
    else {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.kind === 'answer') asked?.resolve(message.result);
      else asked?.reject(fromErrorRecord(message.error));
    }
  });

  const ask = async (request: EngineRequest, signal: AbortSignal | undefined): Promise<AnyResult> => {
    throwIfCancelled(signal);
    const id = ++lastId;
    const { promise, ...settle } = Promise.withResolvers<AnyResult>();
    waiting.set(id, settle);
    const say = (message: ToEngine, moved: ArrayBuffer[] = []) => worker.postMessage(message, moved);
    const cancel = () => say({ kind: 'cancel', id });
    signal?.addEventListener('abort', cancel, { once: true });
    const pixels = request.job.image?.pixels.buffer;
    say({ kind: 'request', id, request }, pixels instanceof ArrayBuffer ? [pixels] : []);
    try {
      return await promise;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  };

  const { device, packHash, vision } = await ready;
  isReady = true;
  return {
    device,
    packHash,
    vision,
    async segment(job, signal) {
      const result = await ask({ kind: 'segment', job }, signal);
      if (result && 'coarse' in result) return result;
      throw new ClipSamError('inference-failed', 'The engine gave the answer to another question.');
    },
    async askSam(job, signal) {
      const result = await ask({ kind: 'askSam', job }, signal);
      if (!result || 'levels' in result) return result;
      throw new ClipSamError('inference-failed', 'The engine gave the answer to another question.');
    },
  };
}
