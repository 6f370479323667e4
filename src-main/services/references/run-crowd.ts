import { DEFAULT_OPINION_SETTINGS } from '../../../src-shared/opinion.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import { hashOfJson } from '../../files/canonical-json.ts';
import type { TokenSource } from '../../inference/comparison.ts';
import { LEAST_CROWD } from '../../inference/prepared-comparison.ts';
import { mapDecidedBy } from '../../methods/map-recipe.ts';
import { getRecipe } from '../../store/recipes.ts';
import { keptComparison } from '../../store/run-comparison.ts';
import { getRun } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import type { TokenFiles } from '../opinions/token-files.ts';

/** Images of its batch that a run compared with, as they can be compared with again. */
export interface RunCrowd {
  readonly hash: string;
  /** Key of the picture that parts were turned like; null: they were not. */
  readonly template: string | null;
  readonly sources: readonly TokenSource[];
}

/**
 * The crowd of a run.
 * @param recipe by which its images are scored again
 * @returns undefined: the run compared with none, or the recipe asks for none; `gone`: not all of its tokens are there any more,
 *   or the maps beside them were made by other words or another method
 */
export async function crowdOfRun(
  workspace: Workspace,
  tokenFiles: TokenFiles,
  runId: number,
  recipe: Recipe,
): Promise<RunCrowd | 'gone' | undefined> {
  if ((recipe.opinions ?? DEFAULT_OPINION_SETTINGS).consensus === 'off') return undefined;
  const kept = await keptComparison(workspace, runId);
  if (!kept || kept.settings.consensus === 'off' || kept.crowd.length < LEAST_CROWD) return undefined;
  const own = (await getRecipe(workspace, (await getRun(workspace, runId)).recipeHash)).recipe;
  const meant = (which: Recipe) => hashOfJson({ pack: which.pack, ...mapDecidedBy(which) });
  if (meant(own) !== meant(recipe)) return 'gone';
  const sources: TokenSource[] = [];
  for (const { key, tokens } of kept.crowd) {
    if (tokens === null || !(await tokenFiles.has(tokens))) return 'gone';
    sources.push({ key, path: tokenFiles.pathOf(tokens) });
  }
  return {
    hash: hashOfJson(sources.map(({ key }) => key).sort()),
    template: kept.template?.key ?? null,
    sources,
  };
}
