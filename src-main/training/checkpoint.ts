import { readFile } from 'node:fs/promises';
import { ClipSamError } from '../../src-shared/errors.ts';
import { writeFileAtomically } from '../files/atomic-write.ts';
import { readSafetensors, writeSafetensors } from '../graph/safetensors.ts';

/** The vectors that a training run consists of; all of the same length. */
export interface Checkpoint {
  readonly weights: Float32Array;
  readonly average: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * Fills `into` from a checkpoint file and returns its step; 0 when there is no file yet.
 * @throws ClipSamError `checkpoint-invalid` when the file belongs to another head, is damaged or cannot be read
 */
export async function readCheckpoint(path: string, into: Checkpoint): Promise<number> {
  const refuse = (what: string, cause?: unknown) =>
    new ClipSamError(
      'checkpoint-invalid',
      `The checkpoint ${what}. Delete ${path} to start over, or train with the plan and data it was made with.`,
      { cause },
    );
  let tensors: ReturnType<typeof readSafetensors>;
  try {
    tensors = readSafetensors(await readFile(path), path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw refuse('is damaged or cannot be read', cause);
  }
  const step = tensors.get('step')?.data[0];
  const vectors = Object.entries(into) as [string, Float32Array][];
  if (step === undefined || vectors.some(([name, { length }]) => tensors.get(name)?.data.length !== length)) {
    throw refuse('belongs to another head');
  }
  for (const [name, vector] of vectors) vector.set(tensors.get(name)!.data);
  return step;
}

/** Saves a training run, atomically. */
export async function writeCheckpoint(path: string, step: number, state: Checkpoint): Promise<void> {
  const tensors = Object.entries({ ...state, step: Float32Array.of(step) });
  const shaped = new Map(tensors.map(([name, data]) => [name, { shape: [data.length], data }]));
  await writeFileAtomically(path, writeSafetensors(shaped, { half: false }));
}
