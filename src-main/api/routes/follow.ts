import { DEFAULT_PACK } from '../../services/runs/recipe-pipeline.ts';
import { saveRecipe } from '../../store/recipes.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Folders whose images are inspected as they come. */
export function followRoutes({ follow }: Implementer, { followControl, runControl }: Workstation) {
  return {
    list: follow.list.handler(() => followControl.list()),
    start: follow.start.handler(async ({ input, context: { acting } }) => {
      const { path, settings, onlyNew, inspector } = input;
      let { recipeHash } = settings;
      if (recipeHash === null) {
        const recipe = await runControl.defaultRecipe(DEFAULT_PACK);
        const object = settings.objectName.trim() || recipe.object;
        recipeHash = (await saveRecipe(acting, { ...recipe, object }, { inspector })).hash;
      }
      return followControl.start(path, { ...settings, recipeHash }, { acting, inspector, onlyNew });
    }),
    stop: follow.stop.handler(({ input: { id, inspector }, context: { acting } }) =>
      followControl.stop(id, acting, inspector),
    ),
  };
}
