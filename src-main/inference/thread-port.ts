import { type MessagePort, parentPort, type Worker } from 'node:worker_threads';
import type { RequestPort } from './request-channel.ts';

/** The port between a thread and the one that started it, for either of them. */
export function threadPort(thread: Worker | MessagePort): RequestPort {
  return {
    send: (message, transfer = []) => thread.postMessage(message, transfer),
    onMessage: (listener) => void thread.on('message', listener),
  };
}

/** In a thread: the port to the one that started it. */
export function parentThreadPort(): RequestPort {
  if (!parentPort) throw new TypeError('This module runs in a worker thread.');
  return threadPort(parentPort);
}

/** Whether a thread was ended because its heap was full. */
export function isOutOfMemory(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
}
