import { app } from './app.ts';
import { areas } from './areas.ts';
import { audit } from './audit.ts';
import { backups } from './backups.ts';
import { batches } from './batches.ts';
import { device } from './device.ts';
import { exports } from './exports.ts';
import { follow } from './follow.ts';
import { imports } from './imports.ts';
import { lots } from './lots.ts';
import { packs } from './packs.ts';
import { people } from './people.ts';
import { presence } from './presence.ts';
import { recipes } from './recipes.ts';
import { references } from './references.ts';
import { reports } from './reports.ts';
import { review } from './review.ts';
import { runs } from './runs.ts';
import { signatures } from './signatures.ts';
import { stats } from './stats.ts';
import { studies } from './studies.ts';
import { uploads } from './uploads.ts';
import { whatIf } from './what-if.ts';

/**
 * What the window can ask of the workstation, whatever lies between them: Electron's MessagePort, a WebSocket or a
 * direct call.
 */
export const contract = {
  app,
  batches,
  imports,
  follow,
  uploads,
  runs,
  review,
  recipes,
  references,
  areas,
  whatIf,
  packs,
  device,
  studies,
  exports,
  people,
  presence,
  stats,
  lots,
  reports,
  signatures,
  audit,
  backups,
};
export type Contract = typeof contract;
