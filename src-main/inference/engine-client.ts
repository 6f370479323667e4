import { Worker } from 'node:worker_threads';
import type { DeviceReport } from '../../src-shared/device.ts';
import type { PartDoubt, PartMark, PartSeed } from '../../src-shared/inspection-area.ts';
import type { ServerState } from '../../src-shared/model-servers.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { LanguageRecipe } from '../methods/map-recipe.ts';
import type { CellMask } from '../pipeline/area-mask.ts';
import type { DecoderPrompts } from '../pipeline/decoder-prompts.ts';
import type { EncoderSize } from '../pipeline/tile-plan.ts';
import type { EncoderImage } from './encoder-image.ts';
import {
  type ComparisonProgress,
  type EngineOptions,
  HEAP_MB,
  type InferenceRequests,
} from './inference-protocol.ts';
import { tooHeavy } from './pack-files.ts';
import { RequestClient } from './request-channel.ts';
import type {
  CoarseAnswer,
  DecodedLogits,
  EmbedAnswer,
  Others,
  Segmentation,
  SegmentRecipe,
} from './segmentation.ts';
import { isOutOfMemory, threadPort } from './thread-port.ts';

/** What is known of the engine once its pack is loaded. */
export interface OpenedEngine {
  readonly device: DeviceReport;
  readonly packHash: string;
  readonly vision: Pack['vision'];
  readonly segmenter: Pack['segmenter'];
  readonly head: Pack['head'];
  /** Images go to the engine as bytes: models on servers normalise them. */
  readonly takesBytes: boolean;
  /** Side of the frame that maps, regions and masks live in. */
  readonly frameSide: number;
}

/** What decides how an image is cut into tiles. */
export function tileSize({ vision, frameSide }: Pick<OpenedEngine, 'vision' | 'frameSide'>): EncoderSize {
  return { inputSize: frameSide, grid: vision.grid };
}

/** What the engine's thread can be asked, with the answer to each. `open` comes first and once. */
export interface EngineRequests {
  readonly open: { readonly job: EngineOptions; readonly result: OpenedEngine };
  readonly segment: {
    readonly job: Others & {
      readonly image: EncoderImage;
      readonly recipe: SegmentRecipe;
    };
    readonly result: Segmentation;
    readonly progress: ComparisonProgress;
  };
  readonly coarseMap: {
    readonly job: { readonly image: EncoderImage; readonly recipe: LanguageRecipe };
    readonly result: CoarseAnswer;
  };
  readonly embed: {
    readonly job: { readonly image: EncoderImage; readonly recipe: LanguageRecipe };
    readonly result: EmbedAnswer;
  };
  readonly rescore: InferenceRequests['rescore'];
  readonly serverStates: { readonly job: null; readonly result: readonly ServerState[] };
  readonly partSeed: {
    readonly job: { readonly image: EncoderImage; readonly mark: Pick<PartMark, 'point' | 'level'> };
    readonly result: Omit<PartSeed, 'packHash'> | undefined;
  };
  readonly partCells: {
    readonly job: { readonly image: EncoderImage; readonly seed: Omit<PartSeed, 'packHash'> };
    readonly result: { readonly cells: CellMask } | { readonly doubt: PartDoubt };
  };
  /** False: the embedding is not there, and no image came with the question. */
  readonly prepareSam: {
    readonly job: { readonly key: string; readonly image?: EncoderImage };
    readonly result: boolean;
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

/** The engine as the main thread of the inference process sees it. */
export interface EngineClient extends OpenedEngine {
  /**
   * Requests wait in the engine's thread and are answered in their order; where servers compute, each at once. The image's pixels move there: they are
   * gone here afterwards.
   * @throws ClipSamError as `Engine`
   */
  segment(
    job: EngineRequests['segment']['job'],
    signal?: AbortSignal,
    onPrepared?: (progress: ComparisonProgress) => void,
  ): Promise<Segmentation>;
  coarseMap(job: EngineRequests['coarseMap']['job'], signal?: AbortSignal): Promise<CoarseAnswer>;
  embed(job: EngineRequests['embed']['job'], signal?: AbortSignal): Promise<EmbedAnswer>;
  rescore(
    job: EngineRequests['rescore']['job'],
    signal?: AbortSignal,
    onPrepared?: (progress: ComparisonProgress) => void,
  ): Promise<EngineRequests['rescore']['result']>;
  serverStates(): Promise<readonly ServerState[]>;
  partSeed(job: EngineRequests['partSeed']['job']): Promise<EngineRequests['partSeed']['result']>;
  partCells(job: EngineRequests['partCells']['job']): Promise<EngineRequests['partCells']['result']>;
  prepareSam(job: EngineRequests['prepareSam']['job'], signal?: AbortSignal): Promise<boolean>;
  askSam(job: EngineRequests['askSam']['job'], signal?: AbortSignal): Promise<DecodedLogits | undefined>;
}

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
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const thread = new RequestClient<EngineRequests>(threadPort(worker));
  let isOpen = false;
  worker.on('error', (error) => {
    if (isOpen || !isOutOfMemory(error)) onDeath(error);
    else thread.close(tooHeavy(options.packFolder, heapMb));
  });
  const opened = await thread.ask('open', options);
  isOpen = true;
  return {
    ...opened,
    segment: (job, signal, onProgress) => {
      const transfer = [...pixelsOf(job.image), ...(job.aligned ? pixelsOf(job.aligned.image) : [])];
      return thread.ask('segment', job, { signal, transfer, onProgress });
    },
    coarseMap: (job, signal) => thread.ask('coarseMap', job, { signal, transfer: pixelsOf(job.image) }),
    embed: (job, signal) => thread.ask('embed', job, { signal, transfer: pixelsOf(job.image) }),
    rescore: (job, signal, onProgress) => thread.ask('rescore', job, { signal, onProgress }),
    serverStates: () => thread.ask('serverStates', null),
    partSeed: (job) => thread.ask('partSeed', job, { transfer: pixelsOf(job.image) }),
    partCells: (job) => thread.ask('partCells', job, { transfer: pixelsOf(job.image) }),
    prepareSam: (job, signal) =>
      thread.ask('prepareSam', job, { signal, transfer: job.image ? pixelsOf(job.image) : [] }),
    askSam: (job, signal) =>
      thread.ask('askSam', job, { signal, transfer: job.image ? pixelsOf(job.image) : [] }),
  };
}

function pixelsOf({ pixels }: EncoderImage): ArrayBuffer[] {
  return pixels.buffer instanceof ArrayBuffer ? [pixels.buffer] : [];
}
