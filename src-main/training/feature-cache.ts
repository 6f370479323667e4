import { once } from 'node:events';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { encodeModel, promoteTensors, pruneTo, readModel } from '../graph/model.ts';
import type { RunnableFile } from '../inference/pack-models.ts';
import type { FeatureRecord } from './feature-file.ts';
import type { FeatureReply, FeatureWorkerData } from './feature-worker.ts';
import type { TrainingView } from './views.ts';

export interface FeatureProgress {
  readonly kind: 'features';
  /** Views that need no more work, those that failed included. */
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

const INDEX = 'index.jsonl';

/**
 * Makes sure that every view's features are on disk, computing only the missing ones on `workers` threads, and
 * returns their records in the order of the views. The index is appended as features come, so an interrupted
 * call goes on where it stopped. Views that fail are left out and reported.
 *
 * A folder belongs to one vision tower: features are not computed again when the tower changes.
 * @param options.encoder gives an ONNX file with the stages' tensors as outputs; asked when something is missing
 * @throws ClipSamError `cancelled`; what `encoder` throws
 */
export async function ensureFeatures(
  views: readonly TrainingView[],
  options: Omit<FeatureWorkerData, 'encoder'> & {
    readonly encoder: () => Promise<RunnableFile>;
    readonly workers: number;
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: FeatureProgress) => void;
    readonly onFailure?: (view: TrainingView, message: string) => void;
  },
): Promise<FeatureRecord[]> {
  const { vision, encoder, dataRoot, folder, device, threads, workers } = options;
  const { signal, onProgress, onFailure } = options;
  throwIfCancelled(signal);
  await makeFolder(folder);
  const index = join(folder, INDEX);
  const records = await openIndex(index);
  const missing = views.filter((view) => !records.has(view.id));
  let done = views.length - missing.length;
  let failed = 0;
  const report = () => onProgress?.({ kind: 'features', done, total: views.length, failed });
  report();
  if (missing.length > 0) {
    const workerData: FeatureWorkerData = {
      ...{ vision, encoder: await encoder(), dataRoot, folder },
      ...(device && { device }),
      ...(threads && { threads }),
    };
    const queue = missing.values();
    let stopped = false;
    const runWorker = async () => {
      const worker = new Worker(new URL('./feature-worker.ts', import.meta.url), { workerData });
      try {
        await once(worker, 'message');
        for (const view of queue) {
          if (stopped || signal?.aborted) break;
          worker.postMessage(view);
          const [answer] = (await once(worker, 'message')) as [FeatureReply];
          if (answer.kind === 'done') {
            await appendFile(index, `${JSON.stringify(answer.record)}\n`);
            records.set(answer.record.id, answer.record);
          } else {
            failed++;
            onFailure?.(view, answer.message);
          }
          done++;
          report();
        }
      } finally {
        await worker.terminate();
      }
    };
    const running = Array.from({ length: Math.min(workers, missing.length) }, runWorker);
    try {
      await Promise.all(running);
    } finally {
      stopped = true;
      await Promise.allSettled(running);
    }
  }
  throwIfCancelled(signal);
  return views.flatMap((view) => records.get(view.id) ?? []);
}

/**
 * What {@link ensureFeatures} runs of a vision tower's file.
 * @throws ClipSamError `model-file-invalid`, `model-tensor-unknown` for another vision tower's file
 */
export function stagesFile(vision: Pack['vision'], bytes: Uint8Array): RunnableFile {
  const tensors = vision.stages.map((stage) => stageTensor(vision, stage));
  return { bytes: encodeModel(pruneTo(promoteTensors(readModel(bytes, vision.file), tensors), tensors)) };
}

/** Ids of the views that have features in a folder. */
export async function knownFeatures(folder: string): Promise<ReadonlySet<string>> {
  return new Set((await readIndex(join(folder, INDEX))).keys());
}

/** Records of earlier calls; a line cut short by a crash is closed, and its view computed again. */
async function openIndex(path: string): Promise<Map<string, FeatureRecord>> {
  const text = await readFile(path, 'utf8').catch(() => '');
  if (text !== '' && !text.endsWith('\n')) await appendFile(path, '\n');
  return readIndex(path);
}

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
