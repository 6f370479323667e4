import { setImmediate } from 'node:timers/promises';
import { KEEP_DELETED_DAYS } from '../../../src-shared/batch.ts';
import type { PurgeSummary } from '../../../src-shared/contract/batches.ts';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { copyDatabase, isCopyDue } from '../../store/database-copies.ts';
import { addTimeOfUse, daysOfUse } from '../../store/days-of-use.ts';
import {
  beginPurge,
  countForPurge,
  listDeleted,
  listPurging,
  pictureVersions,
  purgeStep,
} from '../../store/purges.ts';
import { forgetRequests } from '../../store/request-keys.ts';
import { isNearlyFull, keepReserve, releaseReserve } from '../../store/reserve.ts';
import { damagedPages } from '../../store/sqlite-errors.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { Uploads } from '../imports/uploads.ts';
import { tokenFilesOf } from '../opinions/token-files.ts';
import type { Thumbnails } from '../pictures/thumbnails.ts';
import type { TilePyramids } from '../pictures/tile-pyramids.ts';
import { endingsOf } from '../runs/run-endings.ts';
import { backUpIfDue } from './backup-schedule.ts';
import { applyRetention } from './retention.ts';
import { bytesOfArtifacts, removeUnusedArtifacts } from './unused-artifacts.ts';

/** Milliseconds after the start, when the window has what it shows first. */
const FIRST = 30_000;
/** Milliseconds between two looks for batches whose time has come, and for files that could not go before. */
const INTERVAL = 60 * 60_000;
/** Milliseconds between two looks whether the database still is where it was. */
const WATCH = 5_000;
/** Stands in the history for what nobody asked for by hand. */
const AUTHOR = 'ClipSAM Workstation';

export interface HousekeepingOptions {
  readonly workspace: Workspace;
  readonly thumbnails: Thumbnails;
  readonly tiles: TilePyramids;
  readonly uploads?: Uploads;
  /** A batch is on its way out, or gone. */
  readonly onBatch: (batchId: number) => void;
  /** A backup was made, or could not be. */
  readonly onBackup?: () => void;
  readonly log: (error: unknown) => void;
  /** Default: the machine's. */
  readonly clock?: Clock;
}

export interface Clock {
  /** Of the calendar, milliseconds since 1970. */
  now(): number;
  /** Milliseconds, by a clock that nobody sets. */
  elapsed(): number;
}

const MACHINE: Clock = { now: () => Date.now(), elapsed: () => performance.now() };

/**
 * Removes for good what was deleted: when somebody asks for it, and after {@link KEEP_DELETED_DAYS} days of use. The
 * database goes first, in steps that a killed program resumes at its next start; then the files of the workspace that it
 * proves to be unused. The image files themselves are the customer's and are never touched.
 *
 * Also keeps copies of the database, makes backups as the workspace's settings say, and notices when the database is not
 * at its place any more.
 */
