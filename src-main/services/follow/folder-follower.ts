import type { Batch } from '../../../src-shared/batch.ts';
import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import { toErrorRecord } from '../../../src-shared/errors.ts';
import type { FollowSettings, FollowState } from '../../../src-shared/followed-folder.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import type { Scale } from '../../../src-shared/scale.ts';
import { watchFolder } from '../../files/folder-watch.ts';
import { getBatch } from '../../store/batches.ts';
import { type ComingFile, noteKnown, takeFiles, takenFiles } from '../../store/followed-files.ts';
import {
  changeFollowSettings,
  type FolderClaim,
  followedBatch,
  unfinishedBatches,
} from '../../store/followed-folders.ts';
import { getRecipe } from '../../store/recipes.ts';
import type { Workspace } from '../../store/workspace.ts';
import { describeFiles } from '../imports/import-images.ts';
import type { MessageOf } from '../runs/batch-run.ts';
import { type BatchPurpose, purposeOf, recipeOf } from './batch-purpose.ts';
import { newFollowedBatch, settleFollowedBatch } from './followed-batch.ts';
import { FollowedRuns, type ModelLease } from './followed-runs.ts';
import { keepTrying } from './keep-trying.ts';
import { type SettledFile, SettledFiles } from './settled-files.ts';

/** Runs of folders below the followed one that wait for more images at a time. */
const OPEN_RUNS = 8;

export type FollowEvent =
  | { readonly kind: 'state'; readonly state: FollowState }
  /** Images were put into a batch. `files`: how many. */
  | { readonly kind: 'taken'; readonly batch: Batch; readonly files: number }
  /** A file has no end, and was waited for long enough: it is inspected as it is. */
  | { readonly kind: 'cut'; readonly path: string }
  /** A picture of a kind that is not read. */
  | { readonly kind: 'passed-over'; readonly path: string }
  /** What happens in a batch's run. */
  | { readonly kind: 'run'; readonly batchId: number; readonly runId: number; readonly event: BatchEvent };

export interface FolderFollowerOptions {
  readonly workspace: Workspace;
  readonly claim: FolderClaim;
  /** Opens the models of a recipe. @throws ClipSamError `pack-…`, `text-too-long`, and what opening says */
  readonly acquire: (recipe: Recipe) => Promise<ModelLease>;
  /** Where to look. Default: as was saved for the product. */
  readonly area?: InspectionArea | undefined;
  /** How large a pixel is, and what is black and white in images of more than 8 bits. Default: as in the batch before. */
  readonly scale?: Scale | undefined;
  readonly range?: SampleRange | undefined;
  readonly messageOf?: MessageOf | undefined;
  /** Default: this machine's clock. */
  readonly now?: () => Date;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: FollowEvent) => void;
}

/** How the images that come now are inspected. */
interface Current {
  readonly settings: FollowSettings;
  readonly recipe: Recipe;
  readonly lease: ModelLease;
}

/**
 * Inspects the images of a folder as they come, until the signal is aborted. What was taken is known by path and content
 * in the workspace: whoever follows the folder next goes on from there. Images go to the batch that they are for
 * ({@link purposeOf}), each batch has one run, and results are stored in the order in which the images came.
 */
export class FolderFollower {
  readonly #options: FolderFollowerOptions;
  readonly #runs: FollowedRuns;
  readonly #settled: SettledFiles;
  readonly #opened = Promise.withResolvers<void>();
  #current: Current | undefined;
  #state: FollowState;

