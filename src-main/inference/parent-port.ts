import type { RequestPort } from './request-channel.ts';

/** The port between the inference process and the program that started it. */
export interface ParentPort extends RequestPort {
  /** The parent is gone. Electron ends its utility processes itself. */
  onGone(listener: () => void): void;
}

/** The part of Electron's `process.parentPort` that is used here. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** The parent by Electron's `utilityProcess.fork` where there is one, else by `child_process.fork`. */
export function parentPort(): ParentPort {
  const { parentPort } = process as { readonly parentPort?: UtilityPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data)),
      onGone: () => {},
    };
  }
  return {
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => void process.on('message', listener),
    onGone: (listener) => void process.on('disconnect', listener),
  };
}