export class Housekeeping {
  readonly #options: HousekeepingOptions;
  readonly #ending = new AbortController();
  readonly #clock: Clock;
  #last: Promise<unknown> = Promise.resolve();
  #backup: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  /** Up to when the time of use was counted. */
  #counted: number;
  #isRescued = false;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
    this.#clock = options.clock ?? MACHINE;
    this.#counted = this.#clock.elapsed();
  }

  /** Does what is due now and then, from soon on. */
  start(): void {
    const next = (delay: number) => {
      this.#timer = setTimeout(async () => {
        const failed = (error: unknown) => this.#ending.signal.aborted || this.#options.log(error);
        await this.tidy().catch(failed);
        await this.backUpIfDue().catch(failed);
        if (!this.#ending.signal.aborted) next(INTERVAL);
      }, delay);
      this.#timer.unref();
    };
    next(FIRST);
    this.#watch = setInterval(() => void this.lookAfterDatabase().catch(this.#options.log), WATCH);
    this.#watch.unref();
  }

  /**
   * Writes down ends of runs that could not be before. Notices that the database was deleted or replaced; what the program
   * still holds of it is saved.
   */
  async lookAfterDatabase(): Promise<void> {
    const { workspace } = this.#options;
    if (workspace.isInPlace()) return endingsOf(workspace).retry();
    if (this.#isRescued) return;
    this.#isRescued = true;
    await copyDatabase(workspace, { date: this.#today(), isRescue: true });
  }

  /**
   * What would go.
   * @param batchId null: all deleted batches
   */
  async preview(batchId: number | null): Promise<PurgeSummary> {
    const { workspace } = this.#options;
    const ids = batchId === null ? await listDeleted(workspace) : [batchId];
    const summary = {
      batches: ids.length,
      images: 0,
      results: 0,
      verdicts: 0,
      annotations: 0,
      studies: 0,
      lots: 0,
    };
    for (const id of ids) {
      const counts = await countForPurge(workspace.db, id);
      summary.images += counts.images;
      summary.results += counts.results;
      summary.verdicts += counts.verdicts;
      summary.annotations += counts.annotations;
      summary.studies += counts.studies;
      summary.lots += counts.lots;
    }
    return { ...summary, bytes: await bytesOfArtifacts(workspace, new Set(ids)) };
  }

  /**
   * Removes a deleted batch for good. What was begun is finished, if not now, then after the next start.
   * @param batchId null: all deleted batches
   * @param acting the workspace as the inspector may use it
   * @returns what went; its `bytes` are those that could be removed now, which is none while a run is at work
   * @throws ClipSamError `not-found` unless it was deleted; `cancelled` when the workstation closes
   */
  purge(
    batchId: number | null,
    inspector: string,
    onProgress: (progress: { readonly done: number; readonly total: number }) => void = () => {},
    acting: Workspace = this.#options.workspace,
  ): Promise<PurgeSummary> {
    return this.#inTurn(async () => {
      const { workspace, onBatch } = this.#options;
      await this.#makeRoom();
      const summary = await this.preview(batchId);
      const ids = batchId === null ? await listDeleted(workspace) : [batchId];
      for (const id of ids) {
        await beginPurge(acting, id, inspector);
        onBatch(id);
      }
      let done = 0;
      onProgress({ done, total: summary.images });
      for (const id of ids) {
        await this.#finish(id, (removed) => {
          done += removed;
          onProgress({ done, total: summary.images });
        });
      }
      return { ...summary, bytes: await this.#removeFiles() };
    });
  }

  /** Reads all pages of the database. @returns what is damaged; it is a problem of the workspace then */
  async checkDatabase(): Promise<string | undefined> {
    const { workspace } = this.#options;
    const problem = await workspace.findDamage();
    const { code, message, details } = damagedPages(workspace.folder, problem ?? '');
    if (problem) workspace.health.add({ code, message, details });
    else workspace.health.remove({ code, details });
    return problem;
  }

  /** Copies the database, finishes what was cut off, removes what was deleted long ago, and files that nothing names. */
  tidy(): Promise<void> {
    return this.#inTurn(async () => {
      const { workspace, onBatch } = this.#options;
      const day = await this.#countTime();
      await workspace.noteChanges();
      await forgetRequests(workspace, day);
      await keepReserve(workspace.folder);
      await this.#copyIfSound();
      for (const id of await listPurging(workspace)) await this.#finish(id);
      for (const id of await listDeleted(workspace, day - KEEP_DELETED_DAYS)) {
        await beginPurge(workspace, id, AUTHOR, { isDue: true });
        onBatch(id);
        await this.#finish(id);
      }
      await applyRetention(workspace, AUTHOR, this.#ending.signal);
      await this.#options.uploads?.sweep(this.#clock.now());
      await this.#removeFiles();
    });
  }

  /** Makes a backup when the settings say so. It takes long, and runs beside everything else. */
  async backUpIfDue(): Promise<void> {
    const { workspace, onBackup } = this.#options;
    const { signal } = this.#ending;
    if (signal.aborted) return;
    const options = { inspector: AUTHOR, signal, now: this.#clock.now() };
    this.#backup = backUpIfDue(workspace, options).then((outcome) => {
      if (outcome !== 'not-due') onBackup?.();
    });
    await this.#backup;
  }

  /** Stops after the current step. */
  async close(): Promise<void> {
    this.#ending.abort();
    clearTimeout(this.#timer);
    clearInterval(this.#watch);
    await this.#last.catch(() => {});
    await this.#backup.catch(() => {});
    // Not counted, it only makes grace times longer.
    await this.#countTime().catch(() => {});
  }

  /** @returns days of use */
  #countTime(): Promise<number> {
    const since = this.#counted;
    this.#counted = this.#clock.elapsed();
    return addTimeOfUse(this.#options.workspace, this.#counted - since, this.#today());
  }

  /** Once a day. A copy never takes the place of an older one that is sound. */
  async #copyIfSound(): Promise<void> {
    const { workspace } = this.#options;
    const date = this.#today();
    if (await isCopyDue(workspace, date)) {
      if ((await this.checkDatabase()) === undefined) await copyDatabase(workspace, { date });
    }
  }

  #today(): string {
    return new Date(this.#clock.now()).toISOString();
  }

  async #finish(batchId: number, onRemoved: (images: number) => void = () => {}): Promise<void> {
    const { workspace, onBatch } = this.#options;
    for (;;) {
      throwIfCancelled(this.#ending.signal);
      const removed = await purgeStep(workspace, batchId);
      if (removed === undefined) break;
      onRemoved(removed);
      // The database works on this thread: between two steps everything else has its turn.
      await setImmediate();
    }
    // Tokens of its images would show what they were; which ones they are is not known to their names.
    await (await tokenFilesOf(workspace)).clear();
    onBatch(batchId);
  }

  /** Removing takes room first: on a full disk, what can be made again gives it. */
  async #makeRoom(): Promise<void> {
    const { workspace, thumbnails, tiles } = this.#options;
    if (!isNearlyFull(workspace.folder)) return;
    releaseReserve(workspace.folder);
    const tokens = await tokenFilesOf(workspace);
    await Promise.all([thumbnails.cache.clear(), tiles.clear(), tokens.clear()]);
  }

  /** @returns bytes of the artifacts that went */
  async #removeFiles(): Promise<number> {
    const { workspace, thumbnails, tiles } = this.#options;
    const { signal } = this.#ending;
    const known = new Set<string>();
    for await (const versions of pictureVersions(workspace)) {
      throwIfCancelled(signal);
      for (const version of versions) known.add(version);
    }
    // Pictures of images that are in no batch any more show the customer's parts as well.
    await thumbnails.cache.clear((version) => known.has(version));
    await tiles.clear((version) => known.has(version));
    const removed = await removeUnusedArtifacts(workspace, await daysOfUse(workspace.db), signal);
    if (removed?.problem) workspace.health.add(removed.problem);
    while (workspace.shrink()) {
      await setImmediate();
      throwIfCancelled(signal);
    }
    return removed?.bytes ?? 0;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last
      .catch(() => {})
      .then(() => {
        throwIfCancelled(this.#ending.signal);
        return work();
      });
    this.#last = turn;
    // Whoever asked hears of it.
    turn.catch(() => {});
    return turn;
  }
}
