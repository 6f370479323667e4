import { setTimeout as delay } from 'node:timers/promises';
import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import { hasImages } from '../../store/images.ts';
import { getRecipe } from '../../store/recipes.ts';
import { listRuns } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { type BatchRun, type MessageOf, resumeBatchRun, startBatchRun } from '../runs/batch-run.ts';
import { keepTrying, pauseAfter } from './keep-trying.ts';

/** Models that are open as long as somebody uses them. */
export interface ModelLease {
  readonly inference: Pick<InferenceClient, 'device' | 'packHash' | 'inspect' | 'embed' | 'pose'>;
  release(): void;
}

/** A batch that images come into. */
export interface FollowedBatch {
  /** What it is for. */
  readonly key: string;
  readonly batchId: number;
  readonly recipeHash: string;
}

export interface FollowedRunsOptions {
  readonly workspace: Workspace;
  readonly inspector: string;
  /** Opens the models of a recipe. */
  readonly acquire: (recipe: Recipe) => Promise<ModelLease>;
  readonly area?: InspectionArea | undefined;
  readonly messageOf?: MessageOf | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (batchId: number, runId: number, event: BatchEvent) => void;
  readonly onTrouble: (error: ErrorRecord | null) => void;
}

/**
 * Milliseconds after which a run that gets nothing more is done until the next image comes: as long as a run is at work,
 * no file may be removed from the workspace.
 */
const IDLE = 5 * 60_000;

interface Job {
  /** Of its batch. */
  readonly key: string;
  readonly run: BatchRun;
  readonly abort: AbortController;
  /** Resolves when its end was dealt with. */
  readonly ended: Promise<void>;
}

/** The runs that inspect what comes into batches, one for each; those of the batches used last wait for more. */
export class FollowedRuns {
  readonly #options: FollowedRunsOptions;
  /** By what the batches are for, the one used last being the last. */
  readonly #open = new Map<string, Job>();
  /** Runs that nothing is added to any more, and others that are not open. */
  readonly #ending = new Set<Job>();
  #turn: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  /** Runs in a row that an error ended. */
  #failures = 0;

  constructor(options: FollowedRunsOptions) {
    this.#options = options;
  }

  /**
   * Has a batch inspected up to its last image: its run takes in what was added, goes on or begins.
   * @param mostOpen runs that wait for more, this one included; the others end
   * @throws ClipSamError as `startBatchRun` and `resumeBatchRun` say, and what opening the models says
   */
  inspect(batch: FollowedBatch, mostOpen: number): Promise<void> {
    const work = this.#turn.then(() => this.#inspect(batch, mostOpen));
    this.#turn = work.catch(() => {});
    return work;
  }

  /** Ends all runs: those that have inspected everything are done, the others interrupted. */
  async stop(): Promise<void> {
    await this.#turn;
    clearTimeout(this.#idle);
    const jobs = [...this.#open.values(), ...this.#ending];
    for (const { run, abort } of jobs) {
      if (run.pending === 0) run.complete();
      else abort.abort();
    }
    await Promise.all(jobs.map(({ ended }) => ended));
  }

  async #inspect(batch: FollowedBatch, mostOpen: number): Promise<void> {
    const known = this.#open.get(batch.key);
    this.#open.delete(batch.key);
    if (known && (await known.run.grow())) this.#open.set(batch.key, known);
    else {
      const ending = [...this.#ending].filter((job) => job.key === batch.key);
      await Promise.all([known, ...ending].map((job) => job?.ended));
      const job = await this.#begin(batch);
      if (job) this.#open.set(batch.key, job);
    }
    this.#complete(mostOpen);
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.#complete(0), IDLE);
  }

  /** Ends runs, those first that got nothing for longest, until so many are open. */
  #complete(mostOpen: number): void {
    for (const [key, job] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      this.#open.delete(key);
      this.#ending.add(job);
      job.run.complete();
    }
  }

  /** The batch's newest run with the recipe and the models goes on, whatever ended it; without one a run begins. */
  async #begin(batch: FollowedBatch): Promise<Job | undefined> {
    const { workspace, acquire, area, messageOf, inspector } = this.#options;
    const { batchId, recipeHash } = batch;
    if (!(await hasImages(workspace, batchId))) return undefined;
    const { recipe } = await getRecipe(workspace, recipeHash);
    const lease = await acquire(recipe);
    try {
      const abort = new AbortController();
      let runId = 0;
      const early: BatchEvent[] = [];
      const options = {
        ...{ workspace, inference: lease.inference, inspector, growing: true, signal: abort.signal },
        ...(messageOf && { messageOf }),
        onEvent: (event: BatchEvent) => (runId ? this.#onRun(batchId, runId, event) : early.push(event)),
      };
      const { packHash } = lease.inference;
      const before = (await listRuns(workspace, batchId)).find(
        (run) => run.status !== 'cancelled' && run.recipeHash === recipeHash && run.packHash === packHash,
      );
      const run = before
        ? await resumeBatchRun({ ...options, runId: before.id })
        : await startBatchRun({ ...options, batchId, recipe, area });
      runId = run.runId;
      for (const event of early) this.#onRun(batchId, runId, event);
      const ended = run.done.then((end) => this.#end(batch, run, lease, end.error));
      return { key: batch.key, run, abort, ended };
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  async #end(batch: FollowedBatch, run: BatchRun, lease: ModelLease, error?: ErrorRecord): Promise<void> {
    lease.release();
    for (const job of this.#ending) if (job.run === run) this.#ending.delete(job);
    const { signal, onTrouble } = this.#options;
    if (!error || signal.aborted) return;
    onTrouble(error);
    const pause = pauseAfter(this.#failures++);
    // Whoever waits for this end must not wait for the next.
    void delay(pause, undefined, { signal })
      .then(() => keepTrying(() => this.inspect(batch, this.#open.size + 1), { signal, onTrouble }))
      .catch(() => {});
  }

  #onRun(batchId: number, runId: number, event: BatchEvent): void {
    if (event.kind === 'image' && this.#failures > 0) {
      this.#failures = 0;
      this.#options.onTrouble(null);
    }
    this.#options.onEvent(batchId, runId, event);
  }
}
