import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import type { RunProgress } from '../../../src-shared/contract/runs.ts';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { Run } from '../../../src-shared/run.ts';
import type { TileProgress } from '../../../src-shared/tile-progress.ts';
import type { PackExaminer } from '../../inference/pack-examiner.ts';
import { checkLanguage } from '../../inference/recipe-language.ts';
import { getBatch } from '../../store/batches.ts';
import { getRecipe, saveRecipe } from '../../store/recipes.ts';
import { cancelRun } from '../../store/run-lifecycle.ts';
import { getRun, getRunOverview, listRunOverviews, type RunOverview } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { findPack, type PackRoots } from '../packs/model-packs.ts';
import { type BatchRun, resumeBatchRun, startBatchRun } from './batch-run.ts';
import type { InferenceLease, InferencePool } from './inference-pool.ts';
import { DEFAULT_PACK } from './recipe-pipeline.ts';
import { endingsOf } from './run-endings.ts';

export interface RunControlOptions extends PackRoots {
  readonly workspace: Workspace;
  readonly pool: InferencePool;
  /** Has a recipe's words read by its pack's tokeniser. */
  readonly examiner: PackExaminer;
  /** True for a run that inspects what comes into a followed folder now: it is no concern of this class. */
  readonly isFollowed?: (runId: number) => boolean;
  /** `imageId`: the image whose outcome was just stored. `canWait`: no more than a tile began. */
  readonly onProgress?: (progress: RunProgress, imageId?: number, canWait?: boolean) => void;
}

type BeginOptions = Pick<Parameters<typeof startBatchRun>[0], 'inference' | 'signal' | 'onEvent'>;

/** A run that this program works on, or has paused. */
class Job {
  readonly work: BatchRun;
  readonly abort: AbortController;
  run: Run;
  counts: { readonly total: number; readonly done: number; readonly failed: number };
  /** Resolves when its end was told. */
  ended: Promise<void> = Promise.resolve();
  pace: { readonly rate: number; readonly eta: number | null } | undefined;
  tiles: { readonly imageId: number; readonly progress: TileProgress } | undefined;
  comparing: RunProgress['comparing'] = null;

  constructor(work: BatchRun, abort: AbortController, { run, total, done, failed }: RunOverview) {
    this.work = work;
    this.abort = abort;
    this.run = run;
    this.counts = { total, done, failed };
  }

  get isPaused(): boolean {
    return this.run.status === 'paused';
  }

  get progress(): RunProgress {
    const pace = this.isPaused ? undefined : this.pace;
    return {
      run: this.run,
      ...this.counts,
      active: true,
      comparing: this.comparing,
      rate: pace?.rate ?? null,
      eta: pace?.eta ?? null,
      ...(this.tiles && { tiles: this.tiles.progress }),
    };
  }
}

/**
 * The runs of a workspace: one at a time is at work, any number may be paused. A run whose program died counts as
 * interrupted, and is resumed like one.
 */
export class RunControl {
  readonly #options: RunControlOptions;
  readonly #jobs = new Map<number, Job>();
  #beginning = false;
  #closed = false;

  constructor(options: RunControlOptions) {
    this.#options = options;
    // Without an inspector's rights: whoever started a run may be removed before its end is written down.
    endingsOf(options.workspace);
  }

  /** A run is at work; one that is paused is not. */
  get isAtWork(): boolean {
    return this.#beginning || [...this.#jobs.values()].some((job) => !job.isPaused);
  }

