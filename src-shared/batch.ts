import type { BatchRanges, SampleKind, SampleRanges } from './batch-range.ts';
import type { ErrorRecord } from './errors.ts';
import type { ImagePage } from './image-page.ts';
import type { DeviceReport } from './result.ts';
import type { SampleRange } from './sample-range.ts';

/** What the inspector writes on a batch; empty text where nothing was given. */
export interface BatchMetadata {
  readonly name: string;
  /** What the inspected object is called; goes into the prompts through the recipe. */
  readonly objectName: string;
  readonly partNumber: string;
  readonly revision: string;
  readonly lot: string;
  readonly order: string;
  /** Recipe proposed for the next run. */
  readonly recipeHash: string | null;
}

/** A set of images that belong together: one lot, one order, one folder. Times are ISO 8601, UTC. */
export interface Batch extends BatchMetadata {
  readonly id: number;
  readonly createdAt: string;
  readonly archivedAt: string | null;
  /** What is black and white in its images of more than 8 bits, from now on. */
  readonly sampleRanges: BatchRanges;
}

/** Days for which a deleted batch can be restored; then it is removed for good. */
export const KEEP_DELETED_DAYS = 30;

/** An image of a batch: a file, or one of the pictures in it. */
export interface BatchImage {
  readonly id: number;
  readonly batchId: number;
  /** Absolute path on this machine. */
  readonly path: string;
  /** Null: the file has one picture, or nobody has looked. */
  readonly page: ImagePage | null;
  /** SHA-256 of the file when it was imported; null when it could not be read then. */
  readonly contentHash: string | null;
  readonly bytes: number | null;
  /** Pixels after EXIF orientation; null until the image was inspected. */
  readonly width: number | null;
  readonly height: number | null;
  readonly addedAt: string;
  /** Samples of more than 8 bits whose range the file does not state; `none`: others; null: not looked at yet. */
  readonly sampleKind: SampleKind | 'none' | null;
  /** What is black and white in it; null: the file decides. */
  readonly range: SampleRange | null;
  /** Another content, page or range, another version of its picture; null when it could not be read. */
  readonly version: string | null;
}

/**
 * `running` and `paused` runs have a program that works on them (or died doing so); `interrupted` ones can be
 * resumed; `cancelled` and `done` are final.
 */
export type RunStatus = 'running' | 'paused' | 'interrupted' | 'cancelled' | 'done';

/** One pass of a recipe over the images that the batch had when the run began. */
export interface Run {
  readonly id: number;
  readonly batchId: number;
  readonly recipeHash: string;
  readonly packHash: string;
  /** Of the program that started or last resumed the run; each result has its own. */
  readonly device: DeviceReport;
  readonly softwareVersion: string;
  /** Those of the batch when the run began: all its images are seen with them. */
  readonly sampleRanges: SampleRanges;
  readonly status: RunStatus;
  readonly startedAt: string;
  readonly endedAt: string | null;
  /** Why the run was interrupted. */
  readonly error: ErrorRecord | null;
}
