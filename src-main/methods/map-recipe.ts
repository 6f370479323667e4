import { CLIPSAM } from '../../src-shared/method.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { RegionSettings } from './method.ts';
import { mapMethod } from './registry.ts';

/** What decides a coarse map, besides the image. */
export type LanguageRecipe = Pick<Recipe, 'object' | 'prompts' | 'method'> & RegionSettings;

/**
 * What of a recipe decides the map, as the name of what is kept of it: the words, the method where it isn't the pack's own
 * head, and the settings of regions where the method heeds them.
 */
export function mapDecidedBy({
  object,
  prompts,
  method = CLIPSAM,
  theta,
  minRegionArea,
  maxRegions,
}: LanguageRecipe): {
  readonly object: string;
  readonly prompts: Recipe['prompts'];
  readonly method?: string;
  readonly regions?: RegionSettings;
} {
  const { name } = method;
  return {
    object,
    prompts,
    ...(name !== 'clipsam' && { method: name }),
    ...(mapMethod(name).needsRegions && { regions: { theta, minRegionArea, maxRegions } }),
  };
}
