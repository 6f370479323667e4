import { parentPort, workerData } from 'node:worker_threads';
import { ClipSamError, type ErrorRecord, toErrorRecord } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { DeviceReport, DeviceRequest } from '../../src-shared/result.ts';
import type { DecoderPrompts } from '../pipeline/region-prompts.ts';
import {
  type DecodedLogits,
  type EncoderImage,
  Engine,
  type MaskLogits,
  type Segmentation,
  type SegmentRecipe,
} from './engine.ts';
import { loadPack } from './pack-loader.ts';

/** What the engine's thread is started with. */
export interface EngineOptions {
  readonly packFolder: string;
  readonly device: DeviceRequest;
  readonly threads?: number;
  /** Megabytes of its heap; models, tensors and images lie outside of it. Default 2048. */
  readonly heapMb?: number;
}

/** What the engine can be asked, with the answer to each. Big arrays are moved, not copied. */
export interface EngineRequests {
  readonly segment: {
    readonly job: { readonly image: EncoderImage; readonly recipe: SegmentRecipe };
    readonly result: Segmentation;
  };
  readonly askSam: {
    readonly job: {
      /** Of the image's embedding. */
      readonly key: string;
      readonly prompts: DecoderPrompts;
      readonly image?: EncoderImage;
    };
    readonly result: DecodedLogits | undefined;
  };
}
export type EngineRequestKind = keyof EngineRequests;
export type EngineRequest = {
  [K in EngineRequestKind]: { readonly kind: K; readonly job: EngineRequests[K]['job'] };
}[EngineRequestKind];

/** Process → its engine thread. */
export type ToEngine =
  | { readonly kind: 'request'; readonly id: number; readonly request: EngineRequest }
  | { readonly kind: 'cancel'; readonly id: number };

/** Engine thread → its process. First `ready` or `refused`, then one `answer` or `failed` per request. */
export type FromEngine =
  | {
      readonly kind: 'ready';
      readonly device: DeviceReport;
      readonly packHash: string;
      readonly vision: Pack['vision'];
    }
  | { readonly kind: 'refused'; readonly error: ErrorRecord }
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly result: EngineRequests[EngineRequestKind]['result'];
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorRecord };

const port = parentPort;
if (!port) throw new TypeError('engine-thread runs in a worker thread');

const say = (message: FromEngine, moved: readonly ArrayBuffer[] = []) => port.postMessage(message, moved);
const underWay = new Map<number, AbortController>();

try {
  const options = workerData as EngineOptions;
  const loaded = await loadPack(options.packFolder);
  const engine = await Engine.open(loaded, options);
  // Sessions are used by one request at a time, in the order of the questions.
  let last = Promise.resolve();
  port.on('message', (message: ToEngine) => {
    if (message.kind === 'cancel') return underWay.get(message.id)?.abort();
    const controller = new AbortController();
    underWay.set(message.id, controller);
    last = last.then(() => answer(engine, message.id, message.request, controller.signal));
  });
  const { vision } = loaded.pack;
  say({ kind: 'ready', device: engine.device, packHash: loaded.packHash, vision });
} catch (error) {
  say({ kind: 'refused', error: toErrorRecord(error, 'pack-invalid') });
}

async function answer(
  engine: Engine,
  id: number,
  request: EngineRequest,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (request.kind === 'segment') {
      const result = await engine.segment(request.job.image, request.job.recipe, signal);
      const levels = result.regions.flatMap((region) => region.levels);
      say({ kind: 'answer', id, result }, movable(levels));
    } else {
      const { key, prompts, image } = request.job;
      const result = await engine.askSam(key, prompts, image);
      say({ kind: 'answer', id, result }, movable(result?.levels ?? []));
    }
  } catch (error) {
    // A device that fails once (lost, out of memory) fails for every image after: only a new process helps.
    if (engine.device.running !== 'cpu' && !(error instanceof ClipSamError)) throw error;
    say({ kind: 'failed', id, error: toErrorRecord(error) });
  } finally {
    underWay.delete(id);
  }
}

function movable(levels: MaskLogits): ArrayBuffer[] {
  return levels.map(({ logits }) => logits.buffer as ArrayBuffer);
}
