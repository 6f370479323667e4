import { parentPort, workerData } from 'node:worker_threads';
import { toErrorRecord } from '../../src-shared/errors.ts';
import { type Examination, examine, type Finding } from './examination.ts';

// A thread of its own, so that its process still says how much memory it takes while this one is deep in a file.

const say = (finding: Finding) => parentPort?.postMessage(finding);

try {
  await examine(workerData as Examination);
  say({ kind: 'sound' });
} catch (error) {
  say({ kind: 'refused', error: toErrorRecord(error, 'pack-invalid') });
}
