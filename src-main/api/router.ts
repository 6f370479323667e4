import { createImplementer } from './implementer.ts';
import { appRoutes } from './routes/app.ts';
import { areaRoutes } from './routes/areas.ts';
import { batchRoutes } from './routes/batches.ts';
import { deviceRoutes } from './routes/device.ts';
import { exportRoutes } from './routes/exports.ts';
import { importRoutes } from './routes/imports.ts';
import { packRoutes } from './routes/packs.ts';
import { peopleRoutes } from './routes/people.ts';
import { recipeRoutes } from './routes/recipes.ts';
import { referenceRoutes } from './routes/references.ts';
import { reviewRoutes } from './routes/review.ts';
import { runRoutes } from './routes/runs.ts';
import { studyRoutes } from './routes/studies.ts';
import { whatIfRoutes } from './routes/what-if.ts';
import type { Workstation } from './workstation.ts';

/** The contract over the workstation's services: the same for every shell. */
export function createRouter(workstation: Workstation) {
  const os = createImplementer(workstation);
  return os.router({
    app: appRoutes(os, workstation),
    batches: batchRoutes(os, workstation),
    imports: importRoutes(os, workstation),
    runs: runRoutes(os, workstation),
    review: reviewRoutes(os, workstation),
    recipes: recipeRoutes(os, workstation),
    references: referenceRoutes(os, workstation),
    areas: areaRoutes(os, workstation),
    whatIf: whatIfRoutes(os, workstation),
    packs: packRoutes(os, workstation),
    device: deviceRoutes(os, workstation),
    studies: studyRoutes(os, workstation),
    exports: exportRoutes(os, workstation),
    people: peopleRoutes(os, workstation),
  });
}
export type WorkstationRouter = ReturnType<typeof createRouter>;
