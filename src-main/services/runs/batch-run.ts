import type { BatchImage } from '../../../src-shared/batch.ts';
import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import { blamesNoImage } from '../../../src-shared/error-codes.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { fromErrorRecord, toErrorRecord } from '../../../src-shared/errors.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import type { Outcome } from '../../../src-shared/outcome.ts';
import { inspectedProduct } from '../../../src-shared/product.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import type { Scale } from '../../../src-shared/scale.ts';
import { SOFTWARE_VERSION } from '../../../src-shared/version.ts';
import type { Comparison } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import { areaOfRun, currentArea } from '../../store/areas.ts';
import { getBatch } from '../../store/batches.ts';
import type { NewMessage } from '../../store/outbox.ts';
import { getRecipe, saveRecipe } from '../../store/recipes.ts';
import { recordOutcome, type StoredAs } from '../../store/results.ts';
import { type RunClaim, releaseClaim, touchRun } from '../../store/run-claims.ts';
import { growRun, resumeRun, setRunStatus, startRun } from '../../store/run-lifecycle.ts';
import { countOutcomes, getRun, pendingImages } from '../../store/runs.ts';
import { fromStoredPath, type Workspace } from '../../store/workspace.ts';
import { CRASHES_IN_A_ROW, imagesInFlight } from '../in-flight.ts';
import { comparisonOfRun, type ReadyComparison } from '../opinions/comparison-of-run.ts';
import { partsOfProduct } from '../opinions/known-parts.ts';
import type { KnownParts } from '../opinions/plan-comparison.ts';
import { tokenFilesOf } from '../opinions/token-files.ts';
import { sampleKindOf, settleSampleRanges } from '../pictures/sample-ranges.ts';
import { checkFilesInReach } from './files-in-reach.ts';
import { objectionTo } from './result-objection.ts';
import { endingsOf } from './run-endings.ts';
import { Growth, type OrderedTurn, Turns } from './run-growth.ts';
import { RunPace } from './run-pace.ts';
import { WorkGate } from './work-gate.ts';

const PAGE = 500;
const HEARTBEAT_INTERVAL = 5_000;

export interface BatchRunOptions {
  readonly workspace: Workspace;
  /** The workspace as the inspector may use it, for the beginning. Default: without a check. */
  readonly acting?: Workspace;
  readonly inference: Pick<InferenceClient, 'device' | 'packHash' | 'inspect' | 'embed' | 'pose'>;
  /** Good parts to compare with, for a run that begins, instead of those that are kept for the product. */
  readonly known?: KnownParts | undefined;
  /** Ends the run as `interrupted`: the program goes away and the run is resumed another time. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: BatchEvent) => void;
  /** For the audit trail. */
  readonly inspector: string;
  /**
   * True: the batch may get more images while the run is at work (see {@link BatchRun.grow}), which goes on until
   * {@link BatchRun.complete}. Results are then stored in the order of the images. Default: false.
   */
  readonly growing?: boolean;
  /** What is told of a result to others, kept in the same transaction as the result. Default: nothing. */
  readonly messageOf?: MessageOf;
}

/** Prepares what is told of an image's outcome. */
export type MessageOf = (
  image: BatchImage,
  outcome: Outcome,
  runId: number,
) => Promise<(stored: StoredAs) => NewMessage>;

export interface BatchSummary {
  readonly runId: number;
  readonly status: 'done' | 'cancelled' | 'interrupted';
  readonly total: number;
  /** Of the whole run, earlier sessions included. */
  readonly done: number;
  readonly failed: number;
  /** What interrupted the run. */
  readonly error?: ErrorRecord;
}

/** A run at work. Whoever pauses, resumes or cancels it goes into the history; where not told, who began it. */
export interface BatchRun {
  readonly runId: number;
  /** Stops taking images; resolves when those under way are stored. */
  pause(inspector?: string): Promise<void>;
  resume(inspector?: string): Promise<void>;
  /** Ends the run for good; what is under way is dropped, what is stored stays. */
  cancel(inspector?: string): void;
  /** Takes in what was added to the batch; for a run that may grow. @returns false when it has ended */
  grow(): Promise<boolean>;
  /** Nothing more will be added: the run ends when all is inspected. */
  complete(): void;
  /** Images that it has not inspected yet. */
  readonly pending: number;
  /** Never rejects: what stopped the run is in the summary. */
  readonly done: Promise<BatchSummary>;
}

