import { Worker } from 'node:worker_threads';
import type { SheetContent, WorkbookDates } from './workbook.ts';

/** What the thread is given. */
export interface WorkbookJob {
  readonly sheets: readonly SheetContent[];
  readonly title: string;
  readonly dates: WorkbookDates;
}

/** A workbook, made in a thread: of many rows it takes seconds without a break. */
export function workbookInThread(
  sheets: readonly SheetContent[],
  title: string,
  dates: WorkbookDates,
): Promise<Uint8Array> {
  const job: WorkbookJob = { sheets, title, dates };
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./workbook-thread.ts', import.meta.url), { workerData: job });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`The thread that makes workbooks ended with code ${code}.`)),
    );
  });
}
