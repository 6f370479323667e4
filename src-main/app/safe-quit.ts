import type { App } from 'electron';
import type { Log } from './log-file.ts';

/** Milliseconds that images under way get to end, and files to be written. */
const PATIENCE = 15_000;

export interface SafeQuitOptions {
  readonly app: App;
  readonly log: Log;
  /** Something is at work that quitting would interrupt. */
  readonly isBusy: () => boolean;
  /** Asks whether to quit nevertheless. */
  readonly confirm: () => Promise<boolean>;
  /** Interrupts what is at work so that it can be resumed, and lets go of everything. */
  readonly close: () => Promise<void>;
  readonly patience?: number;
}

/**
 * Makes every way of quitting go through `close`.
 * @returns quits without asking: for a system that shuts down
 */
export function quitSafely({ app, log, isBusy, confirm, close, patience = PATIENCE }: SafeQuitOptions) {
  let isAsking = false;
  let isClosing = false;
  const quitNow = async () => {
    if (isClosing) return;
    isClosing = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        log.warn(`Closing took more than ${patience} ms: given up. What was at work counts as abandoned.`);
        resolve();
      }, patience);
    });
    try {
      await Promise.race([close(), late]);
      log.info('Closed.');
    } catch (error) {
      log.error('Closing failed.', error);
    }
    clearTimeout(timer);
    app.exit(0);
  };
  app.on('before-quit', async (event) => {
    event.preventDefault();
    if (isAsking || isClosing) return;
    if (isBusy()) {
      isAsking = true;
      const isMeant = await confirm();
      isAsking = false;
      if (!isMeant) return;
    }
    await quitNow();
  });
  return quitNow;
}
