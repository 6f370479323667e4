import type { FollowedFolderView } from '../../../src-shared/contract/follow.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import { toErrorRecord } from '../../../src-shared/errors.ts';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { PackExaminer } from '../../inference/pack-examiner.ts';
import { checkLanguage } from '../../inference/recipe-language.ts';
import {
  claimFolder,
  type FolderClaim,
  type FollowedFolder,
  getFollowedFolder,
  listFollowedFolders,
  releaseFolder,
  stopFollowing,
} from '../../store/followed-folders.ts';
import type { Workspace } from '../../store/workspace.ts';
import { findPack, type PackRoots } from '../packs/model-packs.ts';
import type { InferencePool } from '../runs/inference-pool.ts';
import type { ModelLease } from './followed-runs.ts';
import { Following } from './following.ts';
import { startFollowing } from './start-following.ts';

export interface FollowControlOptions extends PackRoots {
  readonly workspace: Workspace;
  readonly pool: InferencePool;
  /** Has a recipe's words read by its pack's tokeniser. */
  readonly examiner: PackExaminer;
  /** Something about a followed folder has changed; some changes are gathered. */
  readonly onChange: () => void;
  /** A batch was made, or got other images. */
  readonly onBatch: (batchId: number) => void;
  /** How far the run is of a batch that images come into. `imageId`: the one that was inspected. */
  readonly onRun: (runId: number, imageId?: number) => void;
}

/** Milliseconds in which changes are gathered. */
const TELL = 300;

interface Job {
  readonly following: Following;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** The folders that a workstation follows. Those that were left on are followed again when it is started again. */
export class FollowControl {
  readonly #options: FollowControlOptions;
  readonly #jobs = new Map<number, Job>();
  /** Why folders could not be followed. */
  readonly #errors = new Map<number, ErrorRecord>();
  #telling: NodeJS.Timeout | undefined;
  /** Runs of followed folders that are at work. */
  readonly #runs = new Set<number>();

  constructor(options: FollowControlOptions) {
    this.#options = options;
  }

  /** True for a run that inspects what comes into a followed folder now. */
  isRunOf(runId: number): boolean {
    return this.#runs.has(runId);
  }

  async list(): Promise<FollowedFolderView[]> {
    return (await listFollowedFolders(this.#options.workspace)).map((folder) => this.#view(folder));
  }

  /**
   * Follows a folder, now and when the workstation is started again.
   * @param options.acting the workspace as the inspector may use it
   * @throws ClipSamError as `startFollowing` says
   */
  async start(
    path: string,
    settings: FollowSettings,
    options: { readonly acting: Workspace; readonly inspector: string; readonly onlyNew: boolean },
  ): Promise<FollowedFolderView> {
    const { inspector, onlyNew, acting } = options;
    const claim = await startFollowing(acting, path, settings, { isOn: true, inspector, onlyNew });
    this.#follow(claim);
    return this.#view(claim.folder);
  }

  /** Does not follow a folder any more; what was taken is inspected to its end when it is followed again. */
  async stop(id: number, acting: Workspace, inspector: string): Promise<FollowedFolderView> {
    await stopFollowing(acting, id, inspector);
    await this.#end(id);
    this.#errors.delete(id);
    this.#options.onChange();
    return this.#view(await getFollowedFolder(this.#options.workspace, id));
  }

  /** Follows what was left on. A folder that cannot be followed keeps no other from it. */
  async resume(): Promise<void> {
    const { workspace } = this.#options;
    for (const { id, isOn, path, settings, inspector } of await listFollowedFolders(workspace)) {
      if (!isOn) continue;
      try {
        // A share may be away for now: it is waited for.
        this.#follow(await claimFolder(workspace, path, settings, { isOn: true, inspector }));
      } catch (error) {
        this.#errors.set(id, toErrorRecord(error));
      }
    }
  }

  /** Ends the work; what was left on stays so. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs.keys()].map((id) => this.#end(id)));
    clearTimeout(this.#telling);
  }

  #follow(claim: FolderClaim): void {
    const { workspace, onBatch, onRun } = this.#options;
    let lastBatch = 0;
    const { id } = claim.folder;
    const abort = new AbortController();
    const following = new Following({
      ...{ workspace, claim, signal: abort.signal, acquire: (recipe) => this.#acquire(recipe) },
      onEvent: (event) => {
        if (event.kind === 'state') this.#changed();
        if (event.kind === 'taken' && event.batch.id !== lastBatch) {
          lastBatch = event.batch.id;
          onBatch(lastBatch);
        }
        if (event.kind !== 'run') return;
        if (event.event.kind === 'finished') this.#runs.delete(event.runId);
        else this.#runs.add(event.runId);
        onRun(event.runId, event.event.kind === 'image' ? event.event.imageId : undefined);
      },
    });
    this.#errors.delete(id);
    const ended = following
      .run()
      .catch((error: unknown) => {
        abort.abort();
        this.#errors.set(id, toErrorRecord(error));
      })
      .finally(() => {
        releaseFolder(claim);
        this.#jobs.delete(id);
        this.#changed();
      });
    this.#jobs.set(id, { following, abort, ended });
  }

  #changed(): void {
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      this.#options.onChange();
    }, TELL);
  }

  async #end(id: number): Promise<void> {
    const job = this.#jobs.get(id);
    job?.abort.abort();
    await job?.ended;
  }

  async #acquire(recipe: Recipe): Promise<ModelLease> {
    const { pool, examiner } = this.#options;
    const { folder } = await findPack(recipe.pack, this.#options);
    await checkLanguage(folder, recipe, examiner);
    return pool.acquire(recipe.pack);
  }

  #view(folder: FollowedFolder): FollowedFolderView {
    const { id, path, settings, inspector, isOn } = folder;
    const following = this.#jobs.get(id)?.following;
    return {
      ...{ id, path, inspector, isOn, settings: following?.settings ?? settings },
      state: following?.state ?? null,
      error: this.#errors.get(id) ?? null,
    };
  }
}
