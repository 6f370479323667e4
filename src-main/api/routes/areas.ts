import { saveProductArea } from '../../services/areas/save-area.ts';
import { areaHistory, currentArea } from '../../store/areas.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** Where to look in the images of a product. */
export function areaRoutes({ areas }: Implementer, { workspace, pool, contents }: Workstation) {
  return {
    get: areas.get.handler(async ({ input }) => (await currentArea(workspace, input.product)) ?? null),
    save: areas.save.handler(({ input, context: { acting } }) =>
      saveProductArea({ workspace: acting, pool, contents }, input),
    ),
    history: areas.history.handler(({ input }) => areaHistory(workspace, input.product)),
  };
}
