import { EXIT } from './exit-code.ts';
import { printLine } from './terminal.ts';

/**
 * Runs `work` with a signal that Ctrl-C (or SIGTERM) aborts: work under way is dropped in good order. A second
 * Ctrl-C ends the program at once; what is stored stays stored.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    printLine('\nStopping ... (press Ctrl-C again to quit at once)');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
