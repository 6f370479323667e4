import { parentPort, workerData } from 'node:worker_threads';
import { workbook } from './workbook.ts';
import type { WorkbookJob } from './write-workbook.ts';

const { sheets, title, dates } = workerData as WorkbookJob;
parentPort!.postMessage(await workbook(sheets, title, dates));
