import type { TorchStorage, TorchValue } from './torch-tensor.ts';

/** A checkpoint whose content is known, with its values still on disk. */
export interface CheckpointSource {
  readonly content: TorchValue;
  /** Bytes of a storage, from `begin` up to `end`. @throws CheckpointRefusal; Node's errors of reading */
  read(storage: TorchStorage, begin: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}
