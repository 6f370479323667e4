import { getRecipe, listRecipes, saveRecipe } from '../../store/recipes.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Recipes with their revisions. */
export function recipeRoutes({ recipes }: Implementer, { workspace, runControl }: Workstation) {
  return {
    list: recipes.list.handler(() => listRecipes(workspace)),
    default: recipes.default.handler(({ input }) => runControl.defaultRecipe(input.pack)),
    save: recipes.save.handler(async ({ input: { recipe, parentHash, inspector }, context: { acting } }) => {
      if (parentHash !== null) await getRecipe(workspace, parentHash);
      const parent = parentHash === null ? {} : { parentHash };
      return saveRecipe(acting, recipe, { inspector, ...parent });
    }),
  };
}