/**
 * Inspects all images that a batch has now. Every result is stored in its own transaction as it comes; an image
 * that fails is recorded with its error and the rest goes on. A full disk, a locked database and the like
 * interrupt the run: it can be resumed and nothing stored is lost.
 *
 * A file whose content differs from what was imported is recorded as failed (`image-changed`), so that a result
 * and the verdicts on it never belong to a picture that nobody imported; importing it again takes the new content.
 * @throws ClipSamError `not-found` when there is no such batch, `conflict` when it is empty, or the recipe's limits are in
 *   millimetres and nobody has said how large a pixel is; `image-unreadable` when it was
 *   inspected before and none of its files can be read now, and the store's errors
 */
export async function startBatchRun(
  options: BatchRunOptions & {
    readonly batchId: number;
    readonly recipe: Recipe;
    /** Where to look; null: everywhere. Default: as was saved for the product last. */
    readonly area?: InspectionArea | null | undefined;
  },
): Promise<BatchRun> {
  const { workspace, acting = workspace, batchId, recipe, inference, inspector, signal } = options;
  await checkFilesInReach(workspace, batchId);
  await settleSampleRanges(workspace, batchId, { inspector, signal });
  const { hash } = await saveRecipe(acting, recipe, { inspector });
  const area = options.area === undefined ? await areaOfBatch(workspace, batchId, recipe) : options.area;
  const context = {
    packHash: inference.packHash,
    device: inference.device,
    softwareVersion: SOFTWARE_VERSION,
    inspector,
  };
  const claim = await startRun(acting, batchId, hash, context, area);
  return beginJob(options, claim, recipe, false, area);
}

/**
 * Continues a run that was interrupted, or whose program died: images with a result are not inspected again. One that
 * may grow is also continued when it is done.
 * @param options.retryFailed true: those that failed get another try, in a run that is done as well
 * @throws ClipSamError `conflict` when the run is final, at work in another program, or made with another pack
 */
export async function resumeBatchRun(
  options: BatchRunOptions & { readonly runId: number; readonly retryFailed?: boolean },
): Promise<BatchRun> {
  const { workspace, acting = workspace, runId, inference, inspector, retryFailed = false } = options;
  const { recipeHash } = await getRun(workspace, runId);
  const { recipe } = await getRecipe(workspace, recipeHash);
  const claim = await resumeRun(
    acting,
    runId,
    {
      packHash: inference.packHash,
      device: inference.device,
      softwareVersion: SOFTWARE_VERSION,
      inspector,
    },
    { retryFailed, reopen: options.growing ?? false },
  );
  return beginJob(options, claim, recipe, retryFailed, await areaOfRun(workspace, runId));
}

/** Where a batch's images are looked at, as was saved for its product last; null: everywhere. */
export async function areaOfBatch(
  workspace: Workspace,
  batchId: number,
  recipe: Recipe,
): Promise<InspectionArea | null> {
  const product = inspectedProduct(await getBatch(workspace, batchId), recipe);
  return (await currentArea(workspace, product))?.area ?? null;
}

async function beginJob(
  options: BatchRunOptions,
  claim: RunClaim,
  recipe: Recipe,
  retryFailed: boolean,
  area: InspectionArea | null,
): Promise<BatchRun> {
  try {
    const { total, done, failed } = await countOutcomes(options.workspace, claim.runId);
    const counts = { total, done, failed: retryFailed ? 0 : failed };
    const { scale } = await getRun(options.workspace, claim.runId);
    return new BatchJob(options, claim, recipe, retryFailed, counts, { area, scale });
  } catch (error) {
    releaseClaim(claim);
    throw error;
  }
}

type Ending = Pick<BatchSummary, 'status' | 'error'>;

class BatchJob implements BatchRun {
  readonly runId: number;
  readonly done: Promise<BatchSummary>;
  readonly #options: BatchRunOptions;
  readonly #claim: RunClaim;
  readonly #recipe: Recipe;
  readonly #retryFailed: boolean;
  readonly #area: InspectionArea | null;
  readonly #scale: Scale | null;
  readonly #abort = new AbortController();
  readonly #gate = new WorkGate();
  readonly #pace = new RunPace();
  readonly #counts: { total: number; done: number; failed: number };
  #growth: Growth | undefined;
  readonly #turns = new Turns();
  #page: BatchImage[] = [];
  #lastTaken = 0;
  #paging: Promise<void> = Promise.resolve();
  #crashes = 0;
  #ending: Ending | undefined;
  #endedBy: string;