  constructor(options: FolderFollowerOptions) {
    this.#options = options;
    this.#state = {
      ...{ isPolled: false, away: null, trouble: null, batchId: null },
      ...{ taken: 0, inspected: 0, failed: 0, waiting: [], broker: null },
    };
    const { workspace, claim, acquire, area, messageOf, signal } = options;
    const { settings, inspector } = claim.folder;
    const onTrouble = (trouble: FollowState['trouble']) => this.#tell({ trouble });
    this.#runs = new FollowedRuns({
      ...{ workspace, inspector, acquire, area, messageOf, signal, onTrouble },
      onEvent: (batchId, runId, event) => this.#onRun(batchId, runId, event),
    });
    this.#settled = new SettledFiles({
      patience: settings.waitSeconds * 1000,
      signal,
      isKnown: (files) => this.#known(files),
      onSettled: async (files) => void (await keepTrying(() => this.#take(files), { signal, onTrouble })),
      onWaiting: (waiting) => this.#tell({ waiting }),
    });
  }

  get state(): FollowState {
    return this.#state;
  }

  /** How the images that come now are inspected. */
  get settings(): FollowSettings {
    return this.#current?.settings ?? this.#options.claim.folder.settings;
  }

  /** Resolves when its models are open. */
  get ready(): Promise<void> {
    return this.#opened.promise;
  }

  /** How it stands with the broker. */
  tellBroker(broker: NonNullable<FollowState['broker']>): void {
    this.#tell({ broker });
  }

  /** @throws ClipSamError what opening the models says at the beginning */
  async run(): Promise<void> {
    const { claim, signal } = this.#options;
    const { folder } = claim;
    this.#current = await this.#open(folder.settings);
    this.#opened.resolve();
    try {
      await this.#goOn();
      const watching = watchFolder({
        folder: folder.path,
        polling: folder.settings.polling,
        signal,
        onSeen: (paths) => this.#settled.add(paths),
        onPassedOver: (path) => this.#emit({ kind: 'passed-over', path }),
        onReach: (error) => this.#tell({ away: error && toErrorRecord(error) }),
        onPolling: (isPolled) => this.#tell({ isPolled }),
      });
      await Promise.all([watching, this.#settled.run()]);
    } finally {
      await this.#runs.stop();
      this.#current.lease.release();
    }
  }

  /** What was taken before and not inspected. */
  async #goOn(): Promise<void> {
    const { workspace, claim, signal } = this.#options;
    for (const { purpose: key, batchId } of await unfinishedBatches(workspace, claim.folder.id)) {
      const batch = { key, batchId, recipeHash: recipeOf(key) };
      const onTrouble = (trouble: FollowState['trouble']) => this.#tell({ trouble });
      await keepTrying(() => this.#runs.inspect(batch, 1), { signal, onTrouble });
    }
  }

  /**
   * Inspects the images that come from now on otherwise.
   * @throws ClipSamError `not-found` for a recipe that is not there, and what opening its models says: then nothing changed
   */
  async change(settings: FollowSettings, inspector: string): Promise<void> {
    const { workspace, claim } = this.#options;
    const next = await this.#open(settings);
    try {
      await changeFollowSettings(workspace, claim.folder.id, settings, inspector);
    } catch (error) {
      next.lease.release();
      throw error;
    }
    this.#current?.lease.release();
    this.#current = next;
    this.#tell({});
  }

  async #open(settings: FollowSettings): Promise<Current> {
    const { recipe } = await getRecipe(this.#options.workspace, settings.recipeHash);
    return { settings, recipe, lease: await this.#options.acquire(recipe) };
  }

  async #known(files: readonly SettledFile[]): Promise<ReadonlySet<string>> {
    const { workspace, claim } = this.#options;
    const taken = await takenFiles(
      workspace,
      claim.folder.id,
      files.map(({ path }) => path),
    );
    const isSame = ({ path, bytes, modifiedAt }: SettledFile) => {
      const before = taken.get(path);
      return before?.bytes === bytes && before.modifiedAt === modifiedAt;
    };
    return new Set(files.filter(isSame).map(({ path }) => path));
  }

  async #take(files: readonly SettledFile[]): Promise<void> {
    const { workspace, claim, now = () => new Date() } = this.#options;
    const { folder } = claim;
    const current = this.#current!;
    for (const { path, isWhole } of files) if (!isWhole) this.#emit({ kind: 'cut', path });
    const paths = files.map(({ path }) => path);
    const described = await describeFiles(paths, this.#options.signal);
    const known = await takenFiles(workspace, folder.id, paths);
    const all = described.map((file, i): ComingFile => ({ ...file, modifiedAt: files[i]!.modifiedAt }));
    const isSame = ({ path, contentHash }: ComingFile) =>
      contentHash !== null && known.get(path)?.contentHash === contentHash;
    await noteKnown(workspace, folder.id, all.filter(isSame));
    const coming = all.filter((file) => !isSame(file));
    const at = now();
    for (let start = 0; start < coming.length; ) {
      const forWhat = (path: string) =>
        purposeOf(current.settings, {
          ...{ folder: folder.path, path, at },
          packHash: current.lease.inference.packHash,
        });
      const purpose = forWhat(coming[start]!.path);
      let end = start + 1;
      while (end < coming.length && forWhat(coming[end]!.path).key === purpose.key) end++;
      await this.#put(purpose, coming.slice(start, end), current);
      start = end;
    }
  }

  /** Puts files that are for one batch into it, and has them inspected. */
  async #put(purpose: BatchPurpose, files: readonly ComingFile[], current: Current): Promise<void> {
    const { workspace, claim, scale, range } = this.#options;
    const { id: folderId, inspector } = claim.folder;
    const { settings } = current;
    const known = await followedBatch(workspace, folderId, purpose.key);
    const batchId = known ?? (await newFollowedBatch(workspace, { folderId, purpose, settings, inspector }));
    const images = await takeFiles(workspace, folderId, batchId, files);
    if (known === undefined) {
      await settleFollowedBatch(workspace, batchId, { folderId, inspector, scale, range });
    }
    this.#tell({ taken: this.#state.taken + images, batchId });
    this.#emit({ kind: 'taken', batch: await getBatch(workspace, batchId), files: files.length });
    const batch = { key: purpose.key, batchId, recipeHash: settings.recipeHash };
    await this.#runs.inspect(batch, settings.batchPer === 'folder' ? OPEN_RUNS : 1);
  }

  #onRun(batchId: number, runId: number, event: BatchEvent): void {
    this.#emit({ kind: 'run', batchId, runId, event });
    if (event.kind !== 'image') return;
    const { inspected, failed } = this.#state;
    this.#tell(event.outcome.status === 'done' ? { inspected: inspected + 1 } : { failed: failed + 1 });
  }

  #tell(changes: Partial<FollowState>): void {
    this.#state = { ...this.#state, ...changes };
    this.#emit({ kind: 'state', state: this.#state });
  }

  #emit(event: FollowEvent): void {
    this.#options.onEvent?.(event);
  }
}
