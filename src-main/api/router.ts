import { createImplementer } from './implementer.ts';
import { appRoutes } from './routes/app.ts';
import { areaRoutes } from './routes/areas.ts';
import { auditRoutes } from './routes/audit.ts';
import { backupRoutes } from './routes/backups.ts';
import { batchRoutes } from './routes/batches.ts';
import { deviceRoutes } from './routes/device.ts';
import { exportRoutes } from './routes/exports.ts';
import { followRoutes } from './routes/follow.ts';
import { importRoutes } from './routes/imports.ts';
import { lotRoutes } from './routes/lots.ts';
import { packRoutes } from './routes/packs.ts';
import { peopleRoutes } from './routes/people.ts';
import { presenceRoutes } from './routes/presence.ts';
import { recipeRoutes } from './routes/recipes.ts';
import { referenceRoutes } from './routes/references.ts';
import { reportRoutes } from './routes/reports.ts';
import { reviewRoutes } from './routes/review.ts';
import { runRoutes } from './routes/runs.ts';
import { signatureRoutes } from './routes/signatures.ts';
import { statsRoutes } from './routes/stats.ts';
import { studyRoutes } from './routes/studies.ts';
import { uploadRoutes } from './routes/uploads.ts';
import { whatIfRoutes } from './routes/what-if.ts';
import type { Workstation } from './workstation.ts';

/** The contract over the workstation's services: the same for every shell. */
export function createRouter(workstation: Workstation) {
  const os = createImplementer(workstation);
  return os.router({
    app: appRoutes(os, workstation),
    batches: batchRoutes(os, workstation),
    imports: importRoutes(os, workstation),
    follow: followRoutes(os, workstation),
    uploads: uploadRoutes(os, workstation),
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
    presence: presenceRoutes(os, workstation),
    stats: statsRoutes(os, workstation),
    lots: lotRoutes(os, workstation),
    reports: reportRoutes(os, workstation),
    signatures: signatureRoutes(os, workstation),
    audit: auditRoutes(os, workstation),
    backups: backupRoutes(os, workstation),
  });
}
export type WorkstationRouter = ReturnType<typeof createRouter>;