  /** Runs that this program works on or has paused. */
  get atWork(): RunProgress[] {
    return [...this.#jobs.values()].map((job) => job.progress);
  }

  async get(id: number): Promise<RunProgress> {
    return this.toProgress(await getRunOverview(this.#options.workspace, id));
  }

  /** Runs of a batch, newest first. */
  async list(batchId: number): Promise<RunProgress[]> {
    const states = await listRunOverviews(this.#options.workspace, { batchId });
    return states.map((state) => this.toProgress(state));
  }

  /** What the store says about a run, with what this program knows better while it works on it. */
  toProgress({ run, total, done, failed }: RunOverview): RunProgress {
    const job = this.#jobs.get(run.id);
    if (job) return job.progress;
    const unwritten = endingsOf(this.#options.workspace).get(run.id);
    const ended = unwritten ? { ...run, status: unwritten.status, error: unwritten.error ?? null } : run;
    const active = this.#options.isFollowed?.(run.id) ?? false;
    const progress = { run: ended, total, done, failed, active, comparing: null, rate: null, eta: null };
    return active ? { ...progress, followed: true } : progress;
  }

  /**
   * The recipe of a batch's next run: the batch's own, else the default of the pack that comes with the program,
   * about the object that the batch names.
   */
  async proposedRecipe(batchId: number): Promise<{ recipe: Recipe; parentHash: string | null }> {
    const { workspace } = this.#options;
    const batch = await getBatch(workspace, batchId);
    const recipe =
      batch.recipeHash === null
        ? await this.defaultRecipe(DEFAULT_PACK)
        : (await getRecipe(workspace, batch.recipeHash)).recipe;
    const object = batch.objectName.trim();
    if (object === '' || object === recipe.object) return { recipe, parentHash: null };
    return { recipe: { ...recipe, object }, parentHash: batch.recipeHash };
  }

  /** The recipe that a pack brings, for exactly this pack. @throws ClipSamError `pack-not-found`, `pack-invalid` */
  async defaultRecipe(packReference: string): Promise<Recipe> {
    const { pack, reference } = await findPack(packReference, this.#options);
    return { ...pack.defaultRecipe, pack: reference };
  }

  /**
   * Inspects all images of a batch.
   * @param options.recipeHash null: {@link proposedRecipe}; otherwise the recipe is taken exactly as it is
   * @throws ClipSamError `conflict` when a run is at work already, the batch is empty or deleted; `not-found`; what
   *   the recipe's words and the inference process say
   */
  async start(options: {
    readonly batchId: number;
    readonly recipeHash: string | null;
    readonly inspector: string;
    /** The workspace as the inspector may use it. Default: without a check. */
    readonly acting?: Workspace;
  }): Promise<RunProgress> {
    const { workspace } = this.#options;
    const { batchId, recipeHash, inspector, acting = workspace } = options;
    return this.#alone(async () => {
      await getBatch(workspace, batchId);
      const { recipe, parentHash } =
        recipeHash === null
          ? await this.proposedRecipe(batchId)
          : { recipe: (await getRecipe(workspace, recipeHash)).recipe, parentHash: null };
      return this.#begin(recipe, async (begin) => {
        await saveRecipe(acting, recipe, { inspector, ...(parentHash !== null && { parentHash }) });
        return startBatchRun({ ...begin, workspace, acting, inspector, batchId, recipe });
      });
    });
  }

  /**
   * Goes on with a run that is paused here, was interrupted, or whose program died.
   * @throws ClipSamError `conflict` when another run is at work, or as `resumeBatchRun` says
   */
  async resume(options: {
    readonly id: number;
    readonly retryFailed: boolean;
    readonly inspector: string;
    /** As in {@link start}. */
    readonly acting?: Workspace;
  }): Promise<RunProgress> {
    const { workspace } = this.#options;
    const { id: runId, retryFailed, inspector, acting = workspace } = options;
    const paused = this.#jobs.get(runId);
    if (paused && !paused.isPaused) return paused.progress;
    return this.#alone(async () => {
      if (paused) {
        await paused.work.resume(inspector);
        return paused.progress;
      }
      const { recipeHash, batchId } = await getRun(workspace, runId);
      await getBatch(workspace, batchId);
      const { recipe } = await getRecipe(workspace, recipeHash);
      return this.#begin(recipe, (begin) =>
        resumeBatchRun({ ...begin, workspace, acting, inspector, runId, retryFailed }),
      );
    });
  }

  /** Stops taking images; returns when those under way are stored. @throws ClipSamError `conflict` */
  async pause(id: number, inspector: string): Promise<RunProgress> {
    this.#refuseFollowed(id);
    const job = this.#jobs.get(id);
    if (!job) {
      const { run } = await getRunOverview(this.#options.workspace, id);
      throw failure('run-idle', { run: id }, `Run ${id} is ${run.status} and not at work here.`);
    }
    await job.work.pause(inspector);
    return this.get(id);
  }

  /** Ends a run for good, at work or not; what is stored stays. @throws ClipSamError `conflict` when it is final */
  async cancel(id: number, inspector: string): Promise<RunProgress> {
    this.#refuseFollowed(id);
    const job = this.#jobs.get(id);
    if (job) {
      job.work.cancel(inspector);
      await job.work.done;
    } else {
      await cancelRun(this.#options.workspace, id, inspector);
      this.#options.onProgress?.(await this.get(id));
    }
    return this.get(id);
  }

  /** Interrupts all runs, so that they can be resumed. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { abort } of this.#jobs.values()) abort.abort();
    await Promise.all([...this.#jobs.values()].map(({ ended }) => ended));
  }

  #refuseFollowed(id: number): void {
    if (!this.#options.isFollowed?.(id)) return;
    throw failure(
      'run-followed',
      { run: id },
      `Run ${id} inspects what comes into a followed folder. Stop following the folder instead.`,
    );
  }

  /** Keeps two calls that come at once from starting two runs. */
  async #alone<T>(begin: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new ClipSamError('cancelled', 'The workstation is closing.');
    const busy = [...this.#jobs.values()].find((job) => !job.isPaused);
    if (busy || this.#beginning) {
      const which = busy ? `Run ${busy.run.id}` : 'Another run';
      throw failure(
        'run-busy',
        `${which} is at work already, and one is inspected at a time. Wait until it has finished, or pause or cancel it.`,
      );
    }
    this.#beginning = true;
    try {
      return await begin();
    } finally {
      this.#beginning = false;
    }
  }

  async #begin(recipe: Recipe, start: (options: BeginOptions) => Promise<BatchRun>): Promise<RunProgress> {
    const { pool, examiner } = this.#options;
    const { folder } = await findPack(recipe.pack, this.#options);
    await checkLanguage(folder, recipe, examiner);
    const lease = await pool.acquire(recipe.pack);
    try {
      return await this.#work(lease, start);
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  async #work(
    lease: InferenceLease,
    start: (options: BeginOptions) => Promise<BatchRun>,
  ): Promise<RunProgress> {
    if (this.#closed) throw new ClipSamError('cancelled', 'The workstation is closing.');
    const abort = new AbortController();
    let job: Job | undefined;
    const early: BatchEvent[] = [];
    const work = await start({
      inference: lease.inference,
      signal: abort.signal,
      onEvent: (event) => (job ? this.#onEvent(job, event) : early.push(event)),
    });
    job = new Job(work, abort, await getRunOverview(this.#options.workspace, work.runId));
    this.#jobs.set(work.runId, job);
    this.#options.onProgress?.(job.progress);
    for (const event of early) this.#onEvent(job, event);
    job.ended = this.#end(job, lease);
    // Closing may have begun while the run started.
    if (this.#closed) abort.abort();
    return job.progress;
  }

  #onEvent(job: Job, event: BatchEvent): void {
    switch (event.kind) {
      case 'started':
      case 'finished':
        return;
      case 'paused':
        job.run = { ...job.run, status: 'paused' };
        break;
      case 'resumed':
        job.run = { ...job.run, status: 'running' };
        break;
      case 'comparing':
        job.comparing = event.done < event.total ? { done: event.done, total: event.total } : null;
        break;
      case 'compared':
        job.comparing = null;
        job.run = { ...job.run, comparison: event.comparison };
        break;
      case 'image': {
        const { total, done, failed, rate, eta } = event;
        job.counts = { total, done, failed };
        job.pace = { rate, eta: Number.isFinite(eta) ? eta : null };
        if (job.tiles?.imageId === event.imageId) job.tiles = undefined;
        break;
      }
      case 'tile':
        job.tiles = event;
    }
    const imageId = event.kind === 'image' ? event.imageId : undefined;
    this.#options.onProgress?.(job.progress, imageId, event.kind === 'tile');
  }

  async #end(job: Job, lease: InferenceLease): Promise<void> {
    const { runId, status, error } = await job.work.done;
    lease.release();
    this.#jobs.delete(runId);
    const { workspace, onProgress } = this.#options;
    // The store may be what failed: then the state that this program knows is told.
    const progress = await getRunOverview(workspace, runId)
      .then((state) => this.toProgress(state))
      .catch(() => ({ ...job.progress, active: false, comparing: null, rate: null, eta: null }));
    onProgress?.({ ...progress, run: { ...progress.run, status, error: error ?? null } });
  }
}