  constructor(
    options: BatchRunOptions,
    claim: RunClaim,
    recipe: Recipe,
    retryFailed: boolean,
    counts: { total: number; done: number; failed: number },
    { area, scale }: { readonly area: InspectionArea | null; readonly scale: Scale | null },
  ) {
    this.runId = claim.runId;
    this.#options = options;
    this.#endedBy = options.inspector;
    this.#claim = claim;
    this.#recipe = recipe;
    this.#retryFailed = retryFailed;
    this.#counts = counts;
    this.#area = area;
    this.#scale = scale;
    if (options.growing) this.#growth = new Growth();
    this.done = this.#run();
  }

  async pause(inspector = this.#options.inspector): Promise<void> {
    if (this.#ending) return;
    await this.#gate.shut();
    if (this.#ending || !this.#gate.isShut) return;
    await this.#setStatus('paused', inspector);
    this.#emit({ kind: 'paused' });
  }

  async resume(inspector = this.#options.inspector): Promise<void> {
    if (!this.#gate.isShut || this.#ending) return;
    const goOn = this.#gate.open();
    await this.#setStatus('running', inspector);
    this.#emit({ kind: 'resumed' });
    goOn();
  }

  cancel(inspector = this.#options.inspector): void {
    if (!this.#ending) this.#endedBy = inspector;
    this.#end({ status: 'cancelled' });
  }

  get pending(): number {
    const { total, done, failed } = this.#counts;
    return total - done - failed;
  }

  async grow(): Promise<boolean> {
    if (this.#ending || !this.#growth) return false;
    const { workspace } = this.#options;
    await growRun(workspace, this.#claim);
    this.#counts.total = (await countOutcomes(workspace, this.runId)).total;
    this.#growth.more();
    return !this.#ending;
  }

  complete(): void {
    const growth = this.#growth;
    this.#growth = undefined;
    growth?.more();
  }

  async #run(): Promise<BatchSummary> {
    const { workspace, signal } = this.#options;
    const interrupt = () => this.#end({ status: 'interrupted' });
    signal?.addEventListener('abort', interrupt, { once: true });
    if (signal?.aborted) interrupt();
    const heartbeat = setInterval(() => {
      touchRun(workspace, this.#claim).catch((error: unknown) => this.#interrupt(error));
    }, HEARTBEAT_INTERVAL);
    try {
      const { total, done, failed } = this.#counts;
      this.#emit({ kind: 'started', total, alreadyDone: done + failed });
      const { comparison, release } = await this.#compare();
      try {
        const lanes = { length: imagesInFlight(this.#options.inference.device) };
        await Promise.all(Array.from(lanes, () => this.#work(comparison)));
      } finally {
        release();
      }
    } catch (error) {
      this.#interrupt(error);
    } finally {
      clearInterval(heartbeat);
      signal?.removeEventListener('abort', interrupt);
    }
    return this.#finish();
  }

  /** Prepares what the images are compared with. */
  async #compare(): Promise<ReadyComparison> {
    const { workspace, inference, known } = this.#options;
    const ready = await comparisonOfRun({
      workspace,
      claim: this.#claim,
      recipe: this.#recipe,
      inference,
      tokenFiles: await tokenFilesOf(workspace),
      known: async () => known ?? partsOfProduct(workspace, this.runId),
      part: this.#area?.part ?? undefined,
      signal: this.#abort.signal,
      pass: (work) => this.#gate.pass(work),
      onProgress: (progress) => this.#emit({ kind: 'comparing', ...progress }),
    });
    const { summary, skipped } = ready;
    if (summary) {
      const told = skipped.map(({ path, error }) => ({ path: fromStoredPath(workspace, path), error }));
      this.#emit({ kind: 'compared', comparison: summary, skipped: told });
    }
    return ready;
  }

  /** Takes images one after the other until there are none or the run ends. Never rejects. */
  async #work(comparison: Comparison | undefined): Promise<void> {
    try {
      for (;;) {
        const next = await this.#next();
        // A paused run does not end, whether or not there are more images.
        const goesOn = await this.#gate
          .pass(async () => next && this.#inspect(next.image, comparison, next.turn))
          .finally(() => next?.turn.end());
        if (!next || !goesOn) return;
      }
    } catch (error) {
      this.#interrupt(error);
    }
  }

  async #inspect(image: BatchImage, comparison: Comparison | undefined, turn: OrderedTurn): Promise<void> {
    const { workspace, inference } = this.#options;
    let outcome: Outcome;
    try {
      const range = (await this.#rangeOf(image)) ?? undefined;
      const result = await inference.inspect(
        {
          path: image.path,
          page: image.page?.index,
          recipe: this.#recipe,
          artifactRoot: workspace.artifacts.root,
          range,
          comparison,
          area: this.#area ?? undefined,
          scale: this.#scale ?? undefined,
        },
        this.#abort.signal,
        (progress) =>
          this.#emit(
            'tile' in progress
              ? { kind: 'tile', imageId: image.id, progress }
              : { kind: 'comparing', ...progress },
          ),
      );
      const error = objectionTo(image, result);
      outcome = error ? { status: 'failed', error } : { status: 'done', result };
      this.#crashes = 0;
    } catch (error) {
      if (this.#ending) return;
      const record = toErrorRecord(error);
      if (blamesNoImage(record.code)) throw error;
      outcome = { status: 'failed', error: record };
      this.#crashes = record.code === 'inference-crashed' ? this.#crashes + 1 : 0;
    }
    if (this.#options.growing) await turn.begun;
    const message = await this.#options.messageOf?.(image, outcome, this.runId);
    await recordOutcome(workspace, this.#claim, image.id, outcome, message);
    this.#counts[outcome.status]++;
    this.#report(image, outcome);
    if (outcome.status === 'failed' && this.#crashes >= CRASHES_IN_A_ROW) {
      this.#interrupt(fromErrorRecord(outcome.error));
    }
  }

  /** What is black and white in the image; also of one that could not be read before the run began. */
  async #rangeOf(image: BatchImage): Promise<SampleRange | null> {
    if (image.sampleKind !== null) return image.range;
    const { sampleRanges } = await getRun(this.#options.workspace, this.runId);
    const kind = await sampleKindOf(image).catch(() => 'none' as const);
    return kind === 'none' ? null : sampleRanges[kind];
  }

  /** The next image, pages being read one at a time; of a run that may grow it is waited for. */
  async #next(): Promise<{ readonly image: BatchImage; readonly turn: OrderedTurn } | undefined> {
    for (;;) {
      const growth = this.#growth;
      const later = growth?.later;
      if (this.#page.length === 0) {
        this.#paging = this.#paging.then(() => this.#readPage());
        await this.#paging;
      }
      const image = this.#page.shift();
      if (image) return { image, turn: this.#turns.take() };
      if (!growth || this.#ending) return undefined;
      await later;
    }
  }

  async #readPage(): Promise<void> {
    if (this.#page.length > 0) return;
    this.#page = await pendingImages(this.#options.workspace, this.runId, {
      after: this.#lastTaken,
      limit: PAGE,
      retryFailed: this.#retryFailed,
    });
    this.#lastTaken = this.#page.at(-1)?.id ?? this.#lastTaken;
  }

  #report(image: BatchImage, outcome: Outcome): void {
    const rate = this.#pace.count();
    const { total, done, failed } = this.#counts;
    this.#emit({
      kind: 'image',
      imageId: image.id,
      outcome: { path: image.path, page: image.page, ...outcome },
      done,
      failed,
      total,
      rate,
      eta: rate > 0 ? (total - done - failed) / rate : Number.POSITIVE_INFINITY,
    });
  }

  #interrupt(error: unknown): void {
    this.#end({ status: 'interrupted', error: toErrorRecord(error) });
  }

  #end(ending: Ending): void {
    if (this.#ending) return;
    this.#ending = ending;
    this.#abort.abort();
    this.#gate.end();
    this.complete();
  }

  async #finish(): Promise<BatchSummary> {
    this.#ending ??= { status: 'done' };
    const { status, error } = this.#ending;
    const ending = { claim: this.#claim, status, inspector: this.#endedBy, error };
    await endingsOf(this.#options.workspace).write(ending);
    releaseClaim(this.#claim);
    const { total, done, failed } = this.#counts;
    this.#emit({ kind: 'finished', status, done, failed, ...(error && { error }) });
    return { runId: this.runId, status, total, done, failed, ...(error && { error }) };
  }

  async #setStatus(status: 'running' | 'paused', inspector: string): Promise<void> {
    try {
      await setRunStatus(this.#options.workspace, this.#claim, status, inspector);
    } catch (error) {
      this.#interrupt(error);
    }
  }

  #emit(event: BatchEvent): void {
    this.#options.onEvent?.(event);
  }
}
