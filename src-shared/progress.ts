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

/** What has to be known about the images of an export. */
export interface ExportSummary {
  /** Images in it. */
  readonly images: number;
  /** Of these: they could not be inspected. */
  readonly failed: number;
  /** Of these: the file has other content than what was inspected. */
  readonly changed: number;
  /** Of these: the file is not there any more, or cannot be read. */
  readonly missing: number;
  /** Images of the run without a result yet: they are in no file. */
  readonly pending: number;
}

/** Progress of bringing in a model pack. `done` and `total` are bytes of its files; `eta` is in seconds. */
export type PackImportEvent =
  | { readonly kind: 'found'; readonly pack: string; readonly title: string; readonly total: number }
  | {
      readonly kind: 'bringing';
      /** Name of the file in hand. */
      readonly file: string;
      /** True: it comes over the network. */
      readonly isDownload: boolean;
      readonly done: number;
      readonly total: number;
      /** Bytes per second over the last seconds; null at the start. */
      readonly rate: number | null;
      readonly eta: number | null;
    }
  /** The server did not answer, or the line broke; it is tried again after so many seconds. */
  | { readonly kind: 'waiting'; readonly seconds: number }
  /** Everything is there; hashes of what was there before, tensors and shapes are looked at. */
  | { readonly kind: 'checking' };
