import { Worker } from 'node:worker_threads';
import { fromErrorRecord, toErrorRecord } from '../../src-shared/errors.ts';
import { type Examination, packNameOf } from './examination.ts';
import { tooHeavy } from './pack-files.ts';
import { RequestClient } from './request-channel.ts';
import { isOutOfMemory, threadPort } from './thread-port.ts';

/** What the examination's thread can be asked. */
export interface ExaminationRequests {
  readonly examine: { readonly job: Examination; readonly result: undefined };
}

/**
 * Examines files of a pack in a thread.
 * @param heapMb megabytes that the thread's heap may take; what lies outside of it (the files' bytes) does not count
 * @throws ClipSamError what is wrong with the pack
 */
export async function examineInThread(examination: Examination, heapMb: number): Promise<void> {
  const worker = new Worker(new URL('./examination-thread.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const thread = new RequestClient<ExaminationRequests>(threadPort(worker));
  worker.once('error', (error) =>
    thread.close(
      isOutOfMemory(error)
        ? tooHeavy(packNameOf(examination), heapMb)
        : fromErrorRecord(toErrorRecord(error, 'pack-invalid')),
    ),
  );
  await thread.ask('examine', examination);
}
