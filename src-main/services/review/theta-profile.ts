import type { ThetaProfile } from '../../../src-shared/contract/what-if.ts';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { countRegionsByTheta } from '../../pipeline/region-profile.ts';
import { minRegionCells } from '../../pipeline/regions.ts';
import { getRecipe } from '../../store/recipes.ts';
import {
  countUncounted,
  listRegionCounts,
  saveRegionCounts,
  type UncountedResult,
  uncountedResults,
} from '../../store/region-counts.ts';
import { getRun } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { readStoredMap } from '../pictures/result-maps.ts';

/** θ = 0, 0.01, …, 1. */
export const PROFILE_THETAS: readonly number[] = Array.from({ length: 101 }, (_, i) => i / 100);
/** Maps read and counted between two writes. */
const CHUNK = 64;
const READERS = 4;

/**
 * What θ would do to a run: regions of the stored coarse maps at 101 thresholds, against the run's own θ. Counts are
 * kept per result, so that the second time takes one query. Images whose map is lost are left out.
 * @throws ClipSamError `cancelled` (what was counted is kept), the store's errors
 */
export async function thetaProfile(
  workspace: Workspace,
  runId: number,
  options: {
    readonly signal?: AbortSignal;
    readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  } = {},
): Promise<ThetaProfile> {
  const { recipeHash } = await getRun(workspace, runId);
  const { recipe } = await getRecipe(workspace, recipeHash);
  const thetas = [...PROFILE_THETAS, recipe.theta].sort((a, b) => a - b);
  const total = await countUncounted(workspace, runId);
  options.onProgress?.({ done: 0, total });
  let done = 0;
  for (let after = 0; ; ) {
    const page = await uncountedResults(workspace, runId, { after, limit: CHUNK });
    if (page.length === 0) break;
    after = page.at(-1)!.id;
    const queue = [...page];
    const counted: { id: number; counts: Uint8Array }[] = [];
    const count = async () => {
      for (let result = queue.shift(); result; result = queue.shift()) {
        throwIfCancelled(options.signal);
        const map = await readStoredMap(workspace.artifacts, result.artifacts.coarseMap).catch(unlessLost);
        if (!map) continue;
        const minCells = minRegionCells(map, recipe.minRegionArea, portionOf(result));
        const limits = { maxRegions: recipe.maxRegions, minCells };
        const counts = [...countRegionsByTheta(map, thetas, limits)];
        const [own] = counts.splice(thetas.indexOf(recipe.theta), 1);
        counted.push({ id: result.id, counts: Uint8Array.of(...counts, own!) });
      }
    };
    try {
      await Promise.all(Array.from({ length: READERS }, count));
    } finally {
      await saveRegionCounts(workspace, counted);
    }
    done += page.length;
    options.onProgress?.({ done, total });
  }
  return sumUp(await listRegionCounts(workspace, runId));
}

/** What the recipe's smallest region is a share of: the image, or a tile of it. */
function portionOf({ notices, width, height }: UncountedResult): number {
  const tiled = notices.find(({ code }) => code === 'tiled');
  return tiled?.code === 'tiled' ? (tiled.width * tiled.height) / (width * height) : 1;
}

function sumUp(all: readonly Uint8Array[]): ThetaProfile {
  const sums = () => PROFILE_THETAS.map(() => 0);
  const profile = { regions: sums(), appearing: sums(), vanishing: sums(), imagesWithRegion: sums() };
  for (const counts of all) {
    const own = counts[PROFILE_THETAS.length]!;
    for (let i = 0; i < PROFILE_THETAS.length; i++) {
      const count = counts[i]!;
      profile.regions[i]! += count;
      if (count > own) profile.appearing[i]! += count - own;
      else profile.vanishing[i]! += own - count;
      if (count > 0) profile.imagesWithRegion[i]! += 1;
    }
  }
  return { thetas: [...PROFILE_THETAS], ...profile, images: all.length };
}

function unlessLost(error: unknown): undefined {
  if (error instanceof ClipSamError && error.code.startsWith('image-')) return undefined;
  throw error;
}
