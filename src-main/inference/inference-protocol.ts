import type { ErrorRecord } from '../../src-shared/errors.ts';
import type { PackedLevels } from '../../src-shared/packed-levels.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { DeviceReport, DeviceRequest, InspectionResult } from '../../src-shared/result.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import type { DecoderPrompts } from '../pipeline/region-prompts.ts';
import type { Examination, Finding } from './examination.ts';

/** One image to inspect. */
export interface InspectJob {
  readonly path: string;
  readonly recipe: Recipe;
  /** As readers count it, from 0; undefined: the file's first picture. */
  readonly page?: number | undefined;
  /** What is black and white, for samples of more than 8 bits whose file does not say. */
  readonly range?: SampleRange | undefined;
  /** Folder of the artifact store that gets the maps and the mask. */
  readonly artifactRoot: string;
}

/** Prompts of the operator's own for an image: SAM answers, CLIP's stage and UMCI are not asked. */
export interface AskSamJob {
  readonly path: string;
  /** Gives the pixel limit. */
  readonly recipe: Recipe;
  /** SHA-256 of the image file, where known: a recent embedding is found by it and the file isn't read again. */
  readonly contentHash?: string;
  /** As the image was inspected with. */
  readonly page?: number | undefined;
  readonly range?: SampleRange | undefined;
  readonly prompts: DecoderPrompts;
}

export interface SamMasks {
  readonly levels: PackedLevels;
  /** Bare session time of SAM's decoder in milliseconds. */
  readonly decodeMs: number;
}

/** What the inference process can be asked, with the answer to each. */
export interface Requests {
  readonly inspect: { readonly job: InspectJob; readonly result: InspectionResult };
  readonly askSam: { readonly job: AskSamJob; readonly result: SamMasks };
}
export type RequestKind = keyof Requests;
export type Request = {
  [K in RequestKind]: { readonly kind: K; readonly job: Requests[K]['job'] };
}[RequestKind];

/** Parent → child. `open` comes first and once; or `examine`, and nothing else. */
export type ToChild =
  | {
      readonly kind: 'open';
      readonly packFolder: string;
      readonly device: DeviceRequest;
      readonly threads?: number;
      /** Megabytes of the engine's heap. */
      readonly heapMb?: number;
    }
  | { readonly kind: 'examine'; readonly examination: Examination; readonly heapMb: number }
  | { readonly kind: 'request'; readonly id: number; readonly request: Request }
  | { readonly kind: 'cancel'; readonly id: number };

/**
 * Child → parent. After `open` comes `ready` or `refused`, after `examine` comes `examined`; every request gets exactly
 * one `answer` or `failed`.
 */
export type FromChild =
  | { readonly kind: 'heartbeat'; readonly rssBytes: number }
  | { readonly kind: 'ready'; readonly device: DeviceReport; readonly packHash: string }
  | { readonly kind: 'refused'; readonly error: ErrorRecord }
  | { readonly kind: 'examined'; readonly finding: Finding }
  | { readonly kind: 'answer'; readonly id: number; readonly result: Requests[RequestKind]['result'] }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorRecord };

/** Milliseconds between two heartbeats of the child. */
export const HEARTBEAT_INTERVAL = 1000;
/** Megabytes of objects that may be made of a pack's files, unless said otherwise. */
export const HEAP_MB = 2048;
