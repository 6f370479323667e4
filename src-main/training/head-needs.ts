import { statfs } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { failure } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { CELLS_PER_TOKEN, type UmciShape, umciParameters } from '../graph/umci.ts';
import { weightCount } from '../graph/weight-spec.ts';

/** What training a head will take, in bytes; said before it starts. */
export interface HeadNeeds {
  /** Features of one picture on disk (float16). */
  readonly perPicture: number;
  /** Features of all pictures on disk, those that are there included. */
  readonly features: number;
  /** What has still to be written: missing features, the checkpoint, twice while it is replaced, and the head. */
  readonly toWrite: number;
  /** Free where the features go. */
  readonly free: number;
  /** About the most memory that is held at once. */
  readonly memory: number;
}

/**
 * Float32 values per token and hidden channel that a step holds, forward and backward, in one stage: what was measured
 * beyond the other parts was 76 to 108 (grid 37, d 32 to 128).
 */
const ACTIVATIONS = 110;
/** Copies of the weights: themselves, average, two moments, gradient, and what a step's graph takes and gives. */
const WEIGHT_COPIES = 7;
/** The program itself with ONNX Runtime. */
const PROGRAM = 300e6;

/**
 * Plans disk and memory for training UMCI.
 * @param options.pictures all that features are wanted of, those trained on and those measured
 * @param options.missing of them without features
 * @param options.towerBytes of the vision tower's files
 */
export async function planHead(options: {
  readonly vision: Pack['vision'];
  readonly shape: UmciShape;
  readonly batch: number;
  readonly pictures: number;
  readonly missing: number;
  readonly towerBytes: number;
  readonly cache: string;
}): Promise<HeadNeeds> {
  const { vision, shape, batch, pictures, missing, cache } = options;
  const channels = shape.stageWidths.reduce((sum, width) => sum + width, 0);
  const tokens = vision.grid ** 2;
  const perPicture = tokens * channels * 2 + channels * 8 + tokens * CELLS_PER_TOKEN ** 2;
  const parameters = weightCount(umciParameters(shape));
  const checkpoint = parameters * 16;
  const { bavail, bsize } = await statfs(cache);
  // Both phases come one after the other: the tower, read and rewritten before it runs, and the head's steps.
  const encoding = options.towerBytes * 3;
  const stepping =
    parameters * 4 * WEIGHT_COPIES +
    tokens * shape.hiddenDim * shape.stageWidths.length * ACTIVATIONS * 4 +
    2 * batch * (tokens * channels * 4 + perPicture);
  return {
    perPicture,
    features: perPicture * pictures,
    toWrite: perPicture * missing + checkpoint * 2 + parameters * 2,
    free: bavail * bsize,
    memory: PROGRAM + Math.max(encoding, stepping),
  };
}

/** @throws ClipSamError `disk-full` where the disk hasn't room for what is planned */
export function checkRoom({ toWrite, free }: HeadNeeds, cache: string): void {
  if (toWrite <= free) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw failure(
    'disk-full',
    { folder: cache },
    `Training needs ${gigabytes(toWrite)} more in ${cache}, where ${gigabytes(free)} are free. Name a folder on another disk with --cache, or train on fewer categories.`,
  );
}

/** CPU threads for the one tower that runs: all. */
export function towerThreads(threads: number | undefined): number {
  return threads ?? availableParallelism();
}
