import { sizeLimits } from '../../src-shared/minimum-defect.ts';
import { recipeSchema } from '../../src-shared/recipe.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { parseScale } from './scale-tables.ts';
import type { Workspace } from './workspace.ts';

/**
 * The scale of a run that begins: the batch's, or else the recipe's. Null: neither has one.
 * @throws ClipSamError `conflict` when the recipe's limits are in millimetres and there is none
 */
export async function scaleForRun(
  db: Workspace['db'],
  batchId: number,
  recipeHash: string,
): Promise<Scale | null> {
  const batch = await db.selectFrom('batches').select('scale').where('id', '=', batchId).executeTakeFirst();
  const stored = await db
    .selectFrom('recipes')
    .select('json')
    .where('hash', '=', recipeHash)
    .executeTakeFirst();
  const recipe = stored && recipeSchema.parse(JSON.parse(stored.json));
  const scale = parseScale(batch?.scale ?? null) ?? recipe?.scale ?? null;
  sizeLimits(recipe?.minimumDefect, scale);
  return scale;
}
