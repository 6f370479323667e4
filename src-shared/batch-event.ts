import type { ErrorRecord } from './error-record.ts';
import type { ImageOutcome } from './outcome.ts';
import type { RunComparison } from './run-comparison.ts';
import type { TileProgress } from './tile-progress.ts';

/** Progress of a batch run. `rate` is images per second over the last minute, `eta` seconds left. */
export type BatchEvent =
  | { readonly kind: 'started'; readonly total: number; readonly alreadyDone: number }
  /** What the images are compared with is prepared, before the run's images and at the first: so many of its images are. */
  | { readonly kind: 'comparing'; readonly done: number; readonly total: number }
  /** It is ready. `skipped`: images that were chosen for it and could not be read. */
  | {
      readonly kind: 'compared';
      readonly comparison: RunComparison;
      readonly skipped: readonly { readonly path: string; readonly error: ErrorRecord }[];
    }
  | {
      readonly kind: 'image';
      readonly imageId: number;
      readonly outcome: ImageOutcome;
      readonly done: number;
      readonly failed: number;
      readonly total: number;
      readonly rate: number;
      readonly eta: number;
    }
  /** How far an image is that is looked at in tiles. */
  | { readonly kind: 'tile'; readonly imageId: number; readonly progress: TileProgress }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | {
      readonly kind: 'finished';
      /** `interrupted` runs can be resumed; `error` says what stopped them, if it was an error. */
      readonly status: 'done' | 'cancelled' | 'interrupted';
      readonly done: number;
      readonly failed: number;
      readonly error?: ErrorRecord;
    };
