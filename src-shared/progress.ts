import type { ImageOutcome } from './result.ts';

/** Progress of a batch run. `rate` is images per second over the last minute, `eta` seconds left. */
export type BatchEvent =
  | { readonly kind: 'started'; readonly total: number; readonly alreadyDone: number }
  | {
      readonly kind: 'image';
      readonly outcome: ImageOutcome;
      readonly done: number;
      readonly failed: number;
      readonly total: number;
      readonly rate: number;
      readonly eta: number;
    }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | {
      readonly kind: 'finished';
      readonly status: 'done' | 'cancelled';
      readonly done: number;
      readonly failed: number;
    };
