import { Worker } from 'node:worker_threads';
import { toErrorRecord } from '../../src-shared/errors.ts';
import type { Examination, Finding } from './examination.ts';

/**
 * Examines files of a pack in a thread.
 * @param heapMb megabytes that the thread's heap may take; what lies outside of it (the files' bytes) does not count
 */
export async function examineInThread(examination: Examination, heapMb: number): Promise<Finding> {
  const { promise, resolve } = Promise.withResolvers<Finding>();
  const worker = new Worker(new URL('./examination-thread.ts', import.meta.url), {
    workerData: examination,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  worker.once('message', resolve);
  worker.once('error', (error) =>
    resolve(
      isOutOfMemory(error)
        ? { kind: 'out-of-memory' }
        : { kind: 'refused', error: toErrorRecord(error, 'pack-invalid') },
    ),
  );
  return promise;
}

/** Whether a thread was ended because its heap was full. */
export function isOutOfMemory(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
}
