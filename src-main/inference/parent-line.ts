import type { FromChild, ToChild } from './inference-protocol.ts';

/** How the inference process and the program that started it speak. Messages are structured clones. */
export interface ParentLine {
  send(message: FromChild): void;
  onMessage(listener: (message: ToChild) => void): void;
  /** The parent is gone. Electron ends its utility processes itself. */
  onGone(listener: () => void): void;
}

/** The part of Electron's `process.parentPort` that is used here. */
interface UtilityPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** The line to the parent: of Electron's `utilityProcess.fork` where there is one, else of `child_process.fork`. */
export function parentLine(): ParentLine {
  const { parentPort } = process as { readonly parentPort?: UtilityPort };
  if (parentPort) {
    return {
      send: (message) => parentPort.postMessage(message),
      onMessage: (listener) => parentPort.on('message', ({ data }) => listener(data as ToChild)),
      onGone: () => {},
    };
  }
  return {
    send: (message) => void process.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => void process.on('message', (message: ToChild) => listener(message)),
    onGone: (listener) => void process.on('disconnect', listener),
  };
}
