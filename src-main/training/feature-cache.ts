import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { FeatureRecord } from './feature-file.ts';
import type { FeatureReply, FeatureWorkerData } from './feature-worker.ts';
import type { View } from './views.ts';

export interface FeatureProgress {
  readonly kind: 'features';
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

const INDEX = 'index.jsonl';

/**
 * Makes sure that every view's features are on disk, computing only the missing ones on `workers` threads, and
 * returns their records in the order of the views. The index is appended as features come, so an interrupted
 * call goes on where it stopped. Views that fail are left out and reported.
 */
export async function ensureFeatures(
  views: readonly View[],
  options: FeatureWorkerData & {
    readonly workers: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: FeatureProgress) => void;
    readonly onFailure?: (view: View, message: string) => void;
  },
): Promise<FeatureRecord[]> {
  const { folder, workers, signal, onProgress, onFailure, ...rest } = options;
  await mkdir(folder, { recursive: true });
  const index = join(folder, INDEX);
  const records = await readIndex(index);
  const missing = views.filter((view) => !records.has(view.id));
  let failed = 0;
  let next = 0;
  const report = () =>
    onProgress?.({ kind: 'features', done: views.length - missing.length + next, total: views.length, failed });
  report();

  const runWorker = async () => {
    const data: FeatureWorkerData = { ...rest, folder };
    const worker = new Worker(new URL('./feature-worker.ts', import.meta.url), { workerData: data });
    try {
      await reply(worker);
      for (let view = missing[next++]; view && !signal?.aborted; view = missing[next++]) {
        worker.postMessage(view);
        const answer = (await reply(worker)) as FeatureReply;
        if (answer.kind === 'done') {
          records.set(answer.record.id, answer.record);
          await appendFile(index, `${JSON.stringify(answer.record)}\n`);
        } else {
          failed++;
          onFailure?.(view, answer.message);
        }
        report();
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, missing.length) }, runWorker));
  throwIfCancelled(signal);
  return views.flatMap((view) => records.get(view.id) ?? []);
}

function reply(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void) => {
      worker.off('message', onMessage);
      worker.off('error', onError);
      action();
    };
    const onMessage = (message: unknown) => settle(() => resolve(message));
    const onError = (error: Error) => settle(() => reject(error));
    worker.on('message', onMessage);
    worker.on('error', onError);
  });
}

/** Records of earlier calls; a line cut short by a crash is skipped and its view computed again. */
async function readIndex(path: string): Promise<Map<string, FeatureRecord>> {
  const records = new Map<string, FeatureRecord>();
  const text = await readFile(path, 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    try {
      const record = JSON.parse(line) as FeatureRecord;
      records.set(record.id, record);
    } catch {}
  }
  return records;
}
