import type { DeviceRequest } from '../../../src-shared/device.ts';
import type { FollowSettings } from '../../../src-shared/followed-folder.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import type { SampleRange } from '../../../src-shared/sample-range.ts';
import type { Scale } from '../../../src-shared/scale.ts';
import type { InferenceEvent } from '../../inference/inference-client.ts';
import { releaseFolder } from '../../store/followed-folders.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { saveRecipe } from '../../store/recipes.ts';
import type { Workspace } from '../../store/workspace.ts';
import { rememberWorkspace } from '../packs/known-workspaces.ts';
import type { PackRoots } from '../packs/model-packs.ts';
import { type ImageRecord, toImageRecord } from '../runs/image-record.ts';
import type { ChosenRecipe } from '../runs/recipe-pipeline.ts';
import type { FollowEvent } from './folder-follower.ts';
import { Following } from './following.ts';
import { OpenModels } from './open-models.ts';
import { startFollowing } from './start-following.ts';

export type WatchPathEvent =
  | InferenceEvent
  | FollowEvent
  /** The folder is looked at from now on. */
  | { readonly kind: 'following' }
  /** One per image, in the order in which they came. */
  | { readonly kind: 'record'; readonly record: ImageRecord };

export interface WatchPathOptions {
  readonly chosen: ChosenRecipe;
  /** Made when it is not there. */
  readonly workspaceFolder: string;
  /** Folder. */
  readonly path: string;
  readonly settings: Omit<FollowSettings, 'recipeHash' | 'objectName'>;
  /** Images that are there when the folder is followed for the first time are passed over. */
  readonly onlyNew: boolean;
  readonly scale?: Scale | undefined;
  readonly range?: SampleRange | undefined;
  readonly area?: InspectionArea | undefined;
  /** Where the packs are of recipes that are chosen later. */
  readonly roots: PackRoots;
  readonly device: DeviceRequest;
  readonly threads?: number | undefined;
  readonly inspector: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchPathEvent) => void;
}

/** How many images were inspected and how many failed. */
export interface WatchSummary {
  readonly inspected: number;
  readonly failed: number;
}

/**
 * Inspects the images of a folder into a workspace as they come, until the signal is aborted.
 * @throws ClipSamError as `startFollowing` says, what opening the models says, and the store's errors
 */
export async function watchPath(options: WatchPathOptions): Promise<WatchSummary> {
  const { chosen, roots, device, threads, onEvent } = options;
  const models = new OpenModels({ chosen, roots, device, threads, onEvent });
  let workspace: Workspace | undefined;
  try {
    // First, because a broken pack would leave a folder followed that nobody looks at.
    (await models.acquire(chosen.recipe)).release();
    workspace = await openWorkspace(options.workspaceFolder, { create: true });
    await rememberWorkspace(workspace.folder);
    return await watchWith(options, workspace, models);
  } finally {
    await models.close();
    await workspace?.close();
  }
}

async function watchWith(
  options: WatchPathOptions,
  workspace: Workspace,
  models: OpenModels,
): Promise<WatchSummary> {
  const { chosen, inspector, signal, onlyNew, area, scale, range, onEvent } = options;
  const { hash: recipeHash } = await saveRecipe(workspace, chosen.recipe, { inspector });
  const settings = { ...options.settings, recipeHash, objectName: chosen.recipe.object };
  const begin = { isOn: false, inspector, onlyNew, signal };
  const claim = await startFollowing(workspace, options.path, settings, begin);
  try {
    const { inference, release } = await models.acquire(chosen.recipe);
    release();
    const follower = new Following({
      ...{ workspace, claim, area, scale, range, signal },
      acquire: (recipe) => models.acquire(recipe),
      onEvent(event) {
        onEvent(event);
        if (event.kind !== 'run' || event.event.kind !== 'image') return;
        const record = toImageRecord(event.event.outcome, workspace.artifacts, inference.device);
        onEvent({ kind: 'record', record });
      },
    });
    onEvent({ kind: 'following' });
    await follower.run();
    const { inspected, failed } = follower.state;
    return { inspected, failed };
  } finally {
    releaseFolder(claim);
  }
}
