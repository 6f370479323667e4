import { stat, statfs } from 'node:fs/promises';
import { basename, relative, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FSWatcher } from 'chokidar';
import { ClipSamError } from '../../src-shared/errors.ts';
import { listImageFiles, TRUTH_FOLDER } from './image-files.ts';
import { isImageName } from './image-names.ts';
import { toReadError } from './read-error.ts';

/** Milliseconds between two listings of a folder whose file system tells of no changes, at least. */
const POLL = 500;
/** The same where it tells: for what it may have missed. */
const LOOK_AGAIN = 30_000;
/** A listing is followed by a pause of so many times what it took. */
const PAUSE = 3;

/** File systems of other machines, which tell only of changes made on this one (statfs(2); Linux). */
const SHARES: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x65735546, 0x01021997, 0x786f4256, 0x00c36400, 0x0bd00bd0,
]);

export interface FolderWatchOptions {
  /** Absolute. */
  readonly folder: string;
  readonly polling: 'auto' | 'always' | 'never';
  readonly signal: AbortSignal;
  /** Image files that may be new or written anew, in no order; the same may come again. */
  readonly onSeen: (paths: readonly string[]) => void;
  /** A picture of a kind that is not read; told once. */
  readonly onPassedOver?: (path: string) => void;
  /** The folder cannot be looked into, and why; null: it can. Told when it changes. */
  readonly onReach?: (error: ClipSamError | null) => void;
  /** Whether the folder is listed again and again. Told when it is known, and when it changes. */
  readonly onPolling?: (isPolled: boolean) => void;
}

/**
 * Sees the image files of a folder and all below it, those that are there and those that come, until the signal is aborted.
 * A folder that goes away, such as a network share, is waited for. Which files those are, `listImageFiles` says.
 */
export async function watchFolder(options: FolderWatchOptions): Promise<void> {
  const watch = new FolderWatch(options);
  try {
    await watch.run();
  } finally {
    await watch.close();
  }
}

class FolderWatch {
  readonly #options: FolderWatchOptions;
  /** Size and time of what was listed, by path. */
  #listed = new Map<string, string>();
  readonly #passedOver = new Set<string>();
  #events: FSWatcher | undefined;
  #isPolled: boolean | undefined;
  /** Undefined: nothing was told yet. */
  #isAway: boolean | undefined;
  #wake = Promise.withResolvers<void>();

  constructor(options: FolderWatchOptions) {
    this.#options = options;
  }

  async run(): Promise<void> {
    const { signal, polling, folder } = this.#options;
    while (!signal.aborted) {
      const began = performance.now();
      const isPolled = polling === 'always' || (polling === 'auto' && (await isShare(folder)));
      // First, so that nothing comes unseen between the listing and the first event.
      if (isPolled) this.#tellPolling(true);
      else if (!this.#events) await this.#subscribe();
      await this.#list();
      const pause = Math.max(
        this.#isPolled || this.#isAway ? POLL : LOOK_AGAIN,
        PAUSE * (performance.now() - began),
      );
      await Promise.race([delay(pause, undefined, { signal }).catch(() => {}), this.#wake.promise]);
    }
  }

  async close(): Promise<void> {
    const events = this.#events;
    this.#events = undefined;
    await events?.close();
  }

  async #subscribe(): Promise<void> {
    const { folder, onSeen } = this.#options;
    if (!(await stat(folder).catch(() => undefined))) return;
    const { watch } = await import('chokidar');
    const events = watch(folder, {
      ignoreInitial: true,
      atomic: false,
      ignored: (path, stats) =>
        isLeftOut(relative(folder, path)) || (stats?.isFile() === true && !isImageName(basename(path))),
    });
    // Limits of the system, such as how many folders may be watched.
    const failed = new Promise<boolean>((resolve) => events.once('error', () => resolve(false)));
    const isReady = new Promise<boolean>((resolve) => events.once('ready', () => resolve(true)));
    events.on('add', (path) => onSeen([path])).on('change', (path) => onSeen([path]));
    if (!(await Promise.race([isReady, failed]))) {
      await events.close();
      return this.#tellPolling(true);
    }
    events.on('error', () => void this.#lose());
    this.#events = events;
    this.#tellPolling(false);
  }

  /** Events cannot be trusted any more: they are subscribed to anew, after a listing. */
  async #lose(): Promise<void> {
    await this.close();
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  async #list(): Promise<void> {
    const { folder, signal, onSeen } = this.#options;
    const listed = new Map<string, string>();
    let away: ClipSamError | null = null;
    try {
      if (!(await stat(folder)).isDirectory()) throw new Error('It is no folder.');
      for await (const entry of listImageFiles([folder], signal)) {
        if (entry.kind === 'unreadable' && entry.path === folder) away = entry.error;
        if (entry.kind === 'passed-over') this.#passOver(entry.path);
        if (entry.kind !== 'image') continue;
        const stats = await stat(entry.path).catch(() => undefined);
        if (stats?.isFile()) listed.set(entry.path, `${stats.size} ${stats.mtimeMs}`);
      }
    } catch (cause) {
      if (signal.aborted) return;
      away = cause instanceof ClipSamError ? cause : toReadError(cause, folder);
    }
    if (away) await this.close();
    else {
      const seen = [...listed].filter(([path, state]) => this.#listed.get(path) !== state);
      this.#listed = listed;
      if (seen.length > 0) onSeen(seen.map(([path]) => path));
    }
    if ((away !== null) !== this.#isAway) this.#options.onReach?.(away);
    this.#isAway = away !== null;
  }

  #passOver(path: string): void {
    if (this.#passedOver.has(path)) return;
    this.#passedOver.add(path);
    this.#options.onPassedOver?.(path);
  }

  #tellPolling(isPolled: boolean): void {
    if (isPolled === this.#isPolled) return;
    this.#isPolled = isPolled;
    this.#options.onPolling?.(isPolled);
  }
}

/** What `listImageFiles` does not look into. @param path below the folder */
function isLeftOut(path: string): boolean {
  return path.split(sep).some((name) => name.startsWith('.') || name === TRUTH_FOLDER);
}

/** Whether a folder lies on another machine, as far as the system tells. */
async function isShare(folder: string): Promise<boolean> {
  if (folder.startsWith('\\\\')) return true;
  if (process.platform !== 'linux') return false;
  const kind = await statfs(folder).catch(() => undefined);
  return kind !== undefined && SHARES.has(kind.type);
}
