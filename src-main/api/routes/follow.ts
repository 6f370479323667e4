import { ClipSamError } from '../../../src-shared/errors.ts';
import { DEFAULT_PACK } from '../../services/runs/recipe-pipeline.ts';
import { saveRecipe } from '../../store/recipes.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Folders whose images are inspected as they come. */
export function followRoutes({ follow }: Implementer, workstation: Workstation) {
  const { followControl, runControl } = workstation;
  return {
    list: follow.list.handler(() => followControl.list()),
    start: follow.start.handler(async ({ input, context: { acting } }) => {
      const { path, settings, onlyNew, inspector } = input;
      // Links below a folder would lead out of what was opened to the network, and a broker's files lie anywhere.
      if (workstation.paths) {
        throw new ClipSamError(
          'not-permitted',
          'A folder is followed from the machine that the workstation runs on. What is followed there goes on when it is served.',
        );
      }
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
