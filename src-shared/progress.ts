import type { ErrorRecord } from './errors.ts';
import type { ImageOutcome } from './result.ts';

/** Progress of a batch run. `rate` is images per second over the last minute, `eta` seconds left. */
export type BatchEvent =
  | { readonly kind: 'started'; readonly total: number; readonly alreadyDone: number }
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

/** Progress of an import: the folders are listed first, then every file is read and hashed. */
export type ImportEvent =
  | { readonly kind: 'listed'; readonly total: number }
  | { readonly kind: 'imported'; readonly done: number; readonly total: number };

/** Progress of an export: images written for the format in hand. */
export type ExportEvent = {
  readonly kind: 'exported';
  readonly format: string;
  readonly done: number;
  readonly total: number;
};
